/**
 * The score of a relationship as a function of time while nothing happens, cut into tiles of time that all relationships
 * share, each with one score that is right for the whole of it within `TOLERANCE`. Whoever asks for the order at a moment
 * looks into the one tile of each level that contains it: index scans, right at any moment although no time rewrites a row.
 */
export interface Piece {
  /** The tile of time: one number, so that the planner knows how many relationships share it. */
  readonly slot: bigint;
  readonly score: number;
}

/** Points by which a piece may be wrong; what changes within the shortest tile comes on top. */
export const TOLERANCE = 2;
/** The shortest tile: 6 hours. Each level is four times as long as the one below; the last lasts from 1970 to 2149. */
const SHORTEST_MS = 6 * 3_600_000;
const LEVELS = 10;
const TOP = LEVELS - 1;

const widthOf = (level: number): number => SHORTEST_MS * 4 ** level;

/** Tiles that are longer, about half a year, are not believed by a few looks into them as long as much can happen. */
const LONGEST_UNSURE = 5;
const UNSURE_MS = 4 * 365 * 86_400_000;
/** Where a tile is looked into. Quarters are the ends of the tiles of the level below: nothing is computed twice. */
const LOOKS = [0, 0.25, 0.5, 0.75, 1];
/** Tiles of four days and less. */
const SHORT = 2;
const FEW_LOOKS = [0, 0.5, 1];

/** The tile of each level that contains a moment (milliseconds). */
export const slotsAt = (at: number): readonly bigint[] =>
  Array.from({ length: LEVELS }, (_, level) => slotOf(level, Math.floor(at / widthOf(level))));

const slotOf = (level: number, tile: number): bigint => BigInt(tile * 16 + level);

/** From a moment on (milliseconds), for ever. */
export function piecesOf(scoreAt: (at: number) => number, from: number): Piece[] {
  const pieces: Piece[] = [];
  const known = new Map<number, number>();
  const look = (at: number): number => {
    let score = known.get(at);
    if (score === undefined) known.set(at, (score = scoreAt(at)));
    return score;
  };
  const cut = (level: number, tile: number): void => {
    const begin = Math.max(from, tile * widthOf(level));
    const end = (tile + 1) * widthOf(level);
    if (end <= from) return;
    const isUnsure = level > LONGEST_UNSURE && begin < from + UNSURE_MS;
    if (!isUnsure || level === 0) {
      const looks = level > SHORT ? LOOKS : FEW_LOOKS;
      const scores = looks.map((part) => look(begin + (end - begin) * part));
      const [low, high] = [Math.min(...scores), Math.max(...scores)];
      if (level === 0 || high - low <= 2 * TOLERANCE) {
        pieces.push({ slot: slotOf(level, tile), score: (low + high) / 2 });
        return;
      }
    }
    for (let child = 0; child < 4; child++) cut(level - 1, tile * 4 + child);
  };
  cut(TOP, Math.floor(from / widthOf(TOP)));
  return pieces;
}

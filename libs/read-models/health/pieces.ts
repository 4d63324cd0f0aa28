import type { Course } from '../../metrics/course.js';

/**
 * The score of a relationship as a function of time while nothing happens, cut into tiles of time that all relationships
 * share, each with one score that is right for the whole of it within `TOLERANCE`. Whoever asks for the order at a moment
 * looks into the one tile of each level that contains it: index scans, right at any moment although no time rewrites a row.
 */
export interface Piece {
  /** The tile of time: one number, so that the planner knows how many relationships share it. */
  readonly slot: number;
  readonly score: number;
  /** From when to when it is right, in milliseconds. */
  readonly from: number;
  readonly to: number;
  /** The lowest and the highest score in it. */
  readonly lowest: number;
  readonly highest: number;
}

/** Points by which a piece may be wrong; what changes within the shortest tile comes on top. */
export const TOLERANCE = 2;
/** The shortest tile: 6 hours. Each level is four times as long as the one below; the last lasts from 1970 to 2149. */
const SHORTEST_MS = 6 * 3_600_000;
const LEVELS = 10;
const TOP = LEVELS - 1;

const WIDTHS = Array.from({ length: LEVELS }, (_, level) => SHORTEST_MS * 4 ** level);

/** The tile of each level that contains a moment (milliseconds). */
export const slotsAt = (at: number): readonly number[] =>
  WIDTHS.map((width, level) => slotOf(level, Math.floor(at / width)));

const slotOf = (level: number, tile: number): number => tile * 16 + level;

/** From where the course begins on, for ever; in the order of time. */
export function piecesOf(course: Pick<Course, 'from' | 'between'>): Piece[] {
  const pieces: Piece[] = [];
  const cut = (level: number, tile: number): void => {
    const width = WIDTHS[level]!;
    const from = Math.max(course.from, tile * width);
    const to = (tile + 1) * width;
    if (to <= course.from) return;
    const [lowest, highest] = course.between(from, to);
    if (level === 0 || highest - lowest <= 2 * TOLERANCE) {
      pieces.push({ slot: slotOf(level, tile), score: (lowest + highest) / 2, from, to, lowest, highest });
      return;
    }
    for (let child = 0; child < 4; child++) cut(level - 1, tile * 4 + child);
  };
  cut(TOP, Math.floor(course.from / WIDTHS[TOP]!));
  return pieces;
}

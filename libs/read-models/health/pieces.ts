import { NO_SCORE, type Course, type Moment } from '../../metrics/course.js';
import { DAY } from '../../metrics/layout.js';

/**
 * The score of a relationship as a function of time while nothing happens, cut into tiles of time that all relationships
 * share, each with one score that is right for the whole of it within `TOLERANCE`. Whoever asks for the order at a moment
 * looks into the one tile of each level that contains it: index scans, right at any moment although no time rewrites a row.
 */
export interface Piece {
  /** The tile of time: one number, so that the planner knows how many relationships share it. */
  readonly slot: number;
  readonly score: number;
  /** From when to when it is right. */
  readonly from: Moment;
  readonly to: Moment;
  /** The lowest and the highest score in it. */
  readonly lowest: number;
  readonly highest: number;
}

/** Points by which a piece may be wrong; what changes within the shortest tile comes on top. */
export const TOLERANCE = 2;
/**
 * How long the tiles of each level are: 6 hours, a day, 4 days, and so on twice as long until 179 years, from 1970 to 2149.
 * Where twice is enough, four times would make half as many rows again; short tiles are only needed where a score jumps.
 */
const WIDTHS = [DAY / 4, DAY, ...Array.from({ length: 15 }, (_, level) => 4 * DAY * 2 ** level)];
const TOP = WIDTHS.length - 1;

/** The tile of each level that contains a moment (milliseconds). */
export const slotsAt = (at: number): readonly number[] =>
  WIDTHS.map((width, level) => slotOf(level, Math.floor(at / width)));

const slotOf = (level: number, tile: number): number => tile * 32 + level;

/** From where the course begins on, for ever; in the order of time. */
export function piecesOf(course: Course): Piece[] {
  const pieces: Piece[] = [];
  /** `from` and `to` are the ends of the tile, or where the course begins in it. */
  const cut = (level: number, tile: number, from: Moment, to: Moment): void => {
    if (level === 0 || Math.abs(from.score - to.score) <= 2 * TOLERANCE) {
      const [lowest, highest] = course.between(from, to);
      if (level === 0 || highest - lowest <= 2 * TOLERANCE) {
        pieces.push({ slot: slotOf(level, tile), score: (lowest + highest) / 2, from, to, lowest, highest });
        return;
      }
    }
    const width = WIDTHS[level - 1]!;
    const end = (tile + 1) * (WIDTHS[level]! / width);
    let begin = from;
    for (let child = Math.floor(from.at / width); child < end; child++) {
      const next = child + 1 === end ? to : course.at((child + 1) * width);
      cut(level - 1, child, begin, next);
      begin = next;
    }
  };
  const top = Math.floor(course.begin.at / WIDTHS[TOP]!);
  cut(TOP, top, course.begin, course.at((top + 1) * WIDTHS[TOP]!));
  return pieces;
}

/** Of a relationship without a score. */
export const UNSCORED: Pick<Piece, 'slot' | 'score'> = { slot: slotOf(TOP, 0), score: NO_SCORE };

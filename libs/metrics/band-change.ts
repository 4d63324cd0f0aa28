import type { Program } from './compile.js';
import { NO_SCORE, type Bounds, type Course } from './course.js';

/** To what the answer is exact; excursions into another band and back that are shorter are not looked for. */
export const BAND_CHANGE_RESOLUTION_MS = 60_000;

/**
 * The first moment after `from` and not after `until` at which the score is in another band if nothing happens, at most a
 * minute late: each stretch is halved until its bounds show that it stays in the band, or the change is found.
 */
export function nextBandChange(program: Program, course: Course, from: number, until: number): number | undefined {
  const band = bandAround(program, course.scoreAt(from));
  const isIn = (value: number): boolean => value >= band[0] && value < band[1];
  /** Within (begin, end], where one formula holds. */
  const within = (begin: number, end: number): number | undefined => {
    const [lowest, highest] = course.between(begin, end);
    if (isIn(lowest) && isIn(highest)) return undefined;
    if (end - begin <= BAND_CHANGE_RESOLUTION_MS) return isIn(course.scoreAt(end)) ? undefined : end;
    const middle = Math.floor((begin + end) / 2);
    return within(begin, middle) ?? within(middle, end);
  };
  let begin = from;
  for (const stop of course.stopsWithin(from, until)) {
    const found = stop > begin ? within(begin, stop) : undefined;
    if (found !== undefined) return found;
    begin = stop + 1;
    if (!isIn(course.scoreAt(begin))) return begin;
  }
  return until > begin ? within(begin, until) : undefined;
}

/** Scores of the band that a score lies in, from the first to below the second. No score is a band of its own. */
function bandAround({ definition: { bands } }: Program, score: number): Bounds {
  if (score === NO_SCORE) return [NO_SCORE, 0];
  const found = bands.findIndex(({ from }) => score >= from);
  const at = found < 0 ? bands.length - 1 : found;
  return [at === bands.length - 1 ? 0 : bands[at]!.from, bands[at - 1]?.from ?? Infinity];
}

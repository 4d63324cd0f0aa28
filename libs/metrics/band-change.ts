import type { Program } from './compile.js';
import { NO_SCORE, type Bounds, type Course, type Moment } from './course.js';

/** To what the answer is exact; excursions into another band and back that are shorter are not looked for. */
export const BAND_CHANGE_RESOLUTION_MS = 60_000;

/** Of a stretch: how close to where a line leaves the band it is cut. */
const MARGIN = 24;

/**
 * The first moment after `from` and not after `until` at which the score is in another band if nothing happens, at most a
 * minute late: each stretch is cut until its bounds show that it stays in the band, or the change is found.
 */
export function nextBandChange(program: Program, course: Course, from: Moment, until: Moment): Moment | undefined {
  const band = bandAround(program, from.score);
  const isIn = (value: number): boolean => value >= band[0] && value < band[1];
  /** Where a straight line from one score to the other leaves the band. */
  const crossing = (begin: Moment, end: Moment): number => {
    const edge = end.score < band[0] ? band[0] : band[1];
    return begin.at + ((end.at - begin.at) * (begin.score - edge)) / (begin.score - end.score);
  };
  /** Within (begin, end], where one formula holds. Where the line does not leave it is cut in the middle, whatever it says. */
  const within = (begin: Moment, end: Moment, isStraight: boolean): Moment | undefined => {
    const isOut = !isIn(end.score);
    if (end.at - begin.at <= BAND_CHANGE_RESOLUTION_MS) return isOut ? end : undefined;
    if (!isOut) {
      const [lowest, highest] = course.between(begin, end);
      if (isIn(lowest) && isIn(highest)) return undefined;
    }
    if (!isOut || !isStraight) {
      const middle = course.at(Math.floor((begin.at + end.at) / 2));
      return within(begin, middle, true) ?? within(middle, end, true);
    }
    const at = crossing(begin, end);
    const before = Math.floor(at - margin(at - begin.at));
    const after = Math.floor(at + margin(end.at - at));
    const [last, first] = [before > begin.at ? course.at(before) : begin, after < end.at ? course.at(after) : end];
    return (
      (last === begin ? undefined : within(begin, last, false)) ??
      within(last, first, true) ??
      (first === end ? undefined : within(first, end, false))
    );
  };
  let begin = from;
  for (const stop of course.stopsWithin(from.at, until.at)) {
    const found = stop > begin.at ? within(begin, course.at(stop), true) : undefined;
    if (found !== undefined) return found;
    begin = course.at(stop + 1);
    if (!isIn(begin.score)) return begin;
  }
  return until.at > begin.at ? within(begin, until, true) : undefined;
}

const margin = (stretch: number): number => Math.max(BAND_CHANGE_RESOLUTION_MS / 4, stretch / MARGIN);

/** Scores of the band that a score lies in, from the first to below the second. No score is a band of its own. */
function bandAround({ definition: { bands } }: Program, score: number): Bounds {
  if (score === NO_SCORE) return [NO_SCORE, 0];
  const found = bands.findIndex(({ from }) => score >= from);
  const at = found < 0 ? bands.length - 1 : found;
  return [at === bands.length - 1 ? 0 : bands[at]!.from, bands[at - 1]?.from ?? Infinity];
}

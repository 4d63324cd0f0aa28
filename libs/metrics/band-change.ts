import type { Program } from './compile.js';
import { NO_SCORE, type Bounds, type Course } from './course.js';

/** To what the answer is exact; excursions into another band and back that are shorter are not looked for. */
export const BAND_CHANGE_RESOLUTION_MS = 60_000;

/** Of a stretch: how close to where a line leaves the band it is cut. */
const MARGIN = 64;

/**
 * The first moment after `from` and not after `until` at which the score is in another band if nothing happens, at most a
 * minute late: each stretch is cut until its bounds show that it stays in the band, or the change is found.
 */
export function nextBandChange(program: Program, course: Course, from: number, until: number): number | undefined {
  const band = bandAround(program, course.scoreAt(from));
  const isIn = (value: number): boolean => value >= band[0] && value < band[1];
  /** Where a straight line from one score to the other leaves the band, a little before and a little after. */
  const around = (begin: number, end: number): readonly number[] => {
    const [first, last] = [course.scoreAt(begin), course.scoreAt(end)];
    if (isIn(last)) return [];
    const edge = last < band[0] ? band[0] : band[1];
    const crossing = begin + ((end - begin) * (first - edge)) / (first - last);
    const margin = Math.max(BAND_CHANGE_RESOLUTION_MS / 4, (end - begin) / MARGIN);
    return [crossing - margin, crossing + margin].map(Math.floor).filter((at) => at > begin && at < end);
  };
  /** Within (begin, end], where one formula holds. Every other cut is in the middle, whatever the line says. */
  const within = (begin: number, end: number, isStraight: boolean): number | undefined => {
    const [lowest, highest] = course.between(begin, end);
    if (isIn(lowest) && isIn(highest)) return undefined;
    if (end - begin <= BAND_CHANGE_RESOLUTION_MS) return isIn(course.scoreAt(end)) ? undefined : end;
    const cuts = isStraight ? around(begin, end) : [];
    let from = begin;
    for (const to of [...(cuts.length > 0 ? cuts : [Math.floor((begin + end) / 2)]), end]) {
      const found = within(from, to, !isStraight);
      if (found !== undefined) return found;
      from = to;
    }
    return undefined;
  };
  let begin = from;
  for (const stop of course.stopsWithin(from, until)) {
    const found = stop > begin ? within(begin, stop, true) : undefined;
    if (found !== undefined) return found;
    begin = stop + 1;
    if (!isIn(course.scoreAt(begin))) return begin;
  }
  return until > begin ? within(begin, until, true) : undefined;
}

/** Scores of the band that a score lies in, from the first to below the second. No score is a band of its own. */
function bandAround({ definition: { bands } }: Program, score: number): Bounds {
  if (score === NO_SCORE) return [NO_SCORE, 0];
  const found = bands.findIndex(({ from }) => score >= from);
  const at = found < 0 ? bands.length - 1 : found;
  return [at === bands.length - 1 ? 0 : bands[at]!.from, bands[at - 1]?.from ?? Infinity];
}

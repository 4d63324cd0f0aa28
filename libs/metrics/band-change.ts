import type { Program } from './compile.js';
import { DAY } from './layout.js';
import type { Reading } from './reading.js';
import { bandOf, rawValues, scoreFrom } from './score.js';

const HORIZON_DAYS = 3 * 365;
/** To what the answer is exact; excursions into another band and back that are shorter are not looked for. */
export const BAND_CHANGE_RESOLUTION_MS = 60_000;

interface Sample {
  readonly reading: Reading;
  readonly values: readonly number[];
}

/**
 * The first moment after `at` at which the score is in another band if nothing happens, at most a minute late. The score is
 * a known function of time, smooth between breakpoints (ends of cadences, due dates), and neither always falling nor always
 * rising: each stretch is halved until the bounds of its components show that it stays in the band, or the change is found.
 */
export function nextBandChange(
  program: Program,
  reading: (at: number) => Reading,
  at: number,
  horizonDays = HORIZON_DAYS,
): number | undefined {
  const { components } = program;
  const start: Sample = { reading: reading(at), values: rawValues(program, reading(at)) };
  const { state } = start.reading;
  const bandFrom = (values: readonly number[]): string => bandOf(program, scoreFrom(program, state, values));
  if (Number.isNaN(scoreFrom(program, state, start.values))) return undefined;
  const band = bandFrom(start.values);

  const sample = (moment: number): Sample => {
    const then = reading(moment);
    const values = components.map((each, index) => (each.isSteady ? start.values[index]! : each.valueAt(then)));
    return { reading: then, values };
  };
  const staysWithin = (from: Sample, to: Sample): boolean => {
    const [low, high]: [number[], number[]] = [[], []];
    components.forEach((component, index) => {
      const [a, b] = [from.values[index]!, to.values[index]!];
      const own = Number.isNaN(a + b) ? undefined : component.boundsBetween?.(from.reading, to.reading);
      low.push(own ? own[0] : Math.min(a, b));
      high.push(own ? own[1] : Math.max(a, b));
    });
    return bandFrom(low) === band && bandFrom(high) === band;
  };
  /** Within (from, to], where one formula holds. */
  const within = (from: Sample, to: Sample): number | undefined => {
    if (staysWithin(from, to)) return undefined;
    const [begin, end] = [from.reading.at, to.reading.at];
    if (end - begin <= BAND_CHANGE_RESOLUTION_MS) return bandFrom(to.values) === band ? undefined : end;
    const middle = sample(Math.floor((begin + end) / 2));
    return within(from, middle) ?? within(middle, to);
  };

  let from = start;
  const end = from.reading.at + horizonDays * DAY;
  for (const stop of stopsUntil(end, program, start.reading)) {
    const found = stop > from.reading.at ? within(from, sample(stop)) : undefined;
    if (found !== undefined) return found;
    from = sample(stop + 1); // what is due at a moment is overdue right after it
    if (stop < end && bandFrom(from.values) !== band) return from.reading.at;
  }
  return undefined;
}

/** Where another formula begins to hold, and the end: rising, each once. */
function stopsUntil(end: number, { components }: Program, now: Reading): number[] {
  const breaks = components.flatMap((component) => component.breakpoints?.(now) ?? []).map(Math.floor);
  return [...new Set([...breaks.filter((stop) => stop >= now.at && stop < end), end])].sort((a, b) => a - b);
}

/** A moment in UTC with milliseconds, `2026-03-09T02:30:00.000Z`: sorts as text in the order of time. */
export type Instant = string & { readonly __brand: 'Instant' };

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)?$/;
const NAIVE = /^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?$/;

export type InstantProblem = 'NAIVE_TIMESTAMP' | 'INVALID_INPUT';

/**
 * Reads RFC 3339 with an offset; the answer is UTC at millisecond precision (finer digits are cut).
 * A date or time without offset is NAIVE_TIMESTAMP: nobody but its sender knows when it was.
 */
export function parseInstant(text: string): Instant | InstantProblem {
  const match = RFC_3339.exec(text);
  if (!match?.[8]) return NAIVE.test(text) ? 'NAIVE_TIMESTAMP' : 'INVALID_INPUT';
  const [, year, month, day, hour, minute, second, fraction = '0', offset] = match;
  const millis = fraction.padEnd(3, '0').slice(0, 3);
  // A leap second is the last moment of its minute here: JavaScript, PostgreSQL and UTC-SLS clocks have none.
  const [secondKept, millisKept] = second === '60' ? ['59', '999'] : [second, millis];
  const time = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${secondKept}.${millisKept}${offset?.toUpperCase()}`,
  );
  if (
    Number.isNaN(time) ||
    hour === '24' ||
    (Number(day) > 28 && Number(day) > daysInMonth(Number(year), Number(month)))
  ) {
    return 'INVALID_INPUT';
  }
  const instant = fromMillis(time);
  // Years of five digits would not sort as text, and PostgreSQL has no year 0.
  return isInstant(instant) && !instant.startsWith('0000') ? instant : 'INVALID_INPUT';
}

export const fromMillis = (millis: number): Instant => new Date(millis).toISOString() as Instant;
export const toMillis = (instant: Instant): number => Date.parse(instant);
export const isInstant = (value: InstantProblem | Instant): value is Instant => value.length === 24;

const daysInMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Days between two instants, with fractions. Every interval of the domain is in days of 24 hours. */
export const daysBetween = (from: Instant, to: Instant): number => (toMillis(to) - toMillis(from)) / 86_400_000;

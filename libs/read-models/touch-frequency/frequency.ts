/**
 * How often two parties meet. Pure: time is an argument, so what comes late, is corrected or retracted needs no thought.
 * Moments are milliseconds since 1970, results are days of 24 hours. Every list is in the order (time, position).
 */
export interface History {
  readonly openedAtMs: number;
  /** Touches that count: neither automated nor retracted. */
  readonly touches: readonly CountedTouch[];
  readonly cadences: readonly CadenceTerm[];
  readonly clock: readonly ClockTerm[];
  readonly stewards: readonly StewardTerm[];
}

export interface CountedTouch {
  readonly atMs: number;
  readonly channel: string;
  readonly direction: string;
  readonly intent: string;
  readonly function: string | null;
}

// A term holds from its moment until the next one of its kind.
export interface CadenceTerm {
  readonly atMs: number;
  readonly intervalDays: number;
  readonly graceDays: number;
}
/** Lapse and end stop the clock, reactivation lets it run again; it runs from the start. */
export interface ClockTerm {
  readonly atMs: number;
  readonly runs: boolean;
}
/** Who carries the tie; null: nobody. */
export interface StewardTerm {
  readonly atMs: number;
  readonly stewardId: string | null;
}

/**
 * ON_TRACK until the next touch is due, then DUE until the grace is over too, then OVERDUE. LAPSED: the clock stands.
 */
export type TouchStatus = 'ON_TRACK' | 'DUE' | 'OVERDUE' | 'LAPSED';

/** The moments that a standing follows from, for as long as nothing else happens. */
export interface Marks {
  readonly lastTouchAtMs: number | null;
  /**
   * The last touch, else the opening, plus the interval, moved on by the time the clock stood still since. Null without
   * a cadence, and while the clock stands: nothing falls due.
   */
  readonly dueAtMs: number | null;
  /** The same with the grace; null only without a cadence. */
  readonly overdueAtMs: number | null;
  readonly stoppedAtMs: number | null;
}

export interface Standing {
  /** Keeps its value while the clock stands; null without a cadence. */
  readonly overdueDays: number | null;
  /** Null without a cadence, unless the clock stands. */
  readonly status: TouchStatus | null;
}

export interface Gaps {
  readonly n: number;
  readonly meanDays: number | null;
  /** Of the observed gaps themselves (divided by n), in square days. */
  readonly varianceDays2: number | null;
  readonly maxDays: number | null;
  readonly medianDays: number | null;
}

export interface Tally {
  /** A value of the dimension; null: it was not given. */
  readonly key: string | null;
  readonly count: number;
}

export type Dimension = 'channel' | 'direction' | 'intent' | 'function' | 'steward';

/** `windowDays`: only what happened in (asOf - window, asOf]; absent: everything up to asOf. */
export interface Moment {
  readonly asOfMs: number;
  readonly windowDays?: number;
}

export const DAY_MS = 86_400_000;

export const count = (history: History, moment: Moment): number => seen(history, moment).length;

/** Touches per 30 days that the clock ran, in the window or since the relationship began, whichever is shorter. */
export function per30Days(history: History, moment: Moment): number | null {
  const clock = runningClock(history.clock, moment.asOfMs);
  const elapsedMs = clock(moment.asOfMs) - clock(Math.max(startOf(history), windowStart(moment)));
  return elapsedMs > 0 ? (count(history, moment) * 30 * DAY_MS) / elapsedMs : null;
}

/** Counts per value of a dimension, the largest first. A touch belongs to who was steward when it happened. */
export function tally(history: History, dimension: Dimension, moment: Moment): readonly Tally[] {
  const counts = new Map<string | null, number>();
  for (const touch of seen(history, moment)) {
    const key = dimension === 'steward' ? stewardAt(history, touch.atMs) : touch[dimension];
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .map(([key, count]) => ({ key, count }))
    .sort((x, y) => y.count - x.count || ((x.key ?? '~') < (y.key ?? '~') ? -1 : 1));
}

/** Days between each counted touch and the next. Lapses are not taken out: silence is what a gap measures. */
export function gaps(history: History, moment: Moment): Gaps {
  const touches = seen(history, moment);
  const days = touches.slice(1).map((touch, i) => (touch.atMs - touches[i]!.atMs) / DAY_MS);
  const n = days.length;
  if (n === 0) return { n, meanDays: null, varianceDays2: null, maxDays: null, medianDays: null };
  days.sort((x, y) => x - y);
  const mean = days.reduce((sum, gap) => sum + gap, 0) / n;
  return {
    n,
    meanDays: mean,
    varianceDays2: days.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / n,
    maxDays: days[n - 1]!,
    medianDays: (days[(n - 1) >> 1]! + days[n >> 1]!) / 2,
  };
}

export function standing({ dueAtMs, overdueAtMs, stoppedAtMs }: Marks, asOfMs: number): Standing {
  const overdueMs = overdueAtMs === null ? null : Math.max(0, (stoppedAtMs ?? asOfMs) - overdueAtMs);
  const overdueDays = overdueMs === null ? null : overdueMs / DAY_MS;
  if (stoppedAtMs !== null) return { overdueDays, status: 'LAPSED' };
  if (dueAtMs === null) return { overdueDays, status: null };
  return { overdueDays, status: asOfMs < dueAtMs ? 'ON_TRACK' : overdueMs === 0 ? 'DUE' : 'OVERDUE' };
}

export function marks(history: History, asOfMs: number): Marks {
  const lastTouchAtMs = seen(history, { asOfMs }).at(-1)?.atMs ?? null;
  const lastClock = until(history.clock, asOfMs).at(-1);
  const stoppedAtMs = lastClock && !lastClock.runs ? lastClock.atMs : null;
  const cadence = asOfMs >= startOf(history) ? until(history.cadences, asOfMs).at(-1) : undefined;
  if (!cadence) return { lastTouchAtMs, dueAtMs: null, overdueAtMs: null, stoppedAtMs };
  const clock = runningClock(history.clock, asOfMs);
  const mark = lastTouchAtMs ?? history.openedAtMs;
  const now = stoppedAtMs ?? asOfMs;
  const stoodMs = Math.max(0, now - mark - (clock(now) - clock(mark)));
  const dueAtMs = mark + stoodMs + cadence.intervalDays * DAY_MS;
  const overdueAtMs = dueAtMs + cadence.graceDays * DAY_MS;
  return { lastTouchAtMs, dueAtMs: stoppedAtMs === null ? dueAtMs : null, overdueAtMs, stoppedAtMs };
}

/**
 * Covered time by elapsed time, 0..1; null without a cadence and before any time has passed. Each stretch between two
 * marks is covered for at most the interval. Touches are marks, and so is a change of cadence, which splits the sum.
 * Before the first cadence the first one holds: a history that is older than its promise is measured by it.
 */
export function adherence(history: History, asOfMs: number): number | null {
  const [first, ...changes] = until(history.cadences, asOfMs);
  const clock = runningClock(history.clock, asOfMs);
  const startMs = startOf(history);
  const elapsedMs = clock(asOfMs) - clock(startMs);
  if (!first || elapsedMs <= 0) return null;

  const marks = [...seen(history, { asOfMs }), ...changes].map(({ atMs }) => atMs).filter((atMs) => atMs > startMs);
  marks.push(asOfMs);
  marks.sort((x, y) => x - y);
  let coveredMs = 0;
  let from = startMs;
  let held = first;
  let next = 0;
  for (const to of marks) {
    while (next < changes.length && changes[next]!.atMs <= from) held = changes[next++]!;
    coveredMs += Math.min(clock(to) - clock(from), held.intervalDays * DAY_MS);
    from = to;
  }
  return coveredMs / elapsedMs;
}

/** The opening, or the first counted touch when that was earlier. */
const startOf = ({ openedAtMs, touches }: History): number => Math.min(openedAtMs, touches[0]?.atMs ?? Infinity);

const windowStart = ({ asOfMs, windowDays }: Moment): number =>
  windowDays === undefined ? -Infinity : asOfMs - windowDays * DAY_MS;

/** Whether something happened by then, in the window. */
export const happened = (atMs: number, moment: Moment): boolean => atMs > windowStart(moment) && atMs <= moment.asOfMs;

/** The touches that happened by then, in the window. */
export const seen = ({ touches }: History, moment: Moment): readonly CountedTouch[] =>
  touches.slice(countUntil(touches, windowStart(moment)), countUntil(touches, moment.asOfMs));

const until = <Timed extends { readonly atMs: number }>(list: readonly Timed[], atMs: number): readonly Timed[] =>
  list.slice(0, countUntil(list, atMs));

/** How many of an ordered list happened at or before a moment. */
function countUntil(list: readonly { readonly atMs: number }[], atMs: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]!.atMs <= atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

const stewardAt = ({ stewards }: History, atMs: number): string | null =>
  stewards[countUntil(stewards, atMs) - 1]?.stewardId ?? null;

/** A moment on the clock that stands still while the relationship is lapsed and after its end. */
function runningClock(terms: readonly ClockTerm[], asOfMs: number): (atMs: number) => number {
  const stops: { readonly from: number; readonly to: number }[] = [];
  let stoppedAt: number | undefined;
  for (const { atMs, runs } of until(terms, asOfMs)) {
    if (!runs) stoppedAt ??= atMs;
    else if (stoppedAt !== undefined) {
      stops.push({ from: stoppedAt, to: atMs });
      stoppedAt = undefined;
    }
  }
  if (stoppedAt !== undefined) stops.push({ from: stoppedAt, to: asOfMs });
  return (atMs) => stops.reduce((ran, { from, to }) => ran - Math.max(0, Math.min(atMs, to) - from), atMs);
}

import { DAY_MS, type History, type TouchStatus } from '../frequency.js';

const HOUR_MS = DAY_MS / 24;

/**
 * The formulas of touch frequency once more, as slow and as plain as they can be: a clock walks through the history
 * hour by hour and keeps what it has seen. Everything must happen on whole hours.
 */
export function slowRhythm(history: History, asOfHour: number) {
  const happened = <T extends { atMs: number }>(list: readonly T[], hour: number): readonly T[] =>
    list.filter(({ atMs }) => atMs <= hour * HOUR_MS && atMs <= asOfHour * HOUR_MS);
  const on = (list: readonly { atMs: number }[], hour: number): boolean =>
    list.some(({ atMs }) => atMs === hour * HOUR_MS);

  const known = happened(history.touches, asOfHour);
  const cadences = happened(history.cadences, asOfHour);
  const changes = cadences.slice(1);
  const start = Math.min(history.openedAtMs, ...known.map(({ atMs }) => atMs)) / HOUR_MS;
  let [elapsed, covered, sinceMark, sinceTouch] = [0, 0, 0, 0];
  for (let hour = start; hour < asOfHour; hour++) {
    if (on(known, hour)) sinceMark = sinceTouch = 0;
    if (on(changes, hour)) sinceMark = 0;
    if (happened(history.clock, hour).at(-1)?.runs === false) continue;
    const cadence = happened(cadences, hour).at(-1) ?? cadences[0];
    elapsed++;
    sinceMark++;
    sinceTouch++;
    if (cadence && sinceMark <= cadence.intervalDays * 24) covered++;
  }
  if (on(known, asOfHour)) sinceTouch = 0;

  const cadence = asOfHour >= start ? cadences.at(-1) : undefined;
  const stands = happened(history.clock, asOfHour).at(-1)?.runs === false;
  const lateHours = cadence ? sinceTouch - cadence.intervalDays * 24 : 0;
  const overdueHours = cadence ? Math.max(0, lateHours - cadence.graceDays * 24) : null;
  return {
    adherence: cadence && elapsed > 0 ? covered / elapsed : null,
    lastTouchAtMs: known.at(-1)?.atMs ?? null,
    overdueDays: overdueHours === null ? null : overdueHours / 24,
    status: statusOf(stands, lateHours, overdueHours),
  };
}

function statusOf(stands: boolean, lateHours: number, overdueHours: number | null): TouchStatus | null {
  if (stands) return 'LAPSED';
  if (overdueHours === null) return null;
  if (overdueHours > 0) return 'OVERDUE';
  return lateHours >= 0 ? 'DUE' : 'ON_TRACK';
}

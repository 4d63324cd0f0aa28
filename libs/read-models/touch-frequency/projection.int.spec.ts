import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { event } from '../../event-sourcing/event.js';
import { deriveId, type RelationshipId } from '../../event-sourcing/id.js';
import { toMillis, type Instant } from '../../event-sourcing/instant.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import type { TouchFacts } from '../../ledger/touch/touch.js';
import { matching, overdue, relationshipPage, relationshipsById } from '../directory/relationship-queries.js';
import { day, GivenLedger, partyId, relationshipId, SAID, TENANT, touchId } from '../testing/given-ledger.js';
import { adherence, count, marks, standing, tally, type History, type TouchStatus } from './frequency.js';
import { histories } from './history-queries.js';
import { byLastTouch, byOverdue, storedMarks } from './standing.js';
import { touchStats, type StatsDimension, type StatsFilter } from './stats-queries.js';
import { fromFirstHour, instantOf, LAST_HOUR, story, told } from './testing/stories.js';
import { slowRhythm } from './testing/slow-reference.js';

const [we, they, ann, ben] = [partyId('we'), partyId('they'), partyId('ann'), partyId('ben')];
const EVERYTHING = { first: 1000, after: undefined };

const opened = (id: RelationshipId, days = 0): LedgerEvent =>
  event(
    'RelationshipOpened',
    { relationshipId: id, a: we, b: they, kind: 'CARE', intent: 'RELATIONAL' } as const,
    day(days),
  );
const cadence = (intervalDays: number, graceDays: number, days: number): LedgerEvent =>
  event('CadenceSet', { intervalDays, graceDays }, day(days));
const touched = (name: string, days: number, more: Partial<TouchFacts> = {}): LedgerEvent =>
  event('TouchRecorded', { touchId: touchId(name), ...SAID, ...more }, day(days));
const AMENDMENT = { targetEventId: deriveId('evt', 'any'), reason: 'It was otherwise.' };
const corrected = (name: string, days: number, more: Partial<TouchFacts> = {}): LedgerEvent =>
  event('TouchCorrected', {
    touchId: touchId(name),
    ...AMENDMENT,
    replacement: { ...SAID, ...more, occurredAt: day(days) },
  });
const retracted = (name: string): LedgerEvent => event('TouchRetracted', { touchId: touchId(name), ...AMENDMENT });

describe('touch frequency', () => {
  let ledger: GivenLedger;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
  });
  afterAll(() => ledger.close());

  const historyOf = async (id: RelationshipId, asKnown?: Instant): Promise<History> => {
    const [history] = await histories(ledger.db, TENANT, [id], asKnown);
    if (!history) throw new Error(`${id} has no history.`);
    return history;
  };
  const daysOf = ({ touches }: History): number[] => touches.map(({ atMs }) => (atMs - toMillis(day(0))) / 86_400_000);

  it('counts late, corrected and retracted touches as if they had always, or never, been there', async () => {
    const id = relationshipId('amended');
    await ledger.record(id, opened(id), touched('am 1', 10), touched('am 2', 30), touched('am 3', 20));
    await ledger.record(id, corrected('am 1', 15), corrected('am 1', 12, { channel: 'MEAL' }), retracted('am 3'));
    await ledger.shown();
    const history = await historyOf(id);
    expect(daysOf(history)).toEqual([12, 30]);
    expect(history.touches[0]).toMatchObject({ channel: 'MEAL', direction: 'OUTBOUND', function: null });
  });

  it('never counts AUTOMATED, whether it was recorded or corrected so', async () => {
    const id = relationshipId('automated');
    const automated = { outcome: 'AUTOMATED' } as const;
    await ledger.record(id, opened(id), touched('au 1', 10, automated), touched('au 2', 20), touched('au 3', 30));
    await ledger.record(id, corrected('au 1', 10), corrected('au 2', 20, automated));
    await ledger.shown();
    expect(daysOf(await historyOf(id))).toEqual([10, 30]);
    const [row] = await relationshipsById(ledger.db, TENANT, [id]);
    expect(row?.lastTouchAt).toBe(day(30));
  });

  it('answers as it was known before a correction, a retraction and a cadence were recorded', async () => {
    const id = relationshipId('as known');
    await ledger.record(id, opened(id), touched('kn 1', 10), touched('kn 2', 20));
    const before = await ledger.moment();
    await ledger.record(id, corrected('kn 1', 11), retracted('kn 2'), cadence(30, 0, 0));
    await ledger.shown();
    expect(daysOf(await historyOf(id, before))).toEqual([10, 20]);
    expect((await historyOf(id, before)).cadences).toEqual([]);
    expect(daysOf(await historyOf(id))).toEqual([11]);
    expect((await historyOf(id)).cadences).toHaveLength(1);
  });

  it('gives a touch to who was PRIMARY steward when it happened', async () => {
    const id = relationshipId('stewarded');
    await ledger.record(
      id,
      opened(id),
      event('StewardAssigned', { stewardId: ann, role: 'PRIMARY' } as const, day(5)),
      event('StewardAssigned', { stewardId: ben, role: 'BACKUP' } as const, day(6)),
      event(
        'StewardHandedOver',
        { fromStewardId: ann, stewardId: ben, role: 'PRIMARY', warmIntro: true } as const,
        day(20),
      ),
      event('StewardAssigned', { stewardId: ben, role: 'BACKUP' } as const, day(30)),
      ...[1, 7, 8, 20, 40].map((days) => touched(`st ${String(days)}`, days)),
    );
    await ledger.shown();
    const history = await historyOf(id);
    expect(tally(history, 'steward', { asOfMs: toMillis(day(50)) })).toEqual(
      expect.arrayContaining([
        { key: ann, count: 2 },
        { key: ben, count: 1 },
        { key: null, count: 2 },
      ]),
    );
    const stats = await touchStats(ledger.db, TENANT, { relationshipId: id }, 'STEWARD', undefined, 10);
    expect(stats.map(({ key, count }) => [key, count])).toEqual(
      expect.arrayContaining([
        [ann, 2],
        [ben, 1],
        [null, 2],
      ]),
    );
  });

  it('lists what was overdue at a moment, of one steward, the longest first', async () => {
    const asOf = day(3000);
    for (const [name, days] of [
      ['od a', 2900],
      ['od b', 2890],
      ['od c', 2990],
    ] as const) {
      const id = relationshipId(name);
      const steward = event('StewardAssigned', { stewardId: ann, role: 'PRIMARY' } as const, day(2000));
      await ledger.record(id, opened(id, 2000), steward, cadence(30, 5, 2000), touched(name, days));
    }
    await ledger.shown();
    const rows = await relationshipPage(ledger.db, TENANT, overdue(TENANT, ann, asOf), byOverdue, EVERYTHING);
    expect(rows.map(({ id }) => id)).toEqual([relationshipId('od b'), relationshipId('od a')]);
    expect(rows.map((row) => standing(storedMarks(row), toMillis(asOf)).overdueDays)).toEqual([75, 65]);
  });

  it('sums touches of all relationships by group and stretch of time', async () => {
    const ids = ['sum a', 'sum b'].map(relationshipId);
    for (const id of ids) {
      await ledger.record(
        id,
        opened(id, 5000),
        ...[5000, 5001, 5040].map((days, i) =>
          touched(`${id} ${String(i)}`, days, { channel: i === 1 ? 'MEAL' : 'EMAIL', direction: 'INBOUND' }),
        ),
      );
    }
    await ledger.record(ids[0]!, retracted(`${ids[0]!} 1`));
    await ledger.shown();
    const within: StatsFilter = { from: day(5000), to: day(5100) };
    const stats = (groupBy?: StatsDimension, bucket?: 'MONTH', filter: StatsFilter = {}) =>
      touchStats(ledger.db, TENANT, { ...within, ...filter }, groupBy, bucket, 100);
    expect(await stats()).toEqual([{ key: null, bucket: null, count: 5, relationships: 2, minutes: 0n }]);
    expect(await stats('CHANNEL')).toEqual([
      { key: 'EMAIL', bucket: null, count: 4, relationships: 2, minutes: 0n },
      { key: 'MEAL', bucket: null, count: 1, relationships: 1, minutes: 0n },
    ]);
    expect(await stats(undefined, 'MONTH', { channels: ['EMAIL'] })).toEqual([
      { key: null, bucket: '2039-09-01T00:00:00.000Z', count: 2, relationships: 2, minutes: 0n },
      { key: null, bucket: '2039-10-01T00:00:00.000Z', count: 2, relationships: 2, minutes: 0n },
    ]);
    expect(await stats('RELATIONSHIP_KIND', undefined, { partyId: they, directions: ['OUTBOUND'] })).toEqual([]);
  });

  it('gives for any interleaving the same live, rebuilt, and by the slow reference', async () => {
    const tales = fc.sample(story, 100).map((one, i) => {
      const id = relationshipId(`story ${String(i)}`);
      return { id, ...told(id, one) };
    });
    await Promise.all(tales.map(({ id, events }) => tell(ledger, id, events)));
    await ledger.shown();
    await expectAsTold(ledger, tales);
    await ledger.rebuild();
    await expectAsTold(ledger, tales);
  }, 60_000);
});

/** One append each: the projector takes them in whatever batches they come in. */
async function tell(ledger: GivenLedger, id: RelationshipId, events: readonly LedgerEvent[]): Promise<void> {
  for (const one of events) await ledger.record(id, one);
}

interface Tale {
  readonly id: RelationshipId;
  readonly history: History;
}

async function expectAsTold(ledger: GivenLedger, tales: readonly Tale[]): Promise<void> {
  const ids = tales.map(({ id }) => id);
  const found = new Map((await histories(ledger.db, TENANT, ids, undefined)).map((one) => [one.id, one]));
  const rows = new Map((await relationshipsById(ledger.db, TENANT, ids)).map((row) => [row.id, row]));
  const settledHour = LAST_HOUR + 77;
  for (const { id, history } of tales) {
    const reference = fromFirstHour(history);
    for (const hour of [0, 100, 333, 640, LAST_HOUR, settledHour]) {
      const asOfMs = toMillis(instantOf(hour));
      const slow = slowRhythm(reference, hour);
      const live = found.get(id)!;
      expect({ id, hour, ...standing(marks(live, asOfMs), asOfMs) }).toMatchObject({ id, hour, status: slow.status });
      expect(adherence(live, asOfMs) ?? -1).toBeCloseTo(slow.adherence ?? -1, 9);
      expect(count(live, { asOfMs })).toBe(history.touches.filter(({ atMs }) => atMs <= asOfMs).length);
      if (hour < LAST_HOUR) continue;
      const stored = storedMarks(rows.get(id)!);
      expect(stored).toEqual(marks(live, asOfMs));
      const { status, overdueDays } = standing(stored, asOfMs);
      expect({ status, overdueDays: overdueDays ?? -1 }).toEqual({
        status: slow.status,
        overdueDays: expect.closeTo(slow.overdueDays ?? -1, 9) as unknown,
      });
    }
  }
  for (const status of ['ON_TRACK', 'DUE', 'OVERDUE', 'LAPSED'] satisfies TouchStatus[]) {
    const selection = matching(TENANT, { status }, instantOf(settledHour));
    const listed = await relationshipPage(ledger.db, TENANT, selection, byLastTouch('ASC'), EVERYTHING);
    const told = tales.filter(({ history }) => slowRhythm(fromFirstHour(history), settledHour).status === status);
    expect(
      listed
        .map(({ id }) => id)
        .filter((id) => rows.has(id))
        .sort(),
    ).toEqual(told.map(({ id }) => id).sort());
  }
}

/** The ledger's time of the last event. */

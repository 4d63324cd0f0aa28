import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { event } from '../../event-sourcing/event.js';
import { deriveId, type EventId, type RelationshipId } from '../../event-sourcing/id.js';
import { fromMillis, toMillis } from '../../event-sourcing/instant.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import { inOrder } from '../../metrics/fact.js';
import { OPEN } from '../on.js';
import { askable } from '../testing/askable.module.js';
import { day, GivenLedger, opened, partyId, relationshipId, SAID, TENANT, touchId } from '../testing/given-ledger.js';
import { streamFacts } from './fact-stream.js';
import { factsOf } from './queries.js';

interface FactRow {
  readonly kind: string;
  readonly relationship_id: string;
  readonly occurred_at: string;
  readonly until_position: bigint;
  readonly known_until: string | null;
}

const [we, they] = [partyId('we'), partyId('they')];
const targetEventId = deriveId('evt', 'the recording');
const made = (name: string, days: number): LedgerEvent =>
  event(
    'CommitmentMade',
    { commitmentId: deriveId('cmt', name), owedBy: we, owedTo: they, text: name, dueAt: day(days + 10) },
    day(days),
  );
const referred = { referrerId: they, targetId: we, subjectRef: 'case-1', serviceLine: 'imaging' } as const;
const asked = { urgency: 'ROUTINE', motive: 'TRUST' } as const;

describe('facts', () => {
  let ledger: GivenLedger;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
  });
  afterAll(() => ledger.close());

  const rowsOf = async (id: RelationshipId): Promise<FactRow[]> => {
    await ledger.shown();
    return ledger.db.rows(sql<FactRow>`
      SELECT * FROM facts.facts WHERE tenant_id = ${TENANT} AND relationship_id = ${id}
       ORDER BY occurred_at, position, until_position`);
  };
  const words = (rows: readonly FactRow[]) => rows.map(({ kind }) => kind);
  const standing = (rows: readonly FactRow[]) => rows.filter((row) => row.until_position === OPEN);

  it('are terms, entries and the steps of entries, each with what metrics ask of it', async () => {
    const id = relationshipId('all');
    const commitmentId = deriveId('cmt', 'all');
    const [, , touch] = await ledger.record(
      id,
      opened(id),
      event('CadenceSet', { intervalDays: 30, graceDays: 5 }, day(1)),
      event('TouchRecorded', { touchId: touchId('all'), ...SAID, minutes: 20, note: 'Never seen.' }, day(2)),
      made('all', 3),
      event('CommitmentRenegotiated', { commitmentId, newDueAt: day(40) }, day(4)),
      event('CommitmentKept', { commitmentId, lateDays: 2.5 }, day(42)),
      event('RelationshipEnded', { from: 'PROSPECT', manner: 'GRACEFUL' } as const, day(50)),
    );
    const rows = await rowsOf(id);
    expect(words(rows)).toEqual([
      'OPENED',
      'CADENCE_SET',
      'TOUCH',
      'COMMITMENT_MADE',
      'COMMITMENT_RENEGOTIATED',
      'COMMITMENT_KEPT',
      'ENDED',
    ]);
    expect(rows).toMatchObject([
      { detail: 'CARE' },
      { interval_days: 30, grace_days: 5 },
      { event_id: touch, channel: 'EMAIL', minutes: 20, actor: 'HUMAN', side: 'A' },
      { side: 'A', due_at: day(13), entry_id: commitmentId },
      { due_at: day(40), entry_id: commitmentId },
      { late_days: 2.5, side: 'A' },
      { kind: 'ENDED' },
    ]);
    expect(JSON.stringify(rows, (_, value: unknown) => String(value))).not.toContain('Never seen.');
  });

  it('that were corrected or retracted stay, with until when they were known', async () => {
    const id = relationshipId('amended');
    const replacement = { ...SAID, channel: 'MEAL', occurredAt: day(1) } as const;
    await ledger.record(
      id,
      opened(id),
      event('TouchRecorded', { touchId: touchId('am'), ...SAID, minutes: 9 }, day(2)),
    );
    await ledger.record(
      id,
      event('TouchCorrected', { touchId: touchId('am'), targetEventId, reason: 'It was lunch.', replacement }, day(3)),
    );
    expect(standing(await rowsOf(id))).toMatchObject([
      { kind: 'OPENED' },
      { channel: 'MEAL', occurred_at: day(1), minutes: null },
    ]);
    await ledger.record(
      id,
      event('TouchRetracted', { touchId: touchId('am'), targetEventId, reason: 'Nobody came.' }, day(4)),
    );
    const rows = await rowsOf(id);
    expect(words(standing(rows))).toEqual(['OPENED']);
    const [, meal, mail] = rows;
    expect([mail, meal]).toMatchObject([
      { channel: 'EMAIL', occurred_at: day(2), minutes: 9 },
      { channel: 'MEAL', occurred_at: day(1) },
    ]);
    expect(mail!.known_until! <= meal!.known_until!).toBe(true);
  });

  it('of an entry end with it: the steps of a retracted commitment are none', async () => {
    const id = relationshipId('with steps');
    const [commitmentId, other] = [deriveId('cmt', 'with steps'), deriveId('cmt', 'other')];
    const [, , , keeping] = await ledger.record(
      id,
      opened(id),
      made('with steps', 1),
      made('other', 2),
      event('CommitmentKept', { commitmentId: other, lateDays: 0 }, day(5)),
      event('CommitmentReminded', { commitmentId }, day(6)),
      event('CommitmentBroken', { commitmentId }, day(7)),
    );
    await ledger.record(
      id,
      event('CommitmentStepRetracted', { commitmentId: other, targetEventId: keeping!, reason: 'No.' }),
    );
    expect(words(standing(await rowsOf(id)))).toEqual([
      'OPENED',
      'COMMITMENT_MADE',
      'COMMITMENT_MADE',
      'COMMITMENT_REMINDED',
      'COMMITMENT_BROKEN',
    ]);
    await ledger.record(id, event('CommitmentRetracted', { commitmentId, targetEventId, reason: 'Said to others.' }));
    const rows = await rowsOf(id);
    expect(words(standing(rows))).toEqual(['OPENED', 'COMMITMENT_MADE']);
    expect(rows).toHaveLength(6);
  });

  it('of a referral stand where it belongs, also when that turns out to be another relationship', async () => {
    const [one, two] = [relationshipId('one'), relationshipId('two')];
    const referralId = deriveId('ref', 'moved');
    await ledger.record(one, opened(one));
    await ledger.record(two, opened(two));
    await ledger.record(
      referralId,
      event('ReferralMade', { referralId, ...referred, ...asked, depth: 0, relationshipId: one }, day(1)),
      event('ReferralSeen', {}, day(3)),
    );
    expect(words(await rowsOf(one))).toEqual(['OPENED', 'REFERRAL', 'REFERRAL_STEP']);
    const replacement = { ...referred, ...asked, relationshipId: two, occurredAt: day(2) };
    await ledger.record(referralId, event('ReferralCorrected', { targetEventId, reason: 'The other.', replacement }));
    expect(words(standing(await rowsOf(one)))).toEqual(['OPENED']);
    expect(words(await rowsOf(two))).toEqual(['OPENED', 'REFERRAL', 'REFERRAL_STEP']);
    await ledger.record(referralId, event('ReferralRetracted', { targetEventId, reason: 'Twice.' }));
    expect(words(standing(await rowsOf(two)))).toEqual(['OPENED']);
  });

  it('of a corrected step of a referral say the same step, as it really was', async () => {
    const id = relationshipId('misheard');
    const referralId = deriveId('ref', 'misheard');
    const worth = { amountMinor: 500, currency: 'USD', kind: 'PAYMENT' } as const;
    const credit = { from: partyId('doctor'), to: partyId('ann'), reason: 'x' };
    await ledger.record(id, opened(id));
    const [, source, value] = await ledger.record(
      referralId,
      event('ReferralMade', { referralId, ...referred, ...asked, depth: 0, relationshipId: id }, day(1)),
      event('ReferralSourceReassigned', credit, day(3)),
      event('ValueRealized', worth, day(3)),
    );
    const corrected = (targetEventId: EventId, replacement: object) =>
      event('ReferralStepCorrected', {
        targetEventId,
        reason: 'x',
        replacement: { ...replacement, occurredAt: day(5) },
      });
    await ledger.record(
      referralId,
      corrected(source!, { ...credit, to: partyId('ben') }),
      corrected(value!, { ...worth, amountMinor: 700 }),
    );
    const rows = await rowsOf(id);
    const [was, is] = [rows.filter(({ known_until }) => known_until !== null), standing(rows).slice(2)];
    expect(was).toMatchObject([
      { detail: 'SOURCE_REASSIGNED', occurred_at: day(3) },
      { detail: 'PAYMENT', occurred_at: day(3), amount_minor: 500n },
    ]);
    expect(is).toMatchObject([
      { kind: 'REFERRAL_STEP', detail: 'SOURCE_REASSIGNED', occurred_at: day(5) },
      { kind: 'VALUE_REALIZED', detail: 'PAYMENT', occurred_at: day(5), amount_minor: 700n },
    ]);
  });

  it('are read for one relationship and in a pass over all alike, in the order in which they were so', async () => {
    await ledger.shown();
    const { pool } = ledger.log.database;
    let relationships = 0;
    for await (const streamed of streamFacts(pool, TENANT)) {
      relationships++;
      const id = streamed[0]!.relationshipId;
      const read = (await factsOf(ledger.db, TENANT, [id])).get(id)!;
      expect(read.map((fact) => ({ ...fact, recordedFor: undefined }))).toEqual(streamed);
      expect(streamed.toSorted(inOrder)).toEqual(streamed);
    }
    expect(relationships).toBe(6);
    let superseded = 0;
    for await (const streamed of streamFacts(pool, TENANT, { superseded: true })) {
      superseded += streamed.filter(({ retractedAtPosition }) => retractedAtPosition !== null).length;
    }
    expect(superseded).toBe(2 + 4 + 4 + 2);
  });

  it('tell how long it takes to record what is so, by the first record of what stands', async () => {
    const id = relationshipId('lag');
    const steward = partyId('lag steward');
    const begun = await ledger.moment();
    const hoursAgo = (hours: number) => fromMillis(toMillis(begun) - hours * 3_600_000);
    const touched = (name: string, hours: number) =>
      event('TouchRecorded', { touchId: touchId(name), ...SAID } as const, hoursAgo(hours));
    const corrected = {
      targetEventId,
      reason: 'Not then.',
      replacement: { ...SAID, occurredAt: hoursAgo(500) },
    } as const;
    await ledger.record(
      id,
      opened(id),
      event('StewardAssigned', { stewardId: steward, role: 'PRIMARY' } as const, hoursAgo(90)),
      touched('lag 1', 2),
      touched('lag 2', 10),
      touched('lag 3', 80),
      touched('lag 4', 100),
      touched('lag 5', 1000),
      event('TouchCorrected', { touchId: touchId('lag 2'), ...corrected }),
      event('TouchRetracted', { touchId: touchId('lag 5'), targetEventId, reason: 'Never was.' }),
    );
    await ledger.shown();
    const read = await askable(ledger);
    const lag = async (by?: string, to?: string) => {
      const query = `query ($from: DateTime, $to: DateTime, $by: CaptureLagDimension) {
        captureLag(from: $from, to: $to, by: $by) { key count medianHours p90Hours p99Hours withinDayBp } }`;
      const { data, errors } = await read.ask(query, { from: hoursAgo(-1 / 3_600_000), to, by });
      expect(errors).toBeUndefined();
      return data?.['captureLag'] as unknown as { key: string | null; count: number; medianHours: number }[];
    };
    const [all] = await lag();
    expect(all).toMatchObject({ key: null, count: 4, withinDayBp: 5000 });
    expect(all!.medianHours).toBeCloseTo(45, 1);
    expect((await lag('STEWARD')).map(({ key, count }) => [key, count])).toEqual([
      [steward, 3],
      [null, 1],
    ]);
    expect(await lag('SOURCE')).toMatchObject([{ key: 'HUMAN', count: 4 }]);
    expect(await lag('KIND')).toMatchObject([{ key: 'TOUCH', count: 4 }]);
    expect(await lag(undefined, begun)).toMatchObject([{ count: 0, medianHours: null }]);
    await read.close();
  });

  it('are the same when they are built anew', async () => {
    const count = () => ledger.db.rows(sql`SELECT count(*), sum(hashtext(t::text)) FROM facts.facts t`);
    await ledger.shown();
    const before = await count();
    await ledger.rebuild();
    expect(await count()).toEqual(before);
  });
});

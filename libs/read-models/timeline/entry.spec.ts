import { describe, expect, it } from '@jest/globals';
import type { Event, Recorded } from '../../event-sourcing/event.js';
import { deriveId } from '../../event-sourcing/id.js';
import type { Row, Rows } from '../../event-sourcing/projection.js';
import { january as day } from '../../event-sourcing/testing/given.js';
import { streamName } from '../../event-sourcing/stream.js';
import { entryHandlers, entryKind, type Told } from './entry.js';

interface Facts {
  readonly relationshipId?: string;
  readonly serviceLine: string;
}

/** A kind whose entries have streams of their own, and say themselves in whose ledger they stand. */
const referrals = entryKind({
  kind: 'REFERRAL',
  description: 'A referral.',
  recorded: 'ReferralMade',
  corrected: 'ReferralCorrected',
  retracted: 'ReferralRetracted',
  steps: { ReferralSent: 'SENT' },
  stepRetracted: 'ReferralStepRetracted',
  relationshipOf: ({ relationshipId }: Facts) => relationshipId,
  show: ({ facts }: Told<Facts>) => facts,
});
const [referralId, relationshipId, other] = [deriveId('ref', 'x'), deriveId('rel', 'x'), deriveId('rel', 'y')];
const idOf = (index: number) => deriveId('evt', String(index));
const stream = streamName('referral', 'demo', referralId);

/** The row that these events of one referral leave. */
function rowAfter(...events: readonly Event[]): Row | undefined {
  let row: Row | undefined;
  const rows: Rows = {
    get: () => row,
    put: (_, next) => (row = next),
    delete: () => (row = undefined),
    touch: () => undefined,
  };
  const handlers = entryHandlers(referrals, { table: 'entries' });
  for (const [index, { type, data, occurredAt = day(1) }] of events.entries()) {
    const clocks = { occurredAt, recordedAt: day(31), position: BigInt(index) };
    const recorded = { id: idOf(index), type, data, tenantId: 'demo', stream, ...clocks } as Recorded;
    handlers[type]!.apply(recorded, rows);
  }
  return row;
}

const made: Event = { type: 'ReferralMade', data: { relationshipId, serviceLine: 'cardiology' } };
const sent: Event = { type: 'ReferralSent', data: { note: 'By fax.' }, occurredAt: day(2) };
const amending = { targetEventId: idOf(0), reason: 'Misread.' };

describe('an entry with a stream of its own', () => {
  it('stands in the ledger that it names, under the id of its stream', () => {
    expect(rowAfter(made)).toMatchObject({
      entry_id: referralId,
      subject_id: referralId,
      relationship_id: relationshipId,
    });
  });

  it('stands in none when it names none, and in another once it was corrected', () => {
    const unnamed: Event = { type: 'ReferralMade', data: { serviceLine: 'cardiology' } };
    expect(rowAfter(unnamed)).toMatchObject({ relationship_id: null });
    const replacement = { relationshipId: other, serviceLine: 'oncology', occurredAt: day(3) };
    expect(rowAfter(unnamed, { type: 'ReferralCorrected', data: { ...amending, replacement } })).toMatchObject({
      relationship_id: other,
      occurred_at: day(3),
      facts: { relationshipId: other, serviceLine: 'oncology' },
      amendments: [{ kind: 'CORRECTED', eventId: idOf(1), reason: 'Misread.' }],
    });
  });

  it('keeps its steps, also those that were retracted', () => {
    const retraction: Event = { type: 'ReferralStepRetracted', data: { ...amending, targetEventId: idOf(1) } };
    const step = { step: 'SENT', eventId: idOf(1), occurredAt: day(2), recordedAt: day(31), note: 'By fax.' };
    expect(rowAfter(made, sent)).toMatchObject({ steps: [{ ...step, retracted: false, amendments: [] }] });
    expect(rowAfter(made, sent, retraction)).toMatchObject({
      retracted: false,
      steps: [{ ...step, retracted: true, amendments: [{ kind: 'RETRACTED', eventId: idOf(2) }] }],
    });
  });

  it('that was never recorded is a bug', () => {
    expect(() => rowAfter(sent)).toThrow(/never recorded/);
  });
});

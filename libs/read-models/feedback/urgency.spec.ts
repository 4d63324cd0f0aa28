import { describe, expect, it } from '@jest/globals';
import { january as day } from '../../event-sourcing/testing/given.js';
import { FeedbackKind } from '../../ledger/feedback/feedback.words.js';
import { urgencyOf, WAITING, type Judged } from './urgency.js';

const said = (kind: FeedbackKind, more: Partial<Judged> = {}): Judged => ({ kind, occurredAt: day(10), ...more });
const scored = (kind: FeedbackKind, score: number, min: number, max: number) =>
  said(kind, { score, scale: { min, max } });
const waits = (feedback: Judged) => urgencyOf(feedback) < WAITING;

describe('how urgent feedback is', () => {
  it('waits for an answer when it is a complaint, a grievance, a suggestion, or of no use to them', () => {
    const kinds = Object.values(FeedbackKind).filter((kind) => waits(said(kind)));
    expect(kinds.sort()).toEqual(['COMPLAINT', 'GRIEVANCE', 'IRRELEVANT_OUTREACH', 'SUGGESTION']);
  });

  it('waits for an answer when a score is low: 0 to 6 of an NPS, below the middle of any other scale', () => {
    expect([6, 7, 10].map((score) => waits(scored('NPS', score, 0, 10)))).toEqual([true, false, false]);
    for (const kind of ['CSAT', 'CES', 'TRUST_RATING'] as const) {
      expect([1, 2, 3, 5].map((score) => waits(scored(kind, score, 1, 5)))).toEqual([true, true, false, false]);
    }
  });

  it('waits for an answer when it felt bad, whatever it is', () => {
    expect([-1, 0, 5000].map((sentimentBp) => waits(said('OUTCOME_REPORT', { sentimentBp })))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('puts the worst first, and of equals the oldest', () => {
    const list = [
      said('PRAISE', { occurredAt: day(1) }),
      said('SUGGESTION'),
      scored('NPS', 0, 0, 10),
      said('COMPLAINT', { occurredAt: day(11) }),
      said('COMPLAINT'),
      said('GRIEVANCE', { occurredAt: day(12) }),
    ];
    expect(list.toSorted((one, other) => urgencyOf(one) - urgencyOf(other))).toEqual(list.toReversed());
  });
});

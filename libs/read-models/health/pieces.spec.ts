import { describe, expect, it } from '@jest/globals';
import { assert, property } from 'fast-check';
import { BUILT_IN } from '../../ledger/metric/built-in.js';
import { fact, type FactKind } from '../../metrics/fact.js';
import { compile, type Metric } from '../../metrics/fold.js';
import type { MetricState } from '../../metrics/state.js';
import { anyFacts } from '../../metrics/testing/any-facts.js';
import { piecesOf, slotsAt, TOLERANCE, type Piece } from './pieces.js';

const DAY = 86_400_000;
const FROM = Date.UTC(2026, 0, 1);
const metric = compile(BUILT_IN.body);
const told = (kind: FactKind, days: number, more: object = {}) =>
  fact({
    ...{ relationshipId: 'rel', eventId: `${kind} ${String(days)}`, kind, position: 1 },
    ...{ occurredAt: FROM + days * DAY, recordedAt: FROM + days * DAY, ...more },
  });
const spoken = { channel: 'PHONE_CALL', direction: 'OUTBOUND', outcome: 'CONNECTED' } as const;
const state = metric.foldAll(
  [
    told('OPENED', 0, { detail: 'CARE' }),
    told('TOUCH', 3, spoken),
    told('TOUCH', 20, { ...spoken, direction: 'INBOUND' }),
  ],
  { asOf: Infinity },
);
const EVER = Date.UTC(2149, 0, 1);

/** At moments ever farther apart: the pieces that hold then, and the score. */
function walk(of: Metric, known: MetricState, visit: (found: readonly Piece[], score: number) => void): void {
  const course = of.course(known, 0);
  const pieces = piecesOf(course);
  for (let [at, step] = [course.begin.at, DAY / 5]; at < EVER; at += step, step *= 1.03) {
    const slots = slotsAt(at);
    visit(
      pieces.filter(({ slot }) => slots.includes(slot)),
      of.score(known, at),
    );
  }
}

describe('a score cut into pieces', () => {
  it('has exactly one piece for each moment, and that is right', () => {
    walk(metric, state, (found, score) => {
      expect(found).toHaveLength(1);
      expect(Math.abs(found[0]!.score - score)).toBeLessThanOrEqual(TOLERANCE);
    });
  });

  it('is right whatever happened, but for the shortest tiles, in which it may jump', () => {
    assert(
      property(anyFacts, (facts) => {
        const known = metric.foldAll(facts, { asOf: Infinity });
        walk(metric, known, (found, score) => {
          expect(found).toHaveLength(1);
          const [{ lowest, highest, from, to, score: told }] = found as [Piece];
          if (to.at - from.at > DAY / 4) expect(Math.abs(told - score)).toBeLessThanOrEqual(TOLERANCE + 1e-9);
          else expect(score > lowest - 1e-9 && score < highest + 1e-9).toBe(true);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('has few of them', () => {
    expect(piecesOf(metric.course(state, 0)).length).toBeLessThan(30);
  });

  it('has few of them though the past of referrals is soon forgotten', () => {
    const forgetful = compile({
      ...BUILT_IN.body,
      components: [
        { name: 'referral', type: 'referral', weight: 1, mode: 'BASELINE', halfLifeDays: 5, baselineHalfLifeDays: 10 },
      ],
    });
    const known = forgetful.foldAll([told('OPENED', 0, { detail: 'CARE' }), told('REFERRAL', 30)], { asOf: Infinity });
    expect(piecesOf(forgetful.course(known, 0)).length).toBeLessThan(100);
  });
});

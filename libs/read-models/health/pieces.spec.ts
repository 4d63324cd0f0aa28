import { describe, expect, it } from '@jest/globals';
import { BUILT_IN } from '../../ledger/metric/built-in.js';
import { fact } from '../../metrics/fact.js';
import { compile } from '../../metrics/fold.js';
import { piecesOf, slotsAt, TOLERANCE } from './pieces.js';

const DAY = 86_400_000;
const FROM = Date.UTC(2026, 0, 1);
const metric = compile(BUILT_IN.body);
const told = (kind: 'OPENED' | 'TOUCH', days: number, more: object = {}) =>
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
const scoreAt = (at: number): number => metric.score(state, at);
const from = FROM + 20 * DAY;
const pieces = piecesOf(metric.course(state, from));

describe('a score cut into pieces', () => {
  it('has exactly one piece for each moment, and that is right', () => {
    for (let days = 0; days < 20_000; days += days < 400 ? 0.3 : 37) {
      const at = from + days * DAY;
      const slots = slotsAt(at);
      const found = pieces.filter(({ slot }) => slots.includes(slot));
      expect(found).toHaveLength(1);
      expect(Math.abs(found[0]!.score - scoreAt(at))).toBeLessThanOrEqual(TOLERANCE * 1.05);
    }
  });

  it('has few of them', () => {
    expect(pieces.length).toBeLessThan(100);
  });
});

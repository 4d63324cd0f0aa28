import { describe, expect, it } from '@jest/globals';
import { deriveId } from '../event-sourcing/id.js';
import type { Instant } from '../event-sourcing/instant.js';
import { demoCommands, type DemoCommand } from './demo.js';

const UNTIL = '2026-03-01T00:00:00.000Z' as Instant;

const tell = (more: { seed?: string; parties?: number; until?: Instant } = {}): DemoCommand[] => [
  ...demoCommands({
    parties: 40,
    years: 2,
    seed: '1',
    until: UNTIL,
    id: (prefix, key) => deriveId(prefix, 'demo', key),
    ...more,
  }),
];

const countsOf = (commands: readonly DemoCommand[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { command } of commands) counts[command.type] = (counts[command.type] ?? 0) + 1;
  return counts;
};

describe('the story of the demo', () => {
  it('is the same for the same options, and another for another seed or day', () => {
    expect(tell()).toEqual(tell());
    const keys = new Set(tell().map(({ idempotencyKey }) => idempotencyKey));
    for (const other of [tell({ seed: '2' }), tell({ until: '2026-03-02T00:00:00.000Z' as Instant })]) {
      expect(other.some(({ idempotencyKey }) => keys.has(idempotencyKey))).toBe(false);
    }
  });

  it('names each command once, and nothing that has not come yet', () => {
    const commands = tell({ parties: 300 });
    expect(new Set(commands.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(commands.length);
    for (const { command } of commands) {
      if ('occurredAt' in command && command.occurredAt) expect(command.occurredAt <= UNTIL).toBe(true);
    }
  });

  it('has everything that happens between people', () => {
    const counts = countsOf(tell({ parties: 300 }));
    expect(counts['OpenRelationship']).toBeGreaterThanOrEqual(300);
    expect(counts['RecordTouch']).toBeGreaterThan(300 * 8);
    const rare = ['CorrectTouch', 'RetractTouch', 'LapseRelationship', 'ReactivateRelationship', 'EndRelationship'];
    for (const type of [...rare, 'HandOverSteward', 'ChangeStage']) expect(counts[type]).toBeGreaterThan(0);
    const deeds = ['RecordTrustAction', 'KeepCommitment', 'ReceiveFeedback', 'MakeReferral'];
    for (const type of deeds) expect(counts[type]).toBeGreaterThan(50);
  });

  it('tells some touches late', () => {
    const lastTold = new Map<string, string>();
    let late = 0;
    for (const { command } of tell({ parties: 100 })) {
      if (command.type !== 'RecordTouch') continue;
      const { relationshipId, occurredAt } = command;
      if (occurredAt < (lastTold.get(relationshipId) ?? '')) late++;
      else lastTold.set(relationshipId, occurredAt);
    }
    expect(late).toBeGreaterThan(5);
  });
});

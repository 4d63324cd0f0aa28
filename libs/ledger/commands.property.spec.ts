import { describe, expect, it } from '@jest/globals';
import { assert, nat, noBias, property } from 'fast-check';
import { allCommands, tapes, TOPICS, World } from './testing/any-commands.js';

describe('any commands in any order', () => {
  it('are decided without a fault, change nothing when refused, and leave streams that replay to the same state', () => {
    const accepted = new Set<string>();
    assert(
      property(noBias(nat()), tapes(100, 300), (about, numbers) => {
        const world = new World('test');
        world.play(TOPICS[about % TOPICS.length]!, numbers);
        for (const { decider, state, events } of world.streams.values()) {
          expect(events.reduce((before, event) => decider.evolve(before, event), decider.initial())).toEqual(state);
        }
        for (const type of world.accepted) accepted.add(type);
      }),
      { numRuns: 250 },
    );
    // Hardly any command is too picky to be carried out by chance.
    expect(accepted.size / allCommands.length).toBeGreaterThan(0.6);
  });
});

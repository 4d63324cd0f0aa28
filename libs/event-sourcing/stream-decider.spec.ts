import { describe, expect, it } from '@jest/globals';
import { isRefusal, refuse, slice, type Command } from './decider.js';
import { event, type Event } from './event.js';
import { streamDecider } from './stream-decider.js';
import { applied, contextOf, given, stateAfter } from './testing/given.js';

interface Door {
  readonly lock: { readonly locked: boolean };
  readonly bell: { readonly rings: number };
}
const personal = { version: 1, dataClass: 'PUBLIC', personal: [] } as const;

const lock = slice<Door['lock'], Event<'Locked', { key: string }>, Command<'Lock'> & { key: string }, Door>({
  events: { Locked: personal },
  initial: () => ({ locked: false }),
  decide: {
    Lock({ lock, bell }, { key }) {
      if (bell.rings > 2) return refuse('SOMEBODY_WAITS', 'Open first.');
      return lock.locked ? [] : [event('Locked', { key })];
    },
  },
  evolve: { Locked: () => ({ locked: true }) },
  consults: { Lock: ({ key }, { bell }) => [key, String(bell.rings)] },
  claims: { Locked: ({ data }, { lock }) => (lock.locked ? {} : { release: [data.key] }) },
  follows: { Locked: ({ occurredAt }) => ({ type: 'Ring', occurredAt }) },
});

const bell = slice<Door['bell'], Event<'Rang', { at: string }>, Command<'Ring'>, Door>({
  events: { Rang: { ...personal, version: 2 } },
  initial: () => ({ rings: 0 }),
  decide: { Ring: (_, __, { occurredAt }) => [event('Rang', { at: occurredAt })] },
  evolve: { Rang: ({ rings }) => ({ rings: rings + 1 }) },
});

const door = streamDecider('door', { subject: 'key' }, { lock, bell });
const rang = event('Rang', { at: 'noon' });
const doLock = { type: 'Lock' as const, key: 'k' };

describe('the decider of a stream', () => {
  it('decides each command in the slice that knows it, with the whole state before it', () => {
    given(door, rang, rang)
      .when(doLock)
      .then(event('Locked', { key: 'k' }));
    given(door, rang, rang, rang).when(doLock).thenRefused('SOMEBODY_WAITS');
    given(door, event('Locked', { key: 'k' }))
      .when(doLock)
      .thenNothing();
  });

  it('lets each slice evolve its own part only', () => {
    expect(stateAfter(door, rang, event('Locked', { key: 'k' }), rang)).toEqual({
      lock: { locked: true },
      bell: { rings: 2 },
    });
  });

  it('names what a decision consults and what its events claim', () => {
    const state = stateAfter(door, rang);
    expect(door.consults(doLock, state)).toEqual(['k', '1']);
    expect(door.consults({ type: 'Ring' }, state)).toEqual([]);
    expect(door.claims(event('Locked', { key: 'k' }), state)).toEqual({ release: ['k'] });
    expect(door.claims(rang, state)).toEqual({});
  });

  it('names what its events bring about elsewhere', () => {
    const locked = applied(event('Locked', { key: 'k' }), 0);
    expect(door.leads).toBe(true);
    expect(door.follows(locked)).toEqual({ type: 'Ring', occurredAt: locked.occurredAt });
    expect(door.follows(applied(rang, 1))).toBeUndefined();
    expect(streamDecider('bell', { subject: 'key' }, { bell }).leads).toBe(false);
  });

  it('knows the version of each of its event types', () => {
    expect([...door.events].map(([type, { version }]) => [type, version])).toEqual([
      ['Locked', 1],
      ['Rang', 2],
    ]);
    expect([...door.commands]).toEqual(['Lock', 'Ring']);
  });

  it('stops on a command or an event that none of its slices knows: that is a bug', () => {
    const state = door.initial();
    expect(() => door.decide(state, { type: 'Open' }, contextOf(undefined))).toThrow('door decides no Open.');
    expect(() => door.evolve(state, applied(event('Opened', {}), 0))).toThrow('door knows no Opened.');
  });

  it('is never composed of slices that want the same name', () => {
    expect(() => streamDecider('door', { subject: 'key' }, { lock, other: lock })).toThrow(
      'Two slices of door decide Lock.',
    );
    expect(() => streamDecider('door', { subject: 'key' }, { bell, other: { ...bell, decide: {} } })).toThrow(
      'Two slices of door evolve Rang.',
    );
  });

  it('tells a refusal from a decision', () => {
    expect(isRefusal(refuse('NO', 'No.'))).toBe(true);
    expect(isRefusal([rang])).toBe(false);
  });
});

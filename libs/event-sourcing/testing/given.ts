import { expect } from '@jest/globals';
import { isRefusal, type Applied, type Command, type Decision, type DecisionContext } from '../decider.js';
import type { Event } from '../event.js';
import { deriveId } from '../id.js';
import { fromMillis, type Instant } from '../instant.js';
import type { StreamDecider, StreamState } from '../stream-decider.js';

/** The moment of every test: commands come in now, and what is not dated happens now. */
export const NOW = fromMillis(Date.UTC(2026, 0, 31, 12));

/** Nine in the morning of a day in the month of the tests. */
export const january = (day: number): Instant => fromMillis(Date.UTC(2026, 0, day, 9));

export interface Circumstances {
  readonly now?: Instant;
  /** Absent: the command's own, else now. */
  readonly occurredAt?: Instant;
  readonly idempotencyKey?: string;
  /** States of other streams by id, as the command finds them. */
  readonly others?: Readonly<Record<string, StreamState>>;
}

/** The state after these events. The n-th event has the id `eventId(n)`, counted from 0. */
export function stateAfter(decider: StreamDecider, ...events: readonly Event[]): StreamState {
  return events.reduce((state, event, index) => decider.evolve(state, applied(event, index)), decider.initial());
}

export const eventId = (index: number) => deriveId('evt', 'given', String(index));

/** `given(decider, …what has happened).when(what is asked).then(…what happens)`, or `.thenRefused(code)`. */
export function given(decider: StreamDecider, ...events: readonly Event[]) {
  return {
    when<C extends Command & { readonly occurredAt?: Instant | null }>(command: C, circumstances: Circumstances = {}) {
      const context = contextOf(command.occurredAt, circumstances);
      const decision = decider.decide(stateAfter(decider, ...events), command, context);
      return {
        then: (...expected: readonly Event[]) => {
          expectEvents(decision, expected);
          // What was decided must be readable from the log: JSON keeps it, and the decider takes it in again.
          stateAfter(decider, ...events, ...(JSON.parse(JSON.stringify(decision)) as Event[]));
        },
        thenNothing: () => {
          expectEvents(decision, []);
        },
        thenRefused: (code: string, more: { path?: readonly string[]; current?: string } = {}) => {
          const { path, current } = more;
          expect(decision).toMatchObject({
            refused: code,
            ...(path && { path }),
            ...(current !== undefined && { detail: { current } }),
          });
        },
      };
    },
  };
}

/** What a decision knows of the caller and of other streams. Ids follow from the idempotency key. */
export function contextOf(occurredAt: Instant | null | undefined, circumstances: Circumstances = {}): DecisionContext {
  const { now = NOW, idempotencyKey = 'key', others = {} } = circumstances;
  return {
    tenantId: 'test',
    actor: { id: 'tester', kind: 'HUMAN' },
    now,
    occurredAt: circumstances.occurredAt ?? occurredAt ?? now,
    id: (prefix) => deriveId(prefix, 'test', idempotencyKey),
    consulted: (id) => others[id],
  };
}

export const applied = (event: Event, index: number): Applied<Event> => ({
  type: event.type,
  data: event.data,
  id: eventId(index),
  occurredAt: event.occurredAt ?? NOW,
});

function expectEvents(decision: Decision<Event>, expected: readonly Event[]): void {
  if (isRefusal(decision)) expect(decision).toEqual(expected);
  expect(JSON.parse(JSON.stringify(decision))).toEqual(JSON.parse(JSON.stringify(expected)));
}

import { describe, expect, it } from '@jest/globals';
import { array, assert, nat, noBias, property } from 'fast-check';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql';
import { readFileSync } from 'node:fs';
import { isRefusal, type DatedCommand } from '../event-sourcing/decider.js';
import type { Applied, Claims } from '../event-sourcing/decider.js';
import type { Event } from '../event-sourcing/event.js';
import { deriveId, type PartyId } from '../event-sourcing/id.js';
import type { Instant } from '../event-sourcing/instant.js';
import { REFUSAL_CODES } from '../event-sourcing/refusal-codes.js';
import type { StreamDecider, StreamState } from '../event-sourcing/stream-decider.js';
import { contextOf, NOW } from '../event-sourcing/testing/given.js';
import { ledger, type LedgerCommand } from './ledger.js';
import { commandClasses } from './ledger.module.js';
import { inFuture } from './order.js';
import { commandOf, violations, type CommandClass } from './validate.inputs.js';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const inputOf = (type: string) => schema.getType(`${type}Input`) as GraphQLInputObjectType;

/** Numbers that were drawn before: whoever takes the next one is told what it is. */
class Tape {
  private at = 0;
  constructor(private readonly numbers: readonly number[]) {}
  next = (): number => this.numbers[this.at++ % this.numbers.length]!;
  pick = <Item>(items: readonly Item[]): Item => items[this.next() % items.length]!;
}

const DAYS = ['2025-01-06', '2025-11-03', '2026-01-05', '2026-01-12', '2026-01-19', '2026-01-26', '2026-01-31'];
const TEXTS = ['x', 'INTAKE', 'patient-1'];
const PREFIXES: Readonly<Record<string, string>> = {
  ...{ relationshipId: 'rel', touchId: 'tch', actionId: 'act', commitmentId: 'cmt', feedbackId: 'fbk', needId: 'ned' },
  ...{ referralId: 'ref', parentReferralId: 'ref', campaignId: 'cmp', costId: 'cst', responseId: 'rsp' },
  ...{ contactPointId: 'cpt', affiliationId: 'aff', assessmentId: 'tas', trustRequestId: 'ask', requestId: 'fbr' },
  ...{ inReturnFor: 'evt', aboutEventId: 'evt', byEventId: 'evt', targetEventId: 'evt', eventId: 'evt' },
};

interface Stream {
  readonly decider: StreamDecider;
  state: StreamState;
  readonly events: Applied<Event>[];
}

/** All streams, as commands that follow each other leave them. */
class World {
  readonly streams = new Map<string, Stream>();
  readonly accepted = new Set<string>();
  private readonly owners = new Map<string, string>();
  private readonly ids = new Set<string>([deriveId('pty', 'nobody'), deriveId('rel', 'nothing')]);
  private commands = 0;

  /** Makes a command of the class out of what the world knows. Undefined when its fields break a rule of their own. */
  command(commandClass: CommandClass, tape: Tape): DatedCommand | undefined {
    const type = inputOf(new commandClass().type);
    const command = commandOf(commandClass, this.fields(type, tape));
    return violations(command).length > 0 ? undefined : command;
  }

  /** Carries it out, with all that follows; checks what must hold of every decision. */
  carryOut(command: DatedCommand, key = `command ${String(++this.commands)}`): void {
    if (inFuture(command.occurredAt ?? NOW, NOW)) return;
    const decider = ledger.of(command);
    const others = Object.fromEntries([...this.streams].map(([id, { state }]) => [id, state]));
    const context = contextOf(command.occurredAt, { idempotencyKey: key, others });
    const id = ledger.subjectOf(command, context);
    const stream = this.streams.get(id) ?? { decider, state: decider.initial(), events: [] };

    const before = structuredClone(stream.state);
    const decision = decider.decide(stream.state, command, context);
    expect(stream.state).toEqual(before);
    if (isRefusal(decision)) {
      expect(Object.keys(REFUSAL_CODES)).toContain(decision.refused);
      return;
    }
    const claims: Claims[] = [];
    let state: StreamState = before;
    for (const event of decision) {
      claims.push(decider.claims(event, state));
      state = decider.evolve(state, applied(event, context.occurredAt, key, 0));
    }
    if (claims.some(({ take }) => take?.some(({ name, owner }) => (this.owners.get(name) ?? owner) !== owner))) return;
    for (const { take = [], release = [] } of claims) {
      for (const { name, owner } of take) this.owners.set(name, owner);
      for (const name of release) this.owners.delete(name);
    }
    this.accepted.add(command.type);
    this.streams.set(id, stream);
    for (const [index, event] of decision.entries()) {
      const recorded = applied(event, context.occurredAt, key, index);
      stream.state = decider.evolve(stream.state, recorded);
      stream.events.push(recorded);
      for (const [found] of JSON.stringify([id, recorded]).matchAll(/[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}/g)) {
        this.ids.add(found);
      }
      const next = decider.follows(recorded);
      if (next) this.carryOut(next, recorded.id);
    }
  }

  private fields(type: GraphQLInputObjectType, tape: Tape): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    for (const field of Object.values(type.getFields())) {
      const wanted = isNonNullType(field.type) || tape.next() % 3 === 0;
      if (wanted) fields[field.name] = this.value(field.type, field.name, tape);
      else if (field.defaultValue !== undefined) fields[field.name] = field.defaultValue;
    }
    return fields;
  }

  private value(type: GraphQLInputType, name: string, tape: Tape): unknown {
    if (isNonNullType(type)) return this.value(type.ofType, name, tape);
    if (isListType(type)) return [this.value(type.ofType, name, tape)];
    if (isEnumType(type))
      return tape.pick(
        type
          .getValues()
          .map((value) => value.name)
          .filter((word) => word !== 'OTHER'),
      );
    if (isInputObjectType(type)) return this.fields(type, tape);
    switch (type.name) {
      case 'ID': {
        const prefix = PREFIXES[name] ?? 'pty';
        return tape.pick([...this.ids].filter((id) => id.startsWith(prefix)).concat(deriveId('pty', 'nobody')));
      }
      case 'DateTime':
        return `${tape.pick(DAYS)}T09:00:00.000Z`;
      case 'Date':
        return tape.pick(DAYS);
      case 'Boolean':
        return tape.next() % 2 === 0;
      case 'String':
        return name === 'currency' ? 'USD' : tape.pick(TEXTS);
      default:
        return tape.pick([1, 7, 5, 30, 0]);
    }
  }
}

const applied = ({ type, data, occurredAt }: Event, at: Instant, key: string, index: number): Applied<Event> => ({
  type,
  data: JSON.parse(JSON.stringify(data)) as object,
  id: deriveId('evt', 'test', key, String(index)),
  occurredAt: occurredAt ?? at,
});

const made = (prefix: 'pty' | 'rel', key: string) => deriveId(prefix, 'test', key);
const [a, b, c] = ['a', 'b', 'c'].map((key) => made('pty', key)) as [PartyId, PartyId, PartyId];
const since = { occurredAt: `${DAYS[0]}T09:00:00.000Z` as Instant };

/** Told first, or there would be nothing to speak of. */
const BEGINNINGS: Readonly<Record<string, LedgerCommand>> = {
  ...Object.fromEntries(
    ['a', 'b', 'c', 'd'].map((key) => [key, { type: 'RegisterParty', kind: 'PERSON', displayName: key, ...since }]),
  ),
  tie: { type: 'OpenRelationship', a, b, kind: 'CARE', intent: 'UNKNOWN', ...since },
  other: { type: 'OpenRelationship', a: c, b, kind: 'CARE', intent: 'UNKNOWN', ...since },
};

const byType = new Map<string, CommandClass>(commandClasses.map((one) => [new one().type, one]));
const all = [...byType.values()];
/** One run is about one thing, so that its commands meet; every now and then about everything. */
const TOPICS = ['Commitment', 'Feedback', 'Referral', 'Touch', 'Trust', 'Campaign', 'Steward', 'Affiliation', ''].map(
  (topic) => all.filter((one) => new one().type.includes(topic)),
);

describe('any commands in any order', () => {
  it('are decided without a fault, change nothing when refused, and leave streams that replay to the same state', () => {
    const accepted = new Set<string>();
    const story = array(array(noBias(nat({ max: 9999 })), { minLength: 24, maxLength: 24 }), {
      minLength: 100,
      maxLength: 300,
    });
    assert(
      property(noBias(nat()), story, (about, tapes) => {
        const topic = TOPICS[about % TOPICS.length]!;
        const world = new World();
        for (const [key, command] of Object.entries(BEGINNINGS)) world.carryOut(command, key);
        for (const numbers of tapes) {
          const tape = new Tape(numbers);
          const command = world.command(tape.pick(topic), tape);
          if (command) world.carryOut(command);
        }
        for (const { decider, state, events } of world.streams.values()) {
          expect(events.reduce((before, event) => decider.evolve(before, event), decider.initial())).toEqual(state);
        }
        for (const type of world.accepted) accepted.add(type);
      }),
      { numRuns: 250 },
    );
    // Hardly any command is too picky to be carried out by chance.
    expect(accepted.size / all.length).toBeGreaterThan(0.6);
  });
});

import { expect } from '@jest/globals';
import { array, nat, noBias, type Arbitrary } from 'fast-check';
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
import { isRefusal, type DatedCommand } from '../../event-sourcing/decider.js';
import type { Applied, Claims } from '../../event-sourcing/decider.js';
import type { Event } from '../../event-sourcing/event.js';
import { deriveId, type IdPrefix, type PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { REFUSAL_CODES } from '../../event-sourcing/refusal-codes.js';
import type { StreamDecider, StreamState } from '../../event-sourcing/stream-decider.js';
import { contextOf, NOW } from '../../event-sourcing/testing/given.js';
import { ledger, type LedgerCommand } from '../ledger.js';
import { commandClasses } from '../ledger.module.js';
import { inFuture } from '../order.js';
import { commandOf, violations, type CommandClass } from '../validate.inputs.js';

const schema = buildSchema(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));
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

/** A command as it came in, and what became of it. */
export interface Told {
  readonly command: DatedCommand;
  readonly idempotencyKey: string;
  readonly refused: boolean;
}

/** All streams of a tenant, as commands that follow each other leave them. */
export class World {
  readonly streams = new Map<string, Stream>();
  readonly told: Told[] = [];
  readonly accepted = new Set<string>();
  /** Codes by the type of the command that was refused with them. */
  readonly refusals = new Map<string, Set<string>>();
  private owners: ReadonlyMap<string, string> = new Map();
  private readonly ids = new Set<string>([deriveId('pty', 'nobody'), deriveId('rel', 'nothing')]);
  private commands = 0;

  constructor(readonly tenantId: string) {
    for (const [key, command] of Object.entries(beginnings(tenantId))) this.tell(command, key);
  }

  /** Makes a command of the class out of what the world knows. Undefined when its fields break a rule of their own. */
  private command(commandClass: CommandClass, tape: Tape): DatedCommand | undefined {
    const type = inputOf(new commandClass().type);
    const command = commandOf(commandClass, this.fields(type, tape));
    return violations(command).length > 0 ? undefined : command;
  }

  /** Makes commands of the topic out of drawn numbers, and carries them out. */
  play(topic: readonly CommandClass[], tapes: readonly (readonly number[])[]): void {
    for (const numbers of tapes) {
      const tape = new Tape(numbers);
      const command = this.command(tape.pick(topic), tape);
      if (command) this.tell(command);
    }
  }

  private tell(command: DatedCommand, idempotencyKey = `command ${String(++this.commands)}`): void {
    this.told.push({ command, idempotencyKey, refused: !this.carryOut(command, idempotencyKey) });
  }

  /** Carries it out, with all that follows, unless it is refused; checks what must hold of every decision. */
  private carryOut(command: DatedCommand, key: string): boolean {
    if (inFuture(command.occurredAt ?? NOW, NOW)) return false;
    const decider = ledger.of(command);
    const others = Object.fromEntries([...this.streams].map(([id, { state }]) => [id, state]));
    const id = <Prefix extends IdPrefix>(prefix: Prefix) => deriveId(prefix, this.tenantId, key);
    const context = { ...contextOf(command.occurredAt, { others }), tenantId: this.tenantId, id };
    const subject = ledger.subjectOf(command, context);
    const stream = this.streams.get(subject) ?? { decider, state: decider.initial(), events: [] };

    const before = structuredClone(stream.state);
    const decision = decider.decide(stream.state, command, context);
    expect(stream.state).toEqual(before);
    if (isRefusal(decision)) {
      expect(Object.keys(REFUSAL_CODES)).toContain(decision.refused);
      this.refusals.set(command.type, (this.refusals.get(command.type) ?? new Set()).add(decision.refused));
      return false;
    }
    const claims: Claims[] = [];
    let state: StreamState = before;
    for (const event of decision) {
      claims.push(decider.claims(event, state));
      state = decider.evolve(state, this.applied(event, context.occurredAt, key, 0));
    }
    const owners = new Map(this.owners);
    for (const name of claims.flatMap(({ release = [] }) => release)) owners.delete(name);
    for (const { name, owner } of claims.flatMap(({ take = [] }) => take)) {
      if ((owners.get(name) ?? owner) !== owner) return false;
      owners.set(name, owner);
    }
    this.owners = owners;
    this.accepted.add(command.type);
    this.streams.set(subject, stream);
    for (const [index, event] of decision.entries()) {
      const recorded = this.applied(event, context.occurredAt, key, index);
      stream.state = decider.evolve(stream.state, recorded);
      stream.events.push(recorded);
      for (const [found] of JSON.stringify([subject, recorded]).matchAll(/[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}/g)) {
        this.ids.add(found);
      }
      const next = decider.follows(recorded);
      if (next) this.carryOut(next, recorded.id);
    }
    return true;
  }

  private applied({ type, data, occurredAt }: Event, at: Instant, key: string, index: number): Applied<Event> {
    const id = deriveId('evt', this.tenantId, key, String(index));
    return { type, data: JSON.parse(JSON.stringify(data)) as object, id, occurredAt: occurredAt ?? at };
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

/** Told first, or there would be nothing to speak of. */
function beginnings(tenantId: string): Readonly<Record<string, LedgerCommand>> {
  const since = { occurredAt: `${DAYS[0]}T09:00:00.000Z` as Instant };
  const [a, b, c] = ['a', 'b', 'c'].map((key) => deriveId('pty', tenantId, key)) as [PartyId, PartyId, PartyId];
  return {
    ...Object.fromEntries(
      ['a', 'b', 'c', 'd'].map((key) => [key, { type: 'RegisterParty', kind: 'PERSON', displayName: key, ...since }]),
    ),
    tie: { type: 'OpenRelationship', a, b, kind: 'CARE', intent: 'UNKNOWN', ...since },
    other: { type: 'OpenRelationship', a: c, b, kind: 'CARE', intent: 'UNKNOWN', ...since },
  };
}

export const allCommands = [...new Map(commandClasses.map((one) => [new one().type, one])).values()];

/** Commands that are about one thing, so that they meet. */
export const TOPICS = [
  ...['Commitment', 'Feedback', 'Referral', 'Touch', 'Trust', 'Campaign', 'Steward', 'Affiliation', 'Parties'],
  '',
].map((topic) => allCommands.filter((one) => new one().type.includes(topic)));

/** Numbers for commands, so many as there are to be. */
export const tapes = (least: number, most: number): Arbitrary<number[][]> =>
  array(array(noBias(nat({ max: 9999 })), { minLength: 24, maxLength: 24 }), { minLength: least, maxLength: most });

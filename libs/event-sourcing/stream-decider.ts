import type { AnySlice, Applied, Claims, Command, DatedCommand, Decision, DecisionContext } from './decider.js';
import type { Event, EventTypeSpec } from './event.js';
import type { IdPrefix } from './id.js';

/**
 * The one decider of a stream, composed of its slices. Its state is an object with one member per slice, under the
 * slice's name.
 */
export interface StreamDecider {
  readonly category: string;
  readonly address: Address;
  readonly events: ReadonlyMap<string, EventTypeSpec>;
  readonly commands: ReadonlySet<string>;
  initial(): StreamState;
  decide(state: StreamState, command: Command, context: DecisionContext): Decision<Event>;
  evolve(state: StreamState, event: Applied<Event>): StreamState;
  consults(command: Command, state: StreamState): readonly string[];
  claims(event: Event, before: StreamState): Claims;
  /** Whether some of its events bring about commands in other streams. */
  readonly leads: boolean;
  follows(event: Applied<Event>): DatedCommand | undefined;
}

export type StreamState = Readonly<Record<string, unknown>>;

/** Which stream of its category a command goes to. */
export interface Address {
  /** Of the ids of its streams; absent: they are no ids of ours. */
  readonly prefix?: IdPrefix;
  /** What ids that are none of ours look like. Absent as well: its streams are of the machinery, and no facts. */
  readonly pattern?: RegExp;
  /** The command that begins a stream: its id follows from the command's idempotency key. */
  readonly begins?: string;
  /** The field by which every other command names the stream. */
  readonly subject: string;
  /** Commands that name it by another field. */
  readonly otherwise?: Readonly<Record<string, string>>;
}

// Slices keep their own types; inside the composition they meet only through the names of commands and events,
// which the construction below guarantees to reach the slice that declared them.
type Loose = {
  decide(state: StreamState, command: Command, context: DecisionContext): Decision<Event>;
  evolve(state: unknown, event: Applied<Event>): unknown;
  consults(command: Command, state: StreamState): readonly string[];
  claims(event: Event, before: StreamState): Claims;
  follows(event: Applied<Event>): DatedCommand;
};

export function streamDecider(
  category: string,
  address: Address,
  slices: Readonly<Record<string, AnySlice>>,
): StreamDecider {
  const byCommand = new Map<string, Loose['decide']>();
  const consultsOf = new Map<string, Loose['consults']>();
  const byEvent = new Map<string, { own: string; evolve: Loose['evolve'] }>();
  const claimsOf = new Map<string, Loose['claims']>();
  const followsOf = new Map<string, Loose['follows']>();
  const events = new Map<string, EventTypeSpec>();

  for (const [own, slice] of Object.entries(slices)) {
    for (const [type, decide] of Object.entries(slice.decide)) {
      if (byCommand.has(type)) throw new Error(`Two slices of ${category} decide ${type}.`);
      byCommand.set(type, decide);
    }
    for (const [type, evolve] of Object.entries(slice.evolve)) {
      if (byEvent.has(type)) throw new Error(`Two slices of ${category} evolve ${type}.`);
      byEvent.set(type, { own, evolve: evolve });
    }
    for (const [type, consults] of Object.entries(slice.consults ?? {}))
      consultsOf.set(type, consults as Loose['consults']);
    for (const [type, claims] of Object.entries(slice.claims ?? {})) claimsOf.set(type, claims as Loose['claims']);
    for (const [type, follows] of Object.entries(slice.follows ?? {})) followsOf.set(type, follows as Loose['follows']);
    for (const [type, spec] of Object.entries(slice.events)) events.set(type, spec);
  }

  return {
    category,
    address,
    events,
    commands: new Set(byCommand.keys()),
    initial: () => Object.fromEntries(Object.entries(slices).map(([own, slice]) => [own, slice.initial()])),
    decide(state, command, context) {
      const decide = byCommand.get(command.type);
      if (!decide) throw new Error(`${category} decides no ${command.type}.`);
      return decide(state, command, context);
    },
    evolve(state, event) {
      const target = byEvent.get(event.type);
      if (!target) throw new Error(`${category} knows no ${event.type}.`);
      return { ...state, [target.own]: target.evolve(state[target.own], event) };
    },
    consults: (command, state) => consultsOf.get(command.type)?.(command, state) ?? [],
    claims: (event, before) => claimsOf.get(event.type)?.(event, before) ?? {},
    leads: followsOf.size > 0,
    follows: (event) => followsOf.get(event.type)?.(event),
  };
}

/** Every decider there is: which one a command goes to, which stream, and whose an id is. */
export class Deciders {
  private readonly byCommand = new Map<string, StreamDecider>();
  private readonly byPrefix = new Map<string, StreamDecider>();
  private readonly byCategory = new Map<string, StreamDecider>();

  constructor(all: readonly StreamDecider[]) {
    for (const decider of all) {
      this.byCategory.set(decider.category, decider);
      for (const command of decider.commands) this.byCommand.set(command, decider);
      if (decider.address.prefix) this.byPrefix.set(decider.address.prefix, decider);
    }
  }

  /** The one that decides the command. */
  of({ type }: Command): StreamDecider {
    const decider = this.byCommand.get(type);
    if (!decider) throw new Error(`No concept decides ${type}.`);
    return decider;
  }

  /** Id of the stream that a command goes to: the one it names, or a new one that follows from its key. */
  subjectOf(command: Command, { id }: Pick<DecisionContext, 'id'>): string {
    const { prefix, begins, subject, otherwise } = this.of(command).address;
    if (prefix && command.type === begins) return id(prefix);
    return (command as unknown as Readonly<Record<string, string>>)[otherwise?.[command.type] ?? subject]!;
  }

  /** The one whose streams are of that category; undefined: there is none. */
  ofCategory(category: string): StreamDecider | undefined {
    return this.byCategory.get(category);
  }

  /** The one whose streams have such ids. */
  holding(id: string): StreamDecider {
    const decider = this.byPrefix.get(id.slice(0, id.indexOf('_')));
    if (!decider) throw new Error(`${id} names no stream.`);
    return decider;
  }
}

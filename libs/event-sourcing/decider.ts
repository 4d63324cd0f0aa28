import type { Actor, Event, EventTypes } from './event.js';
import type { Id, IdPrefix, EventId } from './id.js';
import type { Instant } from './instant.js';

/** A wish: what a caller asks for. Input classes are the commands; `type` is their literal name. */
export interface Command<Type extends string = string> {
  readonly type: Type;
}

/** What a list of command classes can ask for. */
export type CommandOf<Classes extends readonly (new () => Command)[]> = InstanceType<Classes[number]>;

/** `occurredAt`: when what it asks for was so; absent: when it came in. */
export type DatedCommand = Command & { readonly occurredAt?: Instant | null };

/** A command that cannot be carried out, as a value. Nothing is appended. `code` is one of the published codes. */
export interface Refusal {
  readonly refused: string;
  readonly message: string;
  /** The field of the input that is at fault, outermost first. */
  readonly path?: readonly string[];
  /** What the caller needs to go on: `current` state, `allowed` values, `nearest` name, `firstEventId`. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

export type Decision<E extends Event> = readonly E[] | Refusal;

export const refuse = (
  refused: string,
  message: string,
  more: { path?: readonly string[]; detail?: Record<string, unknown> } = {},
): Refusal => ({ refused, message, ...more });

export const isRefusal = (value: object): value is Refusal => 'refused' in value;

/** What a decision may know beside the state and the command. Nothing else: no clock, no random, no I/O. */
export interface DecisionContext {
  readonly tenantId: string;
  readonly actor: Actor;
  /** The ledger's clock when the command came in. */
  readonly now: Instant;
  /** When the fact was so: the command's `occurredAt`, else `now`. */
  readonly occurredAt: Instant;
  /** The id that follows from the command's idempotency key: stable over retries. */
  id<Prefix extends IdPrefix>(prefix: Prefix): Id<Prefix>;
  /** State of another stream that the command names (see `Slice.consults`); undefined when that stream is empty. */
  consulted(id: string): unknown;
}

/**
 * One concept's part of a stream: its facts, its state, how it decides and evolves. Several slices share one stream
 * and compose into its one decider: `decide` sees the state of the whole stream, `evolve` only its own part.
 */
export interface Slice<Own, E extends Event, C extends Command, Whole> {
  readonly events: EventTypes<E>;
  readonly initial: () => Own;
  /** State first, always; returns events (none: already so) or a refusal; never throws for a refusal. */
  readonly decide: {
    readonly [Type in C['type']]: (
      state: Whole,
      command: Extract<C, { readonly type: Type }>,
      context: DecisionContext,
    ) => Decision<E>;
  };
  /**
   * The next state. It owns the state it is given and may write into it: a stream of n events folds in O(n).
   * Whoever wants to keep the old state folds again.
   */
  readonly evolve: {
    readonly [Type in E['type']]: (state: Own, event: Applied<Extract<E, { readonly type: Type }>>) => Own;
  };
  /** Ids of other streams whose state the decision needs. */
  readonly consults?: {
    readonly [Type in C['type']]?: (command: Extract<C, { readonly type: Type }>, state: Whole) => readonly string[];
  };
  /** Names that must be unique in the whole tenant: taken and given back together with the event. */
  readonly claims?: {
    readonly [Type in E['type']]?: (event: Extract<E, { readonly type: Type }>, before: Whole) => Claims;
  };
  /**
   * What a recorded event brings about in another stream. It is carried out before the command that recorded the event
   * is answered, and again when that command is repeated: it must not be refused, so the event carries all it needs.
   */
  readonly follows?: {
    readonly [Type in E['type']]?: (event: Applied<Extract<E, { readonly type: Type }>>) => DatedCommand;
  };
}

/** What an event looks like to `evolve`: recorded, or just decided and about to be. */
export type Applied<E extends Event> =
  E extends Event<infer Type, infer Data>
    ? { readonly type: Type; readonly data: Data; readonly id: EventId; readonly occurredAt: Instant }
    : never;

/** Tenant-wide uniqueness: a name has one owner at a time. */
export interface Claims {
  readonly take?: readonly Claim[];
  readonly release?: readonly string[];
}
export interface Claim {
  readonly name: string;
  readonly owner: string;
  /** The refusal when somebody else owns the name. */
  readonly refusal: string;
}

export const slice = <Own, E extends Event, C extends Command, Whole = Own>(
  definition: Slice<Own, E, C, Whole>,
): Slice<Own, E, C, Whole> => definition;

// A slice with its types forgotten: what lists of slices and the one way in work with.
export interface AnySlice {
  readonly events: Readonly<Record<string, EventTypes<Event>[string]>>;
  readonly initial: () => unknown;
  readonly decide: Readonly<
    Record<string, (state: never, command: never, context: DecisionContext) => Decision<Event>>
  >;
  readonly evolve: Readonly<Record<string, (state: never, event: never) => unknown>>;
  readonly consults?: Readonly<Record<string, ((command: never, state: never) => readonly string[]) | undefined>>;
  readonly claims?: Readonly<Record<string, ((event: never, before: never) => Claims) | undefined>>;
  readonly follows?: Readonly<Record<string, ((event: never) => DatedCommand) | undefined>>;
}

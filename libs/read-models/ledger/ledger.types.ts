import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Actor, DataClass } from '../../event-sourcing/event.js';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import { Node } from '../../graphql/node.js';
import { PageArguments, pageOf } from '../../graphql/paging.js';
import { BigIntScalar, DateTimeScalar, JsonScalar, PositionScalar } from '../../graphql/scalars.js';
import type { HistoryFilter, Order } from './history.js';

const ActorKind = { HUMAN: 'HUMAN', SYSTEM: 'SYSTEM', IMPORT: 'IMPORT' } as const;
registerEnumType(ActorKind, { name: 'ActorKind', description: 'Whether a person, a program or an import acted.' });

const DataClasses = { PUBLIC: 'PUBLIC', PERSONAL: 'PERSONAL', HEALTH: 'HEALTH' } as const;
registerEnumType(DataClasses, { name: 'DataClass', description: 'How sensitive the data of an event is.' });

const HistoryOrder = { OLDEST_FIRST: 'OLDEST_FIRST', NEWEST_FIRST: 'NEWEST_FIRST' } as const;
registerEnumType(HistoryOrder, { name: 'HistoryOrder', description: 'In which direction history is read.' });

@ObjectType('Actor', { description: 'Who recorded something.' })
export class ActorType implements Actor {
  @Field(() => String, { description: 'The subject of the token under which it was recorded.' })
  readonly id: string;

  @Field(() => ActorKind, { description: 'A person, a program or an import.' })
  readonly kind: Actor['kind'];
}

@ObjectType('LedgerEvent', { implements: () => Node, description: 'A fact of the ledger, as it was recorded.' })
export class LedgerEventType extends Node {
  @Field(() => String, { description: 'What happened, in the past tense: `TouchRecorded`.' })
  readonly type: string;

  @Field(() => Int, { description: 'Version of the shape in which the event was stored.' })
  readonly schemaVersion: number;

  @Field(() => String, { description: 'The stream that it is part of.' })
  readonly stream: string;

  @Field(() => Int, { description: 'Its place in the stream, from 0.' })
  readonly revision: number;

  @Field(() => PositionScalar, { description: 'Its place in the one order of the ledger.' })
  readonly position: Position;

  @Field(() => DateTimeScalar, { description: 'Business time: when it was so.' })
  readonly occurredAt: Instant;

  @Field(() => DateTimeScalar, { description: 'Ledger time: when it was recorded.' })
  readonly recordedAt: Instant;

  @Field(() => ActorType, { description: 'Who recorded it.' })
  readonly actor: Actor;

  @Field(() => String, { description: 'Shared by all that one request or process caused.' })
  readonly correlationId: string;

  @Field(() => String, { nullable: true, description: 'The event or command that caused it, where that is known.' })
  readonly causationId?: string;

  @Field(() => String, { description: 'The key under which the command was sent: one key is one command, for ever.' })
  readonly idempotencyKey: string;

  @Field(() => String, {
    description: 'SHA-256 of the input of the command, in hexadecimal digits: tells a repeat from another input.',
  })
  readonly inputHash: string;

  @Field(() => DataClasses, { description: 'How sensitive its data is.' })
  readonly dataClass: DataClass;

  @Field(() => JsonScalar, { description: 'What it says, in the newest shape of its type.' })
  readonly data: object;
}

@ObjectType('LedgerEventPage', {
  description: 'A page of history. A filtered page may be short and still be followed.',
})
export class LedgerEventPage extends pageOf(() => LedgerEventType, 'LedgerEvent') {}

@ObjectType({ description: 'Where the ledger ends now.' })
export class LedgerHead {
  @Field(() => PositionScalar, { description: 'Position of the last event of all tenants.' })
  readonly position: Position;

  @Field(() => BigIntScalar, { description: 'How many events there are, of all tenants.' })
  readonly size: bigint;
}

@ObjectType({ description: 'The history of one thing, such as a relationship.' })
export class LedgerStream {
  @Field(() => String, { description: 'Category, tenant and id: `relationship-demo.rel_…`.' })
  readonly name: string;
}

@ObjectType({ description: 'The history of the tenant, straight from the log.' })
export class Ledger {}

@InputType({ description: 'Which events are wanted; all of it must hold.' })
export class LedgerEventFilter implements HistoryFilter {
  @Field(() => [String], { nullable: true, description: 'Types of events, such as `TouchRecorded`.' })
  readonly types?: readonly string[] | null;

  @Field(() => String, { nullable: true, description: 'Who recorded them.' })
  readonly actorId?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Recorded at or after this moment.' })
  readonly recordedFrom?: Instant | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Recorded before this moment.' })
  readonly recordedBefore?: Instant | null;
}

@ArgsType()
export class HistoryPageArguments extends PageArguments {
  @Field(() => HistoryOrder, { defaultValue: 'OLDEST_FIRST', description: 'In which direction to read.' })
  readonly order: Order;
}

@ArgsType()
export class LedgerEventsArguments extends HistoryPageArguments {
  @Field(() => LedgerEventFilter, { nullable: true, description: 'Which events are wanted.' })
  readonly filter?: LedgerEventFilter | null;
}

@ArgsType()
export class LedgerEventsSubscriptionArguments {
  @Field(() => [String], { nullable: true, description: 'Types of events; all when absent.' })
  readonly types?: readonly string[] | null;

  @Field(() => PositionScalar, {
    nullable: true,
    description: 'Begin after this position; absent: with what comes now.',
  })
  readonly after?: Position | null;
}

@ObjectType({ description: 'A relationship changed.' })
export class RelationshipChange {
  @Field(() => String, { description: 'The type of the event that changed it.' })
  readonly type: string;

  @Field(() => PositionScalar, { description: 'Position of that event; hand it back as `after` to go on from here.' })
  readonly position: Position;

  @Field(() => DateTimeScalar, { description: 'Business time: when it was so.' })
  readonly occurredAt: Instant;

  @Field(() => DateTimeScalar, { description: 'Ledger time: when it was recorded.' })
  readonly recordedAt: Instant;
}

@ArgsType()
export class RelationshipChangedArguments {
  @Field(() => ID, { description: 'The relationship.' })
  readonly id: string;

  @Field(() => PositionScalar, {
    nullable: true,
    description: 'Begin after this position; absent: with what comes now.',
  })
  readonly after?: Position | null;
}

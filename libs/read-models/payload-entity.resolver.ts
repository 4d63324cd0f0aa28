import { Inject, type Type } from '@nestjs/common';
import { Context, Info, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { CallerContext } from '../access/caller.js';
import type { Event } from '../event-sourcing/event.js';
import { parseStream } from '../event-sourcing/stream.js';
import { reach, ReadsFrom, WAIT_FOR_POSITION, type WaitForPosition } from '../graphql/at-least-position.js';
import type { LedgerPayload } from '../ledger/payloads.types.js';
import { ReadDatabase } from './read-database.js';

export interface PayloadEntity<Row> {
  /** Name of the field: what the entity is called in a sentence, too. */
  readonly field: string;
  readonly type: () => Type;
  /** The read models that it is read from. */
  readonly reads: readonly string[];
  readonly load: (db: ReadDatabase, context: CallerContext, did: Did) => Promise<Row | null>;
}

/** What a command did. */
export interface Did {
  /** Id of the stream that it went to. */
  readonly subject: string;
  readonly input: object;
  /** What it recorded; empty when everything was so already. */
  readonly events: () => Promise<readonly Event[]>;
}

/** Resolver of a payload's entity: read when it is asked for, and it shows at least what its command did. */
export function payloadEntity<Row>(payload: Type<LedgerPayload>, entity: PayloadEntity<Row>): Type {
  const { field, type, reads, load } = entity;

  @Resolver(() => payload)
  class PayloadEntityResolver {
    constructor(
      @Inject(ReadDatabase) readonly db: ReadDatabase,
      @Inject(WAIT_FOR_POSITION) readonly wait: WaitForPosition,
    ) {}

    @ReadsFrom(...reads)
    @ResolveField(field, type, { nullable: true, description: `The ${field}; null when the command was refused.` })
    async entity(
      @Parent() { executed, input }: LedgerPayload,
      @Context() context: CallerContext,
      @Info() info: GraphQLResolveInfo,
    ): Promise<Row | null> {
      if (!executed) return null;
      await reach(executed.position, info, this.wait);
      return load(this.db, context, { subject: parseStream(executed.stream)!.id, input, events: executed.events });
    }
  }
  return PayloadEntityResolver;
}

/**
 * An id that the command was given, or made: the field of its input, else of the first event that it recorded.
 * Undefined when neither says.
 */
export async function idOf(field: string, { input, events }: Did): Promise<string | undefined> {
  const named = (input as Readonly<Record<string, string | null | undefined>>)[field];
  if (named) return named;
  const [event] = await events();
  return (event?.data as Readonly<Record<string, string>> | undefined)?.[field];
}

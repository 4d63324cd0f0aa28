import { Inject, Injectable } from '@nestjs/common';
import { Context, Info, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { CallerContext } from '../access/caller.js';
import { parseStream } from '../event-sourcing/stream.js';
import { reach, ReadsFrom, WAIT_FOR_POSITION, type WaitForPosition } from '../graphql/at-least-position.js';
import type { Executed } from '../ledger/execute.js';
import { PartyPayload, RelationshipPayload, TouchPayload, type LedgerPayload } from '../ledger/payloads.types.js';
import { partyLoader, relationshipLoader } from './directory/loaders.js';
import type { PartyRow } from './directory/party-queries.js';
import { Party } from './directory/party.types.js';
import type { RelationshipRow } from './directory/relationship-queries.js';
import { Relationship } from './directory/relationship.types.js';
import { ReadDatabase } from './read-database.js';
import { loadTouchAt } from './timeline/loaders.js';
import type { TouchRow } from './timeline/queries.js';
import { Touch } from './timeline/timeline.types.js';

// The entities of payloads. Each is read when it is asked for, and shows at least what its command did.

@Injectable()
export class PayloadEntities {
  constructor(
    private readonly db: ReadDatabase,
    @Inject(WAIT_FOR_POSITION) private readonly wait: WaitForPosition,
  ) {}

  party(payload: LedgerPayload, context: CallerContext, info: GraphQLResolveInfo): Promise<PartyRow | null> {
    return this.shown(payload, info, (id) => partyLoader(this.db, context).load(id));
  }

  relationship(
    payload: LedgerPayload,
    context: CallerContext,
    info: GraphQLResolveInfo,
  ): Promise<RelationshipRow | null> {
    return this.shown(payload, info, (id) => relationshipLoader(this.db, context).load(id));
  }

  touch(payload: LedgerPayload, context: CallerContext, info: GraphQLResolveInfo): Promise<TouchRow | null> {
    return this.shown(payload, info, async (relationshipId, executed) => {
      const named = payload.input as { touchId?: string | null };
      const [event] = await executed.events();
      const id = named.touchId ?? (event?.data as { touchId: string }).touchId;
      return loadTouchAt(this.db, context, { relationshipId, id });
    });
  }

  private async shown<Row>(
    { executed }: LedgerPayload,
    info: GraphQLResolveInfo,
    load: (subject: string, executed: Executed) => Promise<Row | null>,
  ): Promise<Row | null> {
    if (!executed) return null;
    await reach(executed.position, info, this.wait);
    return load(parseStream(executed.stream)!.id, executed);
  }
}

const entity = (name: string) => ({ nullable: true, description: `The ${name}; null when the command was refused.` });

@Resolver(() => PartyPayload)
export class PartyPayloadResolver {
  constructor(private readonly entities: PayloadEntities) {}

  @ReadsFrom('directory')
  @ResolveField(() => Party, entity('party'))
  party(@Parent() payload: LedgerPayload, @Context() context: CallerContext, @Info() info: GraphQLResolveInfo) {
    return this.entities.party(payload, context, info);
  }
}

@Resolver(() => RelationshipPayload)
export class RelationshipPayloadResolver {
  constructor(private readonly entities: PayloadEntities) {}

  @ReadsFrom('directory')
  @ResolveField(() => Relationship, entity('relationship'))
  relationship(@Parent() payload: LedgerPayload, @Context() context: CallerContext, @Info() info: GraphQLResolveInfo) {
    return this.entities.relationship(payload, context, info);
  }
}

@Resolver(() => TouchPayload)
export class TouchPayloadResolver {
  constructor(private readonly entities: PayloadEntities) {}

  @ReadsFrom('directory')
  @ResolveField(() => Relationship, entity('relationship'))
  relationship(@Parent() payload: LedgerPayload, @Context() context: CallerContext, @Info() info: GraphQLResolveInfo) {
    return this.entities.relationship(payload, context, info);
  }

  @ReadsFrom('timeline')
  @ResolveField(() => Touch, entity('touch'))
  touch(@Parent() payload: LedgerPayload, @Context() context: CallerContext, @Info() info: GraphQLResolveInfo) {
    return this.entities.touch(payload, context, info);
  }
}

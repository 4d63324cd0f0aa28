import { Inject } from '@nestjs/common';
import { Context, Info, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { CallerContext } from '../access/caller.js';
import { parseStream } from '../event-sourcing/stream.js';
import { reach, ReadsFrom, WAIT_FOR_POSITION, type WaitForPosition } from '../graphql/at-least-position.js';
import type { Executed } from '../ledger/execute.js';
import { PartyPayload, RelationshipPayload, TouchPayload, type LedgerPayload } from '../ledger/payloads.types.js';
import { partyLoader, relationshipLoader } from './directory/loaders.js';
import { Party } from './directory/party.types.js';
import { Relationship } from './directory/relationship.types.js';
import { oneEach } from './loading.js';
import { ReadDatabase } from './read-database.js';
import { entriesById } from './timeline/queries.js';
import { Touch } from './timeline/timeline.types.js';

// The entities of payloads. Each is read when it is asked for, and shows at least what its command did.

const subjectOf = ({ stream }: Executed): string => parseStream(stream)!.id;

@Resolver(() => PartyPayload)
export class PartyPayloadResolver {
  constructor(
    private readonly db: ReadDatabase,
    @Inject(WAIT_FOR_POSITION) private readonly wait: WaitForPosition,
  ) {}

  @ReadsFrom('directory')
  @ResolveField(() => Party, { nullable: true, description: 'The party; null when the command was refused.' })
  async party(
    @Parent() { executed }: LedgerPayload,
    @Context() context: CallerContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    if (!executed) return null;
    await reach(executed.position, info, this.wait);
    return partyLoader(this.db, context).load(subjectOf(executed));
  }
}

/** Touches belong to a relationship: their payload shows it, too. */
const RELATIONSHIP = { nullable: true, description: 'The relationship; null when the command was refused.' };

@Resolver(() => RelationshipPayload)
export class RelationshipPayloadResolver {
  constructor(
    private readonly db: ReadDatabase,
    @Inject(WAIT_FOR_POSITION) private readonly wait: WaitForPosition,
  ) {}

  @ReadsFrom('directory')
  @ResolveField(() => Relationship, RELATIONSHIP)
  async relationship(
    @Parent() { executed }: LedgerPayload,
    @Context() context: CallerContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    if (!executed) return null;
    await reach(executed.position, info, this.wait);
    return relationshipLoader(this.db, context).load(subjectOf(executed));
  }
}

@Resolver(() => TouchPayload)
export class TouchPayloadResolver {
  constructor(
    private readonly db: ReadDatabase,
    @Inject(WAIT_FOR_POSITION) private readonly wait: WaitForPosition,
  ) {}

  @ReadsFrom('directory')
  @ResolveField(() => Relationship, RELATIONSHIP)
  async relationship(
    @Parent() { executed }: LedgerPayload,
    @Context() context: CallerContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    if (!executed) return null;
    await reach(executed.position, info, this.wait);
    return relationshipLoader(this.db, context).load(subjectOf(executed));
  }

  @ReadsFrom('timeline')
  @ResolveField(() => Touch, { nullable: true, description: 'The touch; null when the command was refused.' })
  async touch(
    @Parent() { executed, input }: LedgerPayload,
    @Context() context: CallerContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    if (!executed) return null;
    const named = input as { touchId?: string | null };
    const [event] = await executed.events();
    const touchId = named.touchId ?? (event?.data as { touchId: string }).touchId;
    await reach(executed.position, info, this.wait);
    const touches = oneEach(context, 'touches', (tenantId, ids) => entriesById(this.db, tenantId, ids));
    return touches.load(touchId);
  }
}

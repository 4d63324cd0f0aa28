import { Args, Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { CallerContext } from '../../access/caller.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { connection, pageRequest, type Connection } from '../../graphql/paging.js';
import type { Participant as ParticipantFacts } from '../../ledger/touch/touch.js';
import { partyLoader } from '../directory/loaders.js';
import type { PartyRow } from '../directory/party-queries.js';
import type { RelationshipRow } from '../directory/relationship-queries.js';
import { Relationship } from '../directory/relationship.types.js';
import { countEach, manyEach } from '../loading.js';
import { cursorOf } from '../ordering.js';
import { ReadDatabase } from '../read-database.js';
import type { EntryRow } from './entry.js';
import { relationshipField } from './entry-fields.resolver.js';
import { countsOf, pagesOf } from './entry-lists.js';
import { entryList, shown } from './queries.js';
import { EntriesArguments, EntryConnection, Participant, Touch } from './timeline.types.js';

@Resolver(() => Relationship)
export class TimelineResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('timeline')
  @ResolveField(() => EntryConnection, { description: 'Its ledger, the latest first unless asked otherwise.' })
  async entries(
    @Parent() { id }: RelationshipRow,
    @Args() { first, after, direction, ...filter }: EntriesArguments,
    @Context() context: CallerContext,
  ): Promise<Connection<EntryRow>> {
    const page = pageRequest({ first, after });
    const shape = JSON.stringify([filter, direction, first, after]);
    const list = entryList(filter, direction);
    const pages = manyEach(context, `entries ${shape}`, async (tenantId, ids) =>
      (await pagesOf(this.db, tenantId, ids, list, page)).map(shown),
    );
    const counts = countEach(context, `entries counted ${shape}`, (tenantId, ids) =>
      countsOf(this.db, tenantId, ids, list),
    );
    return connection(
      page,
      await pages.load(id),
      (entry) => cursorOf(entry.occurredAt, entry),
      () => counts.load(id),
    );
  }
}

@Resolver(() => Participant)
export class ParticipantResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('directory')
  @ResolveField('party')
  party(@Parent() { partyId }: ParticipantFacts, @Context() context: CallerContext): Promise<PartyRow | null> {
    return partyLoader(this.db, context).load(partyId);
  }
}

export const TouchRelationshipResolver = relationshipField(Touch);

import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { fromMillis } from '../../event-sourcing/instant.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { connection, pageRequest, type Connection } from '../../graphql/paging.js';
import { relationshipLoader } from '../directory/loaders.js';
import type { RelationshipRow } from '../directory/relationship-queries.js';
import { Relationship } from '../directory/relationship.types.js';
import { tenantOf } from '../loading.js';
import { cursorOf } from '../ordering.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import { bandChangePage, countBandChanges, type BandChangeRow } from './band-changes.js';
import { loadDefinitions, referencesOf } from './definitions.js';
import { servingOf } from './editions.js';
import { BandChange, BandChangeConnection, BandChangesArguments } from './health.types.js';

@Roles(...READERS)
@Resolver(() => BandChange)
export class BandChangesResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('health')
  @Query(() => BandChangeConnection, {
    description:
      'Whose health comes into another band in a stretch of time if nothing happens until then, the earliest first: who turns RED next week. By the definitions in force; the next twelve changes of each relationship are foretold.',
  })
  async bandChanges(
    @Args() { before, from, to, ...page }: BandChangesArguments,
    @Context() context: CallerContext,
  ): Promise<Connection<BandChangeRow>> {
    const request = pageRequest(page);
    const definitions = await loadDefinitions(this.db, context);
    const serving = await servingOf(this.db, tenantOf(context), referencesOf(definitions.inForce()));
    const stretch = { from: from ?? fromMillis(Date.now()), before, to: to ?? null };
    const rows = serving ? await bandChangePage(this.db, serving, stretch, request) : [];
    return connection(
      request,
      rows,
      (row) => cursorOf(row.at, row),
      () => (serving ? countBandChanges(this.db, serving, stretch) : Promise.resolve(0)),
    );
  }

  @ReadsFrom('directory')
  @ResolveField(() => Relationship, { nullable: true, description: 'Which one.' })
  relationship(@Parent() row: BandChangeRow, @Context() context: CallerContext): Promise<RelationshipRow | null> {
    return relationshipLoader(this.db, context).load(row.relationshipId);
  }
}

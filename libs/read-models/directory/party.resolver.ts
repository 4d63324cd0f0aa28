import { Args, Context, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller, type CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { connection, PageArguments, pageRequest, type Connection } from '../../graphql/paging.js';
import { countEach, manyEach } from '../loading.js';
import { cursorOf } from '../ordering.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import { partyLoader } from './loaders.js';
import {
  affiliationsOf,
  byRegistration,
  contactPointsOf,
  countParties,
  identitiesOf,
  partyByIdentity,
  partyPage,
  type AffiliationRow,
  type ContactPointRow,
  type IdentityRow,
  type PartyRow,
} from './party-queries.js';
import { Affiliation, ContactPoint, Identity, PartiesArguments, Party, PartyConnection } from './party.types.js';
import { countRelationshipsOf, relationshipPagesOf, type RelationshipRow } from './relationship-queries.js';
import { RelationshipConnection } from './relationship.types.js';

@Roles(...READERS)
@Resolver(() => Party)
export class PartyResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('directory')
  @Query(() => Party, { nullable: true, description: 'A party; null when there is none of that id.' })
  party(
    @Args('id', { type: () => ID, description: 'The party.' }) id: string,
    @Context() context: CallerContext,
  ): Promise<PartyRow | null> {
    return partyLoader(this.db, context).load(id);
  }

  @ReadsFrom('directory')
  @Query(() => Party, { nullable: true, description: 'The party with that name in an external system; else null.' })
  partyByIdentity(
    @Args('system', { description: 'The system that gave the name.' }) system: string,
    @Args('value', { description: 'The name, compared exactly.' }) value: string,
    @CurrentCaller() { tenantId }: Caller,
  ): Promise<PartyRow | null> {
    return partyByIdentity(this.db, tenantId, system, value);
  }

  @ReadsFrom('directory')
  @Query(() => PartyConnection, { description: 'Parties, the newest first unless sorted otherwise.' })
  async parties(
    @Args() { filter, orderBy, first, after }: PartiesArguments,
    @CurrentCaller() { tenantId }: Caller,
  ): Promise<Connection<PartyRow>> {
    const page = pageRequest({ first, after });
    const ordering = byRegistration(orderBy?.direction ?? 'DESC');
    const parties = await partyPage(this.db, tenantId, filter ?? {}, ordering, page);
    const count = () => countParties(this.db, tenantId, filter ?? {});
    return connection(page, parties, (party) => cursorOf(party.registeredAt, party), count);
  }

  @ResolveField(() => [Identity], { description: 'Its names in external systems, oldest first.' })
  identities(@Parent() { id }: PartyRow, @Context() context: CallerContext): Promise<readonly IdentityRow[]> {
    return manyEach(context, 'identities', (tenantId, ids) => identitiesOf(this.db, tenantId, ids)).load(id);
  }

  @ResolveField(() => [ContactPoint], { description: 'The ways to reach it, oldest first.' })
  async contactPoints(
    @Parent() { id }: PartyRow,
    @Args('includeInvalidated', { defaultValue: false, description: 'Those that are known not to work, too.' })
    includeInvalidated: boolean,
    @Context() context: CallerContext,
  ): Promise<readonly ContactPointRow[]> {
    const points = await manyEach(context, 'contact points', (tenantId, ids) =>
      contactPointsOf(this.db, tenantId, ids),
    ).load(id);
    return points.filter(({ invalidatedAt }) => includeInvalidated || invalidatedAt === null);
  }

  @ResolveField(() => [Affiliation], { description: 'The organisations it belongs to, oldest first.' })
  async affiliations(
    @Parent() { id }: PartyRow,
    @Args('includeFormer', { defaultValue: false, description: 'Those that ended, too.' }) includeFormer: boolean,
    @Context() context: CallerContext,
  ): Promise<readonly AffiliationRow[]> {
    const affiliations = await manyEach(context, 'affiliations', (tenantId, ids) =>
      affiliationsOf(this.db, tenantId, ids),
    ).load(id);
    return affiliations.filter(({ endedAt }) => includeFormer || endedAt === null);
  }

  @ResolveField(() => RelationshipConnection, { description: 'The relationships it is a side of, newest first.' })
  async relationships(
    @Parent() { id }: PartyRow,
    @Args() { first, after }: PageArguments,
    @Context() context: CallerContext,
  ): Promise<Connection<RelationshipRow>> {
    const page = pageRequest({ first, after });
    const pages = manyEach(context, `relationships of parties ${String(first)} ${String(after)}`, (tenantId, ids) =>
      relationshipPagesOf(this.db, tenantId, ids, page),
    );
    const counts = countEach(context, 'relationships of parties, counted', (tenantId, ids) =>
      countRelationshipsOf(this.db, tenantId, ids),
    );
    return connection(
      page,
      await pages.load(id),
      (relationship) => cursorOf(relationship.openedAt, relationship),
      () => counts.load(id),
    );
  }
}

@Resolver(() => Affiliation)
export class AffiliationResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ResolveField(() => Party, { description: 'The organisation.' })
  organization(
    @Parent() { organizationId }: AffiliationRow,
    @Context() context: CallerContext,
  ): Promise<PartyRow | null> {
    return partyLoader(this.db, context).load(organizationId);
  }
}

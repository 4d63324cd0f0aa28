import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller, type CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { connection, PageArguments, pageRequest, type Connection } from '../../graphql/paging.js';
import { countEach, manyEach, ofAll, tenantOf } from '../loading.js';
import { cursorOf } from '../ordering.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import { partyLoader } from './loaders.js';
import {
  affiliationsOf,
  byRegistration,
  contactPointsOf,
  countParties,
  groupOf,
  identitiesOf,
  mergesOf,
  partyAsKnown,
  partyByIdentity,
  partyPage,
  speakersOf,
  type AffiliationRow,
  type ContactPointRow,
  type IdentityRow,
  type MergeRow,
  type PartyRow,
} from './party-queries.js';
import {
  Affiliation,
  ContactPoint,
  Identity,
  MergedParty,
  PartiesArguments,
  Party,
  PartyArguments,
  PartyConnection,
} from './party.types.js';
import { countRelationshipsOf, relationshipPagesOf, type RelationshipRow } from './relationship-queries.js';
import { RelationshipConnection } from './relationship.types.js';

@Roles(...READERS)
@Resolver(() => Party)
export class PartyResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('directory')
  @Query(() => Party, {
    nullable: true,
    description: 'A party; of one that was merged into another, that one. Null when there is none of that id.',
  })
  party(@Args() { id, asKnown }: PartyArguments, @Context() context: CallerContext): Promise<PartyRow | null> {
    return asKnown ? partyAsKnown(this.db, tenantOf(context), id, asKnown) : partyLoader(this.db, context).load(id);
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
  identities(@Parent() party: PartyRow, @Context() context: CallerContext): Promise<readonly IdentityRow[]> {
    return ofAll(context, 'identities', speakersOf(party), (tenantId, ids) => identitiesOf(this.db, tenantId, ids));
  }

  @ResolveField(() => [ContactPoint], { description: 'The ways to reach it, oldest first.' })
  async contactPoints(
    @Parent() party: PartyRow,
    @Args('includeInvalidated', { defaultValue: false, description: 'Those that are known not to work, too.' })
    includeInvalidated: boolean,
    @Context() context: CallerContext,
  ): Promise<readonly ContactPointRow[]> {
    const points = await ofAll(context, 'contact points', speakersOf(party), (tenantId, ids) =>
      contactPointsOf(this.db, tenantId, ids),
    );
    return points.filter(({ invalidatedAt }) => includeInvalidated || invalidatedAt === null);
  }

  @ResolveField(() => [Affiliation], { description: 'The organisations it belongs to, oldest first.' })
  async affiliations(
    @Parent() party: PartyRow,
    @Args('includeFormer', { defaultValue: false, description: 'Those that ended, too.' }) includeFormer: boolean,
    @Context() context: CallerContext,
  ): Promise<readonly AffiliationRow[]> {
    const affiliations = await ofAll(context, 'affiliations', speakersOf(party), (tenantId, ids) =>
      affiliationsOf(this.db, tenantId, ids),
    );
    return affiliations.filter(({ endedAt }) => includeFormer || endedAt === null);
  }

  @ResolveField(() => [MergedParty], {
    description: 'The parties that turned out to be this one; their facts are among its own.',
  })
  mergedFrom(
    @Parent() { absorbed, asKnown }: PartyRow,
    @Context() context: CallerContext,
  ): Promise<readonly MergeRow[]> {
    return ofAll(context, `merges ${asKnown ?? ''}`, absorbed, (tenantId, ids) =>
      mergesOf(this.db, tenantId, ids, asKnown),
    );
  }

  @ResolveField(() => RelationshipConnection, { description: 'The relationships it is a side of, newest first.' })
  async relationships(
    @Parent() party: PartyRow,
    @Args() { first, after }: PageArguments,
    @Context() context: CallerContext,
  ): Promise<Connection<RelationshipRow>> {
    const page = pageRequest({ first, after });
    const asRecorded = party.asKnown !== undefined;
    const shape = JSON.stringify([first, after, asRecorded]);
    const pages = manyEach(context, `relationships of parties ${shape}`, (tenantId, ids) =>
      relationshipPagesOf(this.db, tenantId, ids, page, asRecorded),
    );
    const counts = countEach(context, `relationships of parties, counted ${shape}`, (tenantId, groups) =>
      countRelationshipsOf(this.db, tenantId, groups, asRecorded),
    );
    const group = groupOf(party);
    const found = (await Promise.all(group.map((id) => pages.load(id)))).flat();
    // One between two that turned out to be one party is on the page of either.
    const each = group.length > 1 ? [...new Map(found.map((tie) => [tie.id, tie])).values()].sort(newestFirst) : found;
    const count = () => counts.load(group.join(' '));
    return connection(page, each, (relationship) => cursorOf(relationship.openedAt, relationship), count);
  }
}

const newestFirst = (one: RelationshipRow, other: RelationshipRow): number =>
  one.openedAt === other.openedAt ? Number(other.position - one.position) : other.openedAt < one.openedAt ? -1 : 1;

@Resolver(() => Affiliation)
export class AffiliationResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ResolveField(() => String, { nullable: true, description: 'What the person is there.' })
  position(@Parent() { held }: AffiliationRow): string | null {
    return held;
  }

  @ResolveField(() => Party, { description: 'The organisation.' })
  organization(
    @Parent() { organizationId }: AffiliationRow,
    @Context() context: CallerContext,
  ): Promise<PartyRow | null> {
    return partyLoader(this.db, context).load(organizationId);
  }
}

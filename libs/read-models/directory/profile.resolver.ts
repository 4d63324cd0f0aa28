import { Args, Context, Float, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller, type CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { fromMillis, type Instant } from '../../event-sourcing/instant.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { connection, pageRequest, type Connection } from '../../graphql/paging.js';
import { PartyRole } from '../../ledger/party/party.words.js';
import { ofAll } from '../loading.js';
import { cursorOf } from '../ordering.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import { partyLoader } from './loaders.js';
import { groupOf, speakersOf, type PartyRow } from './party-queries.js';
import { Party } from './party.types.js';
import {
  attributesOf,
  consentsOf,
  countNeeds,
  needPage,
  needsOf,
  preferencesOf,
  rolesOf,
  type AttributeRow,
  type NeedRow,
  type NeedStatus,
  type PreferenceRow,
} from './profile-queries.js';
import { attributesAt, consentsAt, daysToMeet, latestPreferences, rolesAt, type ConsentAt } from './profile.js';
import {
  AsOfArguments,
  Attribute,
  Consent,
  Need,
  NeedConnection,
  NeedsArguments,
  NeedsOfPartyArguments,
  Preference,
} from './profile.types.js';
import type { RelationshipRow } from './relationship-queries.js';
import { Relationship } from './relationship.types.js';

@Resolver(() => Party)
export class ProfileResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ResolveField(() => [PartyRole], { description: 'What the party is to the care that is given.' })
  async roles(
    @Parent() party: PartyRow,
    @Args() { asOf }: AsOfArguments,
    @Context() context: CallerContext,
  ): Promise<readonly PartyRole[]> {
    if (!asOf && party.absorbed.length === 0) return party.roles;
    const spans = await ofAll(context, 'roles', groupOf(party), (tenantId, ids) => rolesOf(this.db, tenantId, ids));
    return rolesAt(spans, asOf ?? now());
  }

  @ResolveField(() => [Attribute], { description: 'What is known of it: of each key the value that is valid.' })
  async attributes(
    @Parent() party: PartyRow,
    @Args() { asOf }: AsOfArguments,
    @Context() context: CallerContext,
  ): Promise<readonly AttributeRow[]> {
    const rows = await ofAll(context, 'attributes', speakersOf(party), (tenantId, ids) =>
      attributesOf(this.db, tenantId, ids),
    );
    return attributesAt(rows, asOf ?? now());
  }

  @ResolveField(() => [Preference], { description: 'How it likes it: the latest on each topic.' })
  async preferences(@Parent() party: PartyRow, @Context() context: CallerContext): Promise<readonly PreferenceRow[]> {
    const rows = await ofAll(context, 'preferences', speakersOf(party), (tenantId, ids) =>
      preferencesOf(this.db, tenantId, ids),
    );
    return latestPreferences(rows);
  }

  @ResolveField(() => [Need], { description: 'What it needs, in the order in which that was recorded.' })
  needs(
    @Parent() party: PartyRow,
    @Args() { status }: NeedsOfPartyArguments,
    @Context() context: CallerContext,
  ): Promise<readonly NeedRow[]> {
    return needsOfParty(this.db, context, party, status);
  }

  @ResolveField(() => [Consent], {
    description: 'Where its consent stands for each purpose and channel that was spoken of.',
  })
  async consents(
    @Parent() party: PartyRow,
    @Args() { asOf }: AsOfArguments,
    @Context() context: CallerContext,
  ): Promise<readonly ConsentAt[]> {
    const statements = await ofAll(context, 'consents', speakersOf(party), (tenantId, ids) =>
      consentsOf(this.db, tenantId, ids),
    );
    return consentsAt(statements, asOf ?? now());
  }
}

@Resolver(() => Relationship)
export class RelationshipNeedsResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ResolveField(() => [Need], { description: 'What the other side needs, in the order in which that was recorded.' })
  async needs(
    @Parent() { bId }: RelationshipRow,
    @Args() { status }: NeedsOfPartyArguments,
    @Context() context: CallerContext,
  ): Promise<readonly NeedRow[]> {
    const party = await partyLoader(this.db, context).load(bId);
    return party ? needsOfParty(this.db, context, party, status) : [];
  }
}

@Roles(...READERS)
@Resolver(() => Need)
export class NeedResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('directory')
  @Query(() => NeedConnection, { description: 'Needs of all parties, the longest known first.' })
  async needs(
    @Args() { filter, ...asked }: NeedsArguments,
    @CurrentCaller() { tenantId }: Caller,
  ): Promise<Connection<NeedRow>> {
    const page = pageRequest(asked);
    const rows = await needPage(this.db, tenantId, filter ?? {}, page);
    const count = () => countNeeds(this.db, tenantId, filter ?? {});
    return connection(page, rows, (need) => cursorOf(need.identifiedAt, need), count);
  }

  @ResolveField(() => Float, { nullable: true, description: 'Days from when it became known to when it was met.' })
  daysToMeet(@Parent() need: NeedRow): number | null {
    return daysToMeet(need);
  }

  @ResolveField(() => Party, { description: 'Whose need it is.' })
  party(@Parent() { partyId }: NeedRow, @Context() context: CallerContext): Promise<PartyRow | null> {
    return partyLoader(this.db, context).load(partyId);
  }
}

async function needsOfParty(
  db: ReadDatabase,
  context: CallerContext,
  party: PartyRow,
  status: NeedStatus | null | undefined,
): Promise<readonly NeedRow[]> {
  const needs = await ofAll(context, 'needs', speakersOf(party), (tenantId, ids) => needsOf(db, tenantId, ids));
  return needs.filter(({ metAt }) => !status || (status === 'MET') === (metAt !== null));
}

const now = (): Instant => fromMillis(Date.now());

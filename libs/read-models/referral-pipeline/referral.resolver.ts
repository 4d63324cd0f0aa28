import { Args, Context, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller, type CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { daysBetween, type Instant } from '../../event-sourcing/instant.js';
import { isId } from '../../event-sourcing/id.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import {
  connection,
  PageArguments,
  pageRequest,
  type Connection,
  type PageArguments as Asked,
} from '../../graphql/paging.js';
import { partyLoader, relationshipLoader } from '../directory/loaders.js';
import type { PartyRow } from '../directory/party-queries.js';
import { Party } from '../directory/party.types.js';
import type { RelationshipRow } from '../directory/relationship-queries.js';
import { Relationship } from '../directory/relationship.types.js';
import { LedgerLog } from '../ledger/ledger-log.js';
import { countEach, manyEach } from '../loading.js';
import { cursorOf, type Ordering } from '../ordering.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import type { EntryRow as LedgerEntryRow } from '../timeline/entry.js';
import { Entry } from '../timeline/timeline.types.js';
import { entryOfEventLoader } from './gratitude.js';
import { entryLoader, referralLoader } from './loaders.js';
import { LOOP_OPEN_STATUSES } from './projection.js';
import {
  byLastStep,
  byMaking,
  childrenOf,
  MOST_CHILDREN,
  countReferrals,
  countReferralsOf,
  matching,
  openLoops,
  referralPage,
  referralPagesOf,
  type DeclarationRow,
  type EntryRow,
  type ReferralRow,
  type SourceRow,
  type ValueRow,
} from './queries.js';
import {
  DeclaredSource,
  OpenLoopsArguments,
  Referral,
  ReferralConnection,
  ReferralEnd,
  ReferralLoop,
  ReferralsArguments,
  ReferralSourceChange,
  ReferralStepReport,
  ReferralValue,
} from './referral.types.js';
import { stepsShown, type ShownStep } from './shown.js';

/** How a list is sorted, and what of a row its cursors hold. */
interface Sorting {
  readonly ordering: Ordering;
  readonly moment: (row: ReferralRow) => Instant;
}
const NEWEST: Sorting = { ordering: byMaking('DESC'), moment: (row) => row.madeAt };
const LONGEST_WAITING: Sorting = { ordering: byLastStep('ASC'), moment: (row) => row.lastStepAt ?? row.madeAt };

@Roles(...READERS)
@Resolver(() => Referral)
export class ReferralResolver {
  constructor(
    private readonly db: ReadDatabase,
    private readonly log: LedgerLog,
  ) {}

  @ReadsFrom('referral_pipeline')
  @Query(() => Referral, { nullable: true, description: 'A referral, retracted or not; null when there is none.' })
  referral(
    @Args('id', { type: () => ID, description: 'The referral.' }) id: string,
    @Context() context: CallerContext,
  ): Promise<ReferralRow | null> {
    return referralLoader(this.db, context).load(id);
  }

  @ReadsFrom('referral_pipeline', 'directory')
  @Query(() => ReferralConnection, { description: 'Referrals, the newest first unless sorted otherwise.' })
  referrals(
    @Args() { filter, orderBy, ...page }: ReferralsArguments,
    @CurrentCaller() { tenantId }: Caller,
  ): Promise<Connection<ReferralRow>> {
    const sorting: Sorting = !orderBy
      ? NEWEST
      : orderBy.field === 'MADE_AT'
        ? { ...NEWEST, ordering: byMaking(orderBy.direction) }
        : { ...LONGEST_WAITING, ordering: byLastStep(orderBy.direction) };
    return this.page(tenantId, matching(tenantId, filter ?? {}), sorting, page);
  }

  @ReadsFrom('referral_pipeline', 'directory')
  @Query(() => ReferralConnection, {
    description: 'Referrals that were sent without an answer, or seen and not closed; the longest waiting first.',
  })
  openLoops(
    @Args() { ownerId, ...page }: OpenLoopsArguments,
    @CurrentCaller() { tenantId }: Caller,
  ): Promise<Connection<ReferralRow>> {
    return this.page(tenantId, openLoops(tenantId, ownerId), LONGEST_WAITING, page);
  }

  @ReadsFrom('directory')
  @ResolveField(() => Party, { description: 'Who refers.' })
  referrer(@Parent() { referrerId }: ReferralRow, @Context() context: CallerContext): Promise<PartyRow | null> {
    return partyLoader(this.db, context).load(referrerId);
  }

  @ReadsFrom('directory')
  @ResolveField(() => Party, { description: 'To whom it goes.' })
  target(@Parent() { targetId }: ReferralRow, @Context() context: CallerContext): Promise<PartyRow | null> {
    return partyLoader(this.db, context).load(targetId);
  }

  @ReadsFrom('directory')
  @ResolveField(() => Party, { nullable: true, description: 'Who is referred; null for a case of an outside system.' })
  async subject(@Parent() { subjectRef }: ReferralRow, @Context() context: CallerContext): Promise<PartyRow | null> {
    return isId('pty', subjectRef) ? partyLoader(this.db, context).load(subjectRef) : null;
  }

  @ReadsFrom('directory')
  @ResolveField(() => Party, { description: 'Who is credited with it: the referrer, unless it was reassigned.' })
  source(@Parent() { sourceId }: ReferralRow, @Context() context: CallerContext): Promise<PartyRow | null> {
    return partyLoader(this.db, context).load(sourceId);
  }

  @ReadsFrom('directory')
  @ResolveField(() => Relationship, { nullable: true, description: 'The relationship whose ledger shows it.' })
  async relationship(
    @Parent() { relationshipId }: ReferralRow,
    @Context() context: CallerContext,
  ): Promise<RelationshipRow | null> {
    return relationshipId === null ? null : relationshipLoader(this.db, context).load(relationshipId);
  }

  @ReadsFrom('timeline')
  @ResolveField(() => Entry, {
    nullable: true,
    description: 'The entry that it is the thanks for; null where none was named, or its event recorded no entry.',
  })
  async gratitudeFor(
    @Parent() { inReturnFor }: ReferralRow,
    @Context() context: CallerContext,
  ): Promise<LedgerEntryRow | null> {
    return inReturnFor === null ? null : entryOfEventLoader(this.db, this.log, context).load(inReturnFor);
  }

  @ResolveField(() => Referral, { nullable: true, description: 'The referral that it follows from.' })
  async parent(@Parent() { parentId }: ReferralRow, @Context() context: CallerContext): Promise<ReferralRow | null> {
    return parentId === null ? null : referralLoader(this.db, context).load(parentId);
  }

  @ResolveField(() => [Referral], {
    description: `The referrals that follow from it, the first one first, at most ${String(MOST_CHILDREN)}.`,
  })
  children(@Parent() { id }: ReferralRow, @Context() context: CallerContext): Promise<readonly ReferralRow[]> {
    return manyEach(context, 'children of referrals', (tenantId, ids) => childrenOf(this.db, tenantId, ids)).load(id);
  }

  @ResolveField(() => [ReferralStepReport], {
    description: 'Its steps in the order of business time, with those that nobody reported but that later ones prove.',
  })
  async steps(
    @Parent() { id }: ReferralRow,
    @Args('includeRetracted', { defaultValue: false, description: 'Those that never were, too.' })
    includeRetracted: boolean,
    @Context() context: CallerContext,
  ): Promise<ShownStep[]> {
    return stepsShown(await entryLoader(this.db, context).load(id), includeRetracted);
  }

  @ResolveField(() => ReferralEnd, {
    nullable: true,
    description: 'The end it came to; null while it is open or CLOSED.',
  })
  end(@Parent() { status, endedAt, ending }: ReferralRow): ReferralEnd | null {
    return endedAt && { declineReason: null, declineReasonLabel: null, reason: null, ...ending, status, at: endedAt };
  }

  @ReadsFrom('directory')
  @ResolveField(() => Party, { nullable: true, description: 'Of LEAKED: where the person went, when it is known.' })
  async leakedTo(@Parent() { ending }: ReferralRow, @Context() context: CallerContext): Promise<PartyRow | null> {
    return ending?.toPartyId ? partyLoader(this.db, context).load(ending.toPartyId) : null;
  }

  @ResolveField(() => Referral, { nullable: true, description: 'Of REDIRECTED: the child that goes on.' })
  async redirectedTo(
    @Parent() { ending }: ReferralRow,
    @Context() context: CallerContext,
  ): Promise<ReferralRow | null> {
    return ending?.childReferralId ? referralLoader(this.db, context).load(ending.childReferralId) : null;
  }

  @ResolveField(() => ReferralLoop, { description: 'Whether what was asked came back.' })
  loop(@Parent() { status, madeAt, closedAt }: ReferralRow): ReferralLoop {
    return {
      closed: status === 'CLOSED',
      open: LOOP_OPEN_STATUSES.includes(status),
      daysToClose: closedAt && daysBetween(madeAt, closedAt),
    };
  }

  @ResolveField(() => [ReferralSourceChange], { description: 'Who was credited with it over time.' })
  async sourceChanges(
    @Parent() { id }: ReferralRow,
    @Context() context: CallerContext,
  ): Promise<ReferralSourceChange[]> {
    const changes = standing(await entryLoader(this.db, context).load(id)).filter(isSource);
    return changes.map(({ occurredAt: at, eventId, data: { from, to, reason } }) => ({
      ...{ at, eventId, reason },
      ...{ fromId: from, toId: to },
    }));
  }

  @ResolveField(() => [DeclaredSource], { description: 'What the person said about who or what sent them.' })
  async declaredSources(@Parent() { id }: ReferralRow, @Context() context: CallerContext): Promise<DeclaredSource[]> {
    const declared = standing(await entryLoader(this.db, context).load(id)).filter(isDeclaration);
    return declared.map(({ occurredAt: at, eventId, data }) => ({ at, eventId, partyId: null, ...data }));
  }

  @ResolveField(() => [ReferralValue], { description: 'What it was worth, the first value first.' })
  async values(@Parent() { id }: ReferralRow, @Context() context: CallerContext): Promise<ReferralValue[]> {
    const values = standing(await entryLoader(this.db, context).load(id)).filter(isValue);
    return values.map(({ occurredAt: at, eventId, data: { amountMinor, currency, kind, kindLabel = null } }) => ({
      ...{ at, eventId, kind, kindLabel },
      amount: { amountMinor, currency },
    }));
  }

  private async page(
    tenantId: string,
    where: ReturnType<typeof matching>,
    { ordering, moment }: Sorting,
    asked: Asked,
  ): Promise<Connection<ReferralRow>> {
    const page = pageRequest(asked);
    const rows = await referralPage(this.db, tenantId, where, ordering, page);
    const cursor = (row: ReferralRow) => cursorOf(moment(row), row);
    return connection(page, rows, cursor, () => countReferrals(this.db, tenantId, where));
  }
}

const standing = (entries: readonly EntryRow[]): EntryRow[] => entries.filter(({ retracted }) => !retracted);
const isSource = (entry: EntryRow): entry is SourceRow => entry.kind === 'SOURCE';
const isDeclaration = (entry: EntryRow): entry is DeclarationRow => entry.kind === 'DECLARATION';
const isValue = (entry: EntryRow): entry is ValueRow => entry.kind === 'VALUE';

@Resolver(() => Relationship)
export class RelationshipReferralsResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('referral_pipeline', 'directory')
  @ResolveField(() => ReferralConnection, { description: 'The referrals of its ledger, the newest first.' })
  async referrals(
    @Parent() { id }: RelationshipRow,
    @Args() { first, after }: PageArguments,
    @Context() context: CallerContext,
  ): Promise<Connection<ReferralRow>> {
    const page = pageRequest({ first, after });
    const pages = manyEach(context, `referrals of relationships ${String(first)} ${String(after)}`, (tenantId, ids) =>
      referralPagesOf(this.db, tenantId, ids, NEWEST.ordering, page),
    );
    const counts = countEach(context, 'referrals of relationships, counted', (tenantId, ids) =>
      countReferralsOf(this.db, tenantId, ids),
    );
    return connection(
      page,
      await pages.load(id),
      (row) => cursorOf(row.madeAt, row),
      () => counts.load(id),
    );
  }
}

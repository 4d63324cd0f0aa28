import { Args, Context, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller, type CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { fromMillis, toMillis, type Instant } from '../../event-sourcing/instant.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { connection, pageRequest, type Connection, type Cursor, type PageArguments } from '../../graphql/paging.js';
import { loadDefinitions, referencesOf } from '../health/definitions.js';
import { servingOf } from '../health/editions.js';
import { byHealth, inBand, scoresAt } from '../health/listing.js';
import { manyEach, tenantOf } from '../loading.js';
import { cursorOf, type Ordering } from '../ordering.js';
import type { OrderDirection } from '../ordering.types.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import { byDue, byLastTouch, byOverdue } from '../touch-frequency/standing.js';
import { partyLoader, relationshipLoader } from './loaders.js';
import { groupOf, type PartyRow } from './party-queries.js';
import { Party } from './party.types.js';
import {
  byOpening,
  countRelationships,
  dueWithin,
  matching,
  overdue,
  relationshipPage,
  stagesOf,
  stewardsOf,
  type RelationshipRow,
  type Selection,
  type StageRow,
  type StewardRow,
} from './relationship-queries.js';
import {
  CalendarArguments,
  ChannelShare,
  OverdueTouchesArguments,
  Relationship,
  RelationshipConnection,
  RelationshipsArguments,
  StageReached,
  Steward,
  type RelationshipOrder,
} from './relationship.types.js';

/** How a list is sorted, and what of a row its cursors hold. */
interface Sorting {
  readonly ordering: Ordering;
  readonly moment: (row: RelationshipRow) => Instant | number | null;
}

const SORTINGS: { readonly [Field in RelationshipOrder['field']]: (direction: OrderDirection) => Sorting } = {
  HEALTH: (direction) => ({ ordering: byHealth(direction), moment: (row) => row.healthScore ?? null }),
  LAST_TOUCH: (direction) => ({ ordering: byLastTouch(direction), moment: (row) => row.lastTouchAt }),
  DUE_AT: (direction) => ({ ordering: byDue(direction), moment: (row) => row.dueAt }),
  OPENED_AT: (direction) => ({ ordering: byOpening(direction), moment: (row) => row.openedAt }),
};

const MOST_OVERDUE: Sorting = { ordering: byOverdue, moment: (row) => row.overdueAt };

/** How far a calendar looks ahead, unless told. */
const A_MONTH_MS = 30 * 86_400_000;

/** Whoever looks at scores waits for them, nobody else. */
function scoresOf(args: object): readonly string[] {
  const { filter, orderBy } = args as RelationshipsArguments;
  return orderBy?.field === 'HEALTH' || filter?.band ? ['health'] : [];
}

const now = (): Instant => fromMillis(Date.now());

@Roles(...READERS)
@Resolver(() => Relationship)
export class RelationshipResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('directory')
  @Query(() => Relationship, { nullable: true, description: 'A relationship; null when there is none of that id.' })
  relationship(
    @Args('id', { type: () => ID, description: 'The relationship.' }) id: string,
    @Context() context: CallerContext,
  ): Promise<RelationshipRow | null> {
    return relationshipLoader(this.db, context).load(id);
  }

  @ReadsFrom('directory', 'feedback', 'touch_frequency', scoresOf)
  @Query(() => RelationshipConnection, { description: 'Relationships, the newest first unless sorted otherwise.' })
  async relationships(
    @Args() { filter, orderBy, ...page }: RelationshipsArguments,
    @Context() context: CallerContext,
  ): Promise<Connection<RelationshipRow>> {
    const tenantId = tenantOf(context);
    const sorting = orderBy ? SORTINGS[orderBy.field](orderBy.direction) : SORTINGS.OPENED_AT('DESC');
    const party = filter?.partyId ? await partyLoader(this.db, context).load(filter.partyId) : null;
    const selection = matching(tenantId, filter ?? {}, now(), party ? groupOf(party) : undefined);
    const { band } = filter ?? {};
    if (orderBy?.field !== 'HEALTH' && !band) return this.page(tenantId, selection, sorting, page);
    const definitions = await loadDefinitions(this.db, context);
    const serving = await servingOf(this.db, tenantId, referencesOf(definitions.inForce()));
    const inIt = band ? [inBand(definitions, serving, band)] : [];
    const scored = {
      ...selection,
      where: [...selection.where, ...inIt],
      scores: scoresAt(serving, now(), orderBy?.direction ?? 'DESC'),
    };
    return this.page(tenantId, scored, sorting, page);
  }

  @ReadsFrom('directory', 'touch_frequency')
  @Query(() => RelationshipConnection, { description: 'Relationships whose next touch is overdue, the longest first.' })
  overdueTouches(
    @Args() { stewardId, before, ...page }: OverdueTouchesArguments,
    @CurrentCaller() { tenantId }: Caller,
  ): Promise<Connection<RelationshipRow>> {
    return this.page(tenantId, overdue(tenantId, stewardId ?? null, before ?? now()), MOST_OVERDUE, page);
  }

  @ReadsFrom('directory', 'touch_frequency')
  @Query(() => RelationshipConnection, {
    description: 'Relationships whose next touch falls due in a stretch of time, the earliest first.',
  })
  calendar(
    @Args() { stewardId, from, to, ...page }: CalendarArguments,
    @CurrentCaller() { tenantId }: Caller,
  ): Promise<Connection<RelationshipRow>> {
    const begin = from ?? now();
    const end = to ?? fromMillis(toMillis(begin) + A_MONTH_MS);
    return this.page(tenantId, dueWithin(tenantId, stewardId ?? null, begin, end), SORTINGS.DUE_AT('ASC'), page);
  }

  @ResolveField(() => Party, { description: 'Our side.' })
  a(@Parent() { aId }: RelationshipRow, @Context() context: CallerContext): Promise<PartyRow | null> {
    return partyLoader(this.db, context).load(aId);
  }

  @ResolveField(() => Party, { description: 'The other side.' })
  b(@Parent() { bId }: RelationshipRow, @Context() context: CallerContext): Promise<PartyRow | null> {
    return partyLoader(this.db, context).load(bId);
  }

  @ResolveField(() => [Steward], { description: 'Who carries it, in the order in which they came.' })
  async stewards(
    @Parent() { id }: RelationshipRow,
    @Args('includeFormer', { defaultValue: false, description: 'Those who did, too.' }) includeFormer: boolean,
    @Context() context: CallerContext,
  ): Promise<readonly StewardRow[]> {
    const stewards = await manyEach(context, 'stewards', (tenantId, ids) => stewardsOf(this.db, tenantId, ids)).load(
      id,
    );
    return stewards.filter(({ until }) => includeFormer || until === null);
  }

  @ReadsFrom('facts')
  @ResolveField(() => [StageReached], { description: 'The stages that it went through, oldest first.' })
  stages(@Parent() { id }: RelationshipRow, @Context() context: CallerContext): Promise<readonly StageRow[]> {
    return manyEach(context, 'stages', (tenantId, ids) => stagesOf(this.db, tenantId, ids)).load(id);
  }

  @ResolveField(() => [ChannelShare], { nullable: true, description: 'How contact is meant to spread over channels.' })
  channelMixTarget(@Parent() { channelMixTarget }: RelationshipRow): { channel: string; shareBp: number }[] | null {
    return channelMixTarget && Object.entries(channelMixTarget).map(([channel, shareBp]) => ({ channel, shareBp }));
  }

  private async page(
    tenantId: string,
    selection: Selection,
    { ordering, moment }: Sorting,
    asked: PageArguments,
  ): Promise<Connection<RelationshipRow>> {
    const page = pageRequest(asked);
    const rows = await relationshipPage(this.db, tenantId, selection, ordering, page);
    const cursor = (row: RelationshipRow): Cursor => cursorOf(moment(row), row);
    return connection(page, rows, cursor, () => countRelationships(this.db, tenantId, selection, ordering));
  }
}

@Resolver(() => Steward)
export class StewardResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ResolveField(() => Party, { description: 'Who.' })
  party(@Parent() { stewardId }: StewardRow, @Context() context: CallerContext): Promise<PartyRow | null> {
    return partyLoader(this.db, context).load(stewardId);
  }
}

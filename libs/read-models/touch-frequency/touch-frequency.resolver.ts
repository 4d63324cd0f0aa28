import { Args, Context, Float, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller, type CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { fromMillis, toMillis, type Instant } from '../../event-sourcing/instant.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { RequestError } from '../../graphql/request-error.js';
import type { RelationshipRow } from '../directory/relationship-queries.js';
import { Cadence, Relationship } from '../directory/relationship.types.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import {
  adherence,
  count,
  gaps,
  marks,
  per30Days,
  standing,
  tally,
  type Dimension,
  type Gaps,
  type History,
  type Marks,
  type Tally,
} from './frequency.js';
import { historyOf } from './loaders.js';
import { storedMarks } from './standing.js';
import { touchStats, type StatsRow } from './stats-queries.js';
import {
  TouchCount,
  TouchesArguments,
  TouchFrequency,
  TouchGaps,
  TouchStatsArguments,
  TouchStatsRow,
  WindowArguments,
  type TouchStatus,
} from './touch-frequency.types.js';

/** What a TouchFrequency resolves its fields from. */
interface Frequency {
  readonly lastTouchAt: Instant | null;
  readonly dueAt: Instant | null;
  readonly overdueDays: number | null;
  readonly status: TouchStatus | null;
  readonly asOfMs: number;
  /** Read only for fields that the stored row cannot answer, for all relationships of the request at once. */
  readonly history: () => Promise<History>;
}

/** Beyond so many rows an answer is no overview any more. */
const MOST_STATS = 5000;

@Resolver(() => Relationship)
export class RelationshipTouchesResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('touch_frequency')
  @ResolveField(() => TouchFrequency, { description: 'How often the two meet.' })
  async touches(
    @Parent() relationship: RelationshipRow,
    @Args() { asOf, asKnown }: TouchesArguments,
    @Context() context: CallerContext,
  ): Promise<Frequency> {
    const asOfMs = asOf ? toMillis(asOf) : Date.now();
    const history = historyOf(this.db, context, relationship, asKnown);
    const { settledAt } = relationship;
    const settled = !asKnown && settledAt !== null && asOfMs >= toMillis(settledAt);
    const known = settled ? storedMarks(relationship) : marks(await history(), asOfMs);
    const { lastTouchAt, dueAt } = settled ? relationship : shown(known);
    return { lastTouchAt, dueAt, ...standing(known, asOfMs), asOfMs, history };
  }

  @ReadsFrom('touch_frequency')
  @ResolveField(() => Cadence, { nullable: true, description: 'The rhythm that is promised now; null: none.' })
  cadence(@Parent() { intervalDays, graceDays, cadenceSince }: RelationshipRow) {
    return intervalDays === null ? null : { intervalDays, graceDays, since: cadenceSince };
  }
}

@Resolver(() => TouchFrequency)
export class TouchFrequencyResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ResolveField(() => Int, { description: 'Touches.' })
  async count(@Parent() { history, asOfMs }: Frequency, @Args() window: WindowArguments): Promise<number> {
    return count(await history(), momentOf(asOfMs, window));
  }

  @ResolveField(() => Float, {
    nullable: true,
    description:
      'Touches per 30 days in the window, or since the relationship began when that is later; time in which the clock stood still is left out. Null before any time has passed.',
  })
  async per30Days(@Parent() { history, asOfMs }: Frequency, @Args() window: WindowArguments): Promise<number | null> {
    return per30Days(await history(), momentOf(asOfMs, window));
  }

  @ResolveField(() => [TouchCount], { description: 'By how the contact was made, the most frequent first.' })
  byChannel(@Parent() frequency: Frequency, @Args() window: WindowArguments): Promise<readonly Tally[]> {
    return by('channel', frequency, window);
  }

  @ResolveField(() => [TouchCount], { description: 'By who turned to whom, the most frequent first.' })
  byDirection(@Parent() frequency: Frequency, @Args() window: WindowArguments): Promise<readonly Tally[]> {
    return by('direction', frequency, window);
  }

  @ResolveField(() => [TouchCount], { description: 'By what the contact was for, the most frequent first.' })
  byIntent(@Parent() frequency: Frequency, @Args() window: WindowArguments): Promise<readonly Tally[]> {
    return by('intent', frequency, window);
  }

  @ResolveField(() => [TouchCount], { description: 'By part of the organisation, the most frequent first.' })
  byFunction(@Parent() frequency: Frequency, @Args() window: WindowArguments): Promise<readonly Tally[]> {
    return by('function', frequency, window);
  }

  @ResolveField(() => [TouchCount], {
    description: 'By who was PRIMARY steward when the touch happened, the most frequent first.',
  })
  bySteward(@Parent() frequency: Frequency, @Args() window: WindowArguments): Promise<readonly Tally[]> {
    return by('steward', frequency, window);
  }

  @ResolveField(() => TouchGaps, { description: 'Days between each touch and the next.' })
  async gaps(@Parent() { history, asOfMs }: Frequency): Promise<Gaps> {
    return gaps(await history(), { asOfMs });
  }

  @ResolveField(() => Float, { nullable: true, description: 'The mean of the gaps; null before the second touch.' })
  async meanGapDays(@Parent() { history, asOfMs }: Frequency): Promise<number | null> {
    return gaps(await history(), { asOfMs }).meanDays;
  }

  @ResolveField(() => Float, { nullable: true, description: 'The longest of the gaps; null before the second touch.' })
  async longestGapDays(@Parent() { history, asOfMs }: Frequency): Promise<number | null> {
    return gaps(await history(), { asOfMs }).maxDays;
  }

  @ResolveField(() => Float, {
    nullable: true,
    description:
      'Share of the time, 0 to 1, in which the last touch was no longer ago than the interval. The opening counts as the first one; time in which the clock stood still is left out. Null without a cadence.',
  })
  async adherence(@Parent() { history, asOfMs }: Frequency): Promise<number | null> {
    return adherence(await history(), asOfMs);
  }

  @Roles(...READERS)
  @ReadsFrom('touch_frequency', 'directory')
  @Query(() => [TouchStatsRow], {
    description: `Touches of all relationships by group and stretch of time: in the order of time, then the largest group first. At most ${String(MOST_STATS)} rows.`,
  })
  async touchStats(
    @Args() { filter, groupBy, bucket }: TouchStatsArguments,
    @CurrentCaller() { tenantId }: Caller,
  ): Promise<readonly StatsRow[]> {
    const rows = await touchStats(
      this.db,
      tenantId,
      filter ?? {},
      groupBy ?? undefined,
      bucket ?? undefined,
      MOST_STATS + 1,
    );
    if (rows.length <= MOST_STATS) return rows;
    throw new RequestError('LIMIT_EXCEEDED', 'Too many rows: ask for a shorter time or larger buckets.');
  }
}

const by = async (dimension: Dimension, { history, asOfMs }: Frequency, window: WindowArguments) =>
  tally(await history(), dimension, momentOf(asOfMs, window));

export function momentOf(asOfMs: number, { window }: WindowArguments) {
  if (window === undefined || window === null) return { asOfMs };
  if (window >= 1) return { asOfMs, windowDays: window };
  throw new RequestError('INVALID_INPUT', 'window is 1 or more days.', { path: ['window'] });
}

const shown = ({ lastTouchAtMs, dueAtMs }: Marks) => ({
  lastTouchAt: lastTouchAtMs === null ? null : fromMillis(lastTouchAtMs),
  dueAt: dueAtMs === null ? null : fromMillis(dueAtMs),
});

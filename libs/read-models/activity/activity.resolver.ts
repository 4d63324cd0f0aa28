import { Args, Context, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller, type CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { fromMillis, toMillis, type Instant } from '../../event-sourcing/instant.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import type { RelationshipRow } from '../directory/relationship-queries.js';
import { Relationship } from '../directory/relationship.types.js';
import { manyEach } from '../loading.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import type { Seen } from '../timeline/seen.js';
import { happened, seen, tally, type History, type Moment } from '../touch-frequency/frequency.js';
import { historyOf } from '../touch-frequency/loaders.js';
import { momentOf } from '../touch-frequency/touch-frequency.resolver.js';
import { asksVersusGives, byFunction, channelMix, reciprocity, weakest, type PartActivity } from './activity.js';
import {
  ActivityArguments,
  AsksVersusGives,
  ChannelMix,
  FunctionActivity,
  Reciprocity,
  StewardBond,
  StewardScorecard,
} from './activity.types.js';
import { actionsOf, actionsOfSteward, commitmentsOfSteward, opinionsOf, touchesOfSteward } from './queries.js';
import { carriedBy, contactWith, handedOver } from './bond-queries.js';
import { scorecard } from './scorecard.js';
import { stewardBond } from './steward-bond.js';

@Resolver(() => Relationship)
export class RelationshipActivityResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('touch_frequency')
  @ResolveField(() => ChannelMix, { description: 'How contact spreads over channels.' })
  async channelMix(
    @Parent() relationship: RelationshipRow,
    @Args() asked: ActivityArguments,
    @Context() context: CallerContext,
  ) {
    const { history, moment } = await this.seen(relationship, asked, context);
    const { channelMixTarget } = relationship;
    const target =
      channelMixTarget && Object.entries(channelMixTarget).map(([channel, shareBp]) => ({ channel, shareBp }));
    return { ...channelMix(tally(history, 'channel', moment), channelMixTarget), target };
  }

  @ReadsFrom('touch_frequency')
  @ResolveField(() => Reciprocity, { description: 'Who turns to whom.' })
  async reciprocity(
    @Parent() relationship: RelationshipRow,
    @Args() asked: ActivityArguments,
    @Context() context: CallerContext,
  ) {
    const { history, moment } = await this.seen(relationship, asked, context);
    return reciprocity(seen(history, moment));
  }

  @ReadsFrom('touch_frequency', 'trust', 'directory')
  @ResolveField(() => AsksVersusGives, { description: 'Whether our side shows up to get or to give.' })
  async asksVersusGives(
    @Parent() relationship: RelationshipRow,
    @Args() asked: ActivityArguments,
    @Context() context: CallerContext,
  ) {
    const [name, moments] = seenBy(asked);
    const actions = manyEach(context, `trust actions of ours ${name}`, (tenantId, ids) =>
      actionsOf(this.db, tenantId, ids, moments),
    );
    const [{ history, moment }, done] = await Promise.all([
      this.seen(relationship, asked, context),
      actions.load(relationship.id),
    ]);
    return asksVersusGives(
      seen(history, moment),
      done.filter(({ atMs }) => happened(atMs, moment)),
    );
  }

  @ReadsFrom('touch_frequency', 'feedback', 'timeline', 'directory')
  @ResolveField(() => [FunctionActivity], {
    description: 'What the parts of the organisation have to do with it, the one with the most touches first.',
  })
  async byFunction(
    @Parent() relationship: RelationshipRow,
    @Args() asked: ActivityArguments,
    @Context() context: CallerContext,
  ) {
    return (await this.parts(relationship, asked, context)).map(shown);
  }

  @ReadsFrom('touch_frequency', 'feedback', 'timeline', 'directory')
  @ResolveField(() => FunctionActivity, {
    nullable: true,
    description:
      'The part of the organisation that is thought worst of; null while nobody said what they think of any.',
  })
  async weakestFunction(
    @Parent() relationship: RelationshipRow,
    @Args() asked: ActivityArguments,
    @Context() context: CallerContext,
  ) {
    const part = weakest(await this.parts(relationship, asked, context));
    return part && shown(part);
  }

  private async parts(
    relationship: RelationshipRow,
    asked: ActivityArguments,
    context: CallerContext,
  ): Promise<readonly PartActivity[]> {
    const [name, moments] = seenBy(asked);
    const opinions = manyEach(context, `opinions of touches ${name}`, (tenantId, ids) =>
      opinionsOf(this.db, tenantId, ids, moments),
    );
    const [{ history, moment }, heard] = await Promise.all([
      this.seen(relationship, asked, context),
      opinions.load(relationship.id),
    ]);
    return byFunction(
      seen(history, moment),
      heard.filter(({ atMs }) => happened(atMs, moment)),
    );
  }

  private async seen(
    relationship: RelationshipRow,
    { asOf, asKnown, ...window }: ActivityArguments,
    context: CallerContext,
  ): Promise<{ readonly history: History; readonly moment: Moment }> {
    const moment = momentOf(asOf ? toMillis(asOf) : Date.now(), window);
    return { history: await historyOf(this.db, context, relationship, asKnown)(), moment };
  }
}

/** The moments that are asked about, under a name for what is loaded together. */
const seenBy = ({ asOf, asKnown }: ActivityArguments): [name: string, Seen] => [
  `${asOf ?? ''} ${asKnown ?? ''}`,
  { asOf: asOf ?? fromMillis(Date.now()), asKnown: asKnown ?? undefined },
];

const shown = ({ lastTouchAtMs, ...part }: PartActivity) => ({ ...part, lastTouchAt: fromMillis(lastTouchAtMs) });

@Resolver(() => StewardScorecard)
export class StewardScorecardResolver {
  constructor(private readonly db: ReadDatabase) {}

  @Roles(...READERS)
  @ReadsFrom('touch_frequency', 'directory', 'trust', 'commitments')
  @Query(() => StewardScorecard, {
    description: 'What a steward did in a stretch of time, as PRIMARY steward when it happened.',
  })
  async stewardScorecard(
    @Args('stewardId', { type: () => ID, description: 'The steward.' }) stewardId: string,
    @Args('from', { type: () => DateTimeScalar, nullable: true, description: 'At or after this; absent: since ever.' })
    from: Instant | null,
    @Args('to', { type: () => DateTimeScalar, nullable: true, description: 'Before this; absent: until now and on.' })
    to: Instant | null,
    @CurrentCaller() { tenantId }: Caller,
  ) {
    const asked = { stewardId, from, to };
    return scorecard(
      ...(await Promise.all([
        touchesOfSteward(this.db, tenantId, asked),
        actionsOfSteward(this.db, tenantId, asked),
        commitmentsOfSteward(this.db, tenantId, asked),
      ])),
    );
  }
}

@Roles(...READERS)
@Resolver()
export class StewardBondResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('touch_frequency', 'directory')
  @Query(() => StewardBond, {
    description: 'Whether the bond is with the steward or with the firm: continuity, share of contact, hand-overs.',
  })
  async stewardBond(
    @Args('partyId', { type: () => ID, description: 'The party.' }) partyId: string,
    @Args('stewardId', { type: () => ID, description: 'The steward.' }) stewardId: string,
    @Args('asOf', { type: () => DateTimeScalar, nullable: true, description: 'At this business time; absent: now.' })
    asOf: Instant | null,
    @CurrentCaller() { tenantId }: Caller,
  ): Promise<StewardBond> {
    const bond = { partyId, stewardId, asOf: asOf ?? fromMillis(Date.now()) };
    return stewardBond(
      ...(await Promise.all([
        carriedBy(this.db, tenantId, bond),
        contactWith(this.db, tenantId, bond),
        handedOver(this.db, tenantId, bond),
      ])),
    );
  }
}

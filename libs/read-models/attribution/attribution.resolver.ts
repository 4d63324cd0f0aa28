import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller, type CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { fromMillis } from '../../event-sourcing/instant.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { RequestError } from '../../graphql/request-error.js';
import type { CreditRow } from '../../metrics/attribution/attribution.js';
import type { Amount } from '../../metrics/attribution/journey.js';
import { pageRank } from '../../metrics/attribution/influence.js';
import { MODEL_VERSION } from '../../metrics/attribution/models.js';
import { campaignLoader } from '../campaigns/loaders.js';
import { spentOn, type CampaignRow } from '../campaigns/queries.js';
import { Campaign } from '../campaigns/campaigns.types.js';
import { partyLoader } from '../directory/loaders.js';
import type { PartyRow } from '../directory/party-queries.js';
import { Party } from '../directory/party.types.js';
import { loadDefinitions } from '../health/definitions.js';
import { loaderOf, manyEach, tenantOf } from '../loading.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import { askedModel, type AskedModel } from './asked-model.js';
import { attributed, type AttributionQuestion } from './attributed.js';
import {
  AttributionArguments,
  AttributionReport,
  AttributionRow,
  CampaignRoi,
  InfluenceArguments,
  ModelArguments,
  ReferralInfluence,
} from './attribution.types.js';
import { referralEdges, type ReferralEdge } from './influence-queries.js';
import { roiOf, type Earned } from './roi.js';
import type { AttributionDimension } from './touchpoints.js';

/** What an AttributionRow resolves its fields from. */
type Row = CreditRow & { readonly value: readonly Amount[]; readonly by: AttributionDimension };

@Roles(...READERS)
@Resolver(() => AttributionRow)
export class AttributionResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('touch_frequency', 'referral_pipeline', 'campaigns', 'directory', 'metric_definitions')
  @Query(() => AttributionReport, {
    description: 'Which channels, intents, stewards, campaigns or sources earned the outcomes of a stretch of time.',
  })
  async attribution(
    @Args() { from, to, outcome, by, ...asked }: AttributionArguments,
    @Context() context: CallerContext,
  ) {
    const { definition, ...model } = await askedModel(() => loadDefinitions(this.db, context), asked);
    const question = { ...model, outcome, by, from: from ?? null, to: to ?? fromMillis(Date.now()) };
    const { rows, unattributed, total } = await attributed(this.db, tenantOf(context), question);
    return {
      model: model.model,
      modelVersion: MODEL_VERSION,
      definition,
      rows: rows.map((row): Row => ({ ...row, value: row.values, by })),
      unattributed: unattributed.creditMicros,
      unattributedValue: unattributed.values,
      total: total.creditMicros,
      totalValue: total.values,
      outcomes: total.outcomes,
    };
  }

  @ResolveField(() => String, { description: 'What people call it.' })
  async label(@Parent() { key, by }: Row, @Context() context: CallerContext): Promise<string> {
    if (key === null) return `No ${by.toLowerCase()}`;
    if (by === 'CHANNEL' || by === 'INTENT') return key[0] + key.slice(1).toLowerCase().replaceAll('_', ' ');
    if (key.startsWith('cmp_')) return (await campaignLoader(this.db, context).load(key))?.name ?? key;
    return (await partyLoader(this.db, context).load(key))?.displayName ?? key;
  }
}

@Resolver(() => Campaign)
export class CampaignRoiResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('touch_frequency', 'referral_pipeline', 'campaigns', 'directory', 'metric_definitions')
  @ResolveField(() => [CampaignRoi], {
    description:
      'What it brought for what it cost, by currency: its part of all value, referrals and closed loops up to now.',
  })
  async roi(@Parent() { id }: CampaignRow, @Args() asked: ModelArguments, @Context() context: CallerContext) {
    const { definition, ...model } = await askedModel(() => loadDefinitions(this.db, context), asked);
    const spent = manyEach(context, 'costs of campaigns', (tenantId, ids) => spentOn(this.db, tenantId, ids));
    const earned = loaderOf(context, `earnings of campaigns ${JSON.stringify(model)}`, (tenantId, ids) =>
      this.earned(tenantId, ids, model),
    );
    const rows = roiOf(...(await Promise.all([spent.load(id), earned.load(id)])));
    return rows.map(({ currency, costMinor, valueMinor, ...ratios }) => ({
      model: model.model,
      modelVersion: MODEL_VERSION,
      definition,
      currency,
      cost: { amountMinor: costMinor, currency },
      value: { amountMinor: valueMinor, currency },
      ...ratios,
    }));
  }

  /** Credit is split over all campaigns, however many are asked for: once for all of a request. */
  private async earned(
    tenantId: string,
    ids: readonly string[],
    model: Omit<AskedModel, 'definition'>,
  ): Promise<Earned[]> {
    const question = { ...model, by: 'CAMPAIGN', from: null, to: fromMillis(Date.now()) } as const;
    const rowsFor = async (outcome: AttributionQuestion['outcome']) => {
      const { rows } = await attributed(this.db, tenantId, { ...question, outcome });
      return new Map(rows.map((row) => [row.key, row]));
    };
    const [value, made, closed] = [await rowsFor('VALUE'), await rowsFor('MADE'), await rowsFor('CLOSED')];
    return ids.map((id) => ({
      values: value.get(id)?.values ?? [],
      referralMicros: made.get(id)?.creditMicros ?? 0,
      closedLoopMicros: closed.get(id)?.creditMicros ?? 0,
    }));
  }
}

interface Influence {
  readonly id: string;
  readonly rank: number;
  readonly score: number;
  readonly referralsMade: number;
  readonly referralsReceived: number;
}

const MOST_INFLUENTIAL = 200;

@Roles(...READERS)
@Resolver(() => ReferralInfluence)
export class ReferralInfluenceResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('referral_pipeline', 'directory')
  @Query(() => [ReferralInfluence], { description: 'Where referrals lead to, directly and by others.' })
  async referralInfluence(
    @Args() { first, asOf, halfLifeDays }: InfluenceArguments,
    @CurrentCaller() { tenantId }: Caller,
  ): Promise<Influence[]> {
    if (first < 1 || first > MOST_INFLUENTIAL) {
      throw new RequestError('INVALID_INPUT', `first is 1 to ${String(MOST_INFLUENTIAL)}.`, { path: ['first'] });
    }
    if (!(halfLifeDays > 0 && Number.isFinite(halfLifeDays))) {
      throw new RequestError('INVALID_INPUT', 'halfLifeDays is more than 0.', { path: ['halfLifeDays'] });
    }
    const edges = await referralEdges(this.db, tenantId, asOf ?? fromMillis(Date.now()), halfLifeDays);
    const made = countBy(edges, ({ from }) => from);
    const received = countBy(edges, ({ to }) => to);
    return pageRank(edges)
      .slice(0, first)
      .map(({ id, score }, place) => ({
        id,
        rank: place + 1,
        score,
        referralsMade: made.get(id) ?? 0,
        referralsReceived: received.get(id) ?? 0,
      }));
  }

  @ResolveField(() => Party, { nullable: true, description: 'Who it is; null only while the directory lags behind.' })
  party(@Parent() { id }: Influence, @Context() context: CallerContext): Promise<PartyRow | null> {
    return partyLoader(this.db, context).load(id);
  }
}

function countBy(edges: readonly ReferralEdge[], idOf: (edge: ReferralEdge) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const edge of edges) counts.set(idOf(edge), (counts.get(idOf(edge)) ?? 0) + edge.referrals);
  return counts;
}

import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller, type CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { pageRequest } from '../../graphql/paging.js';
import { RequestError } from '../../graphql/request-error.js';
import { partyLoader } from '../directory/loaders.js';
import type { PartyRow } from '../directory/party-queries.js';
import { Party } from '../directory/party.types.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import {
  ChainArguments,
  CohortArguments,
  FunnelArguments,
  ReferralChain,
  ReferralChainNode,
  ReferralFunnelRow,
  SourceConfusion,
  TopParties,
  TopPartiesArguments,
  TopParty,
} from './analysis.types.js';
import { chain, discounted, successorsOf, totalsOf, valuesOf, type ChainNode } from './chain.js';
import { funnel, sourceConfusion } from './funnel-queries.js';
import { referralLoader } from './loaders.js';
import type { ReferralRow } from './queries.js';
import { Referral } from './referral.types.js';
import { confusionShown, funnelShown } from './shown.js';
import { concentration, valueBySource } from './value-queries.js';

const MOST_ROWS = 200;
const MOST_CELLS = 1000;
const MOST_NODES = 1000;
const DEEPEST = 32;

@Roles(...READERS)
@Resolver()
export class ReferralAnalysisResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('referral_pipeline', 'directory')
  @Query(() => [ReferralFunnelRow], {
    description: `What became of the referrals of a cohort, step by step. At most ${String(MOST_ROWS)} groups, the largest first; months in their order.`,
  })
  async referralFunnel(@Args() { from, to, by }: FunnelArguments, @CurrentCaller() { tenantId }: Caller) {
    const rows = await funnel(this.db, tenantId, { from: from ?? null, to: to ?? null }, by ?? undefined, MOST_ROWS);
    return rows.map(funnelShown);
  }

  @ReadsFrom('referral_pipeline', 'directory')
  @Query(() => SourceConfusion, {
    description: 'Which sources people declared against those that are recorded, for referrals of a cohort.',
  })
  async sourceConfusion(@Args() { from, to }: CohortArguments, @CurrentCaller() { tenantId }: Caller) {
    return confusionShown(await sourceConfusion(this.db, tenantId, { from: from ?? null, to: to ?? null }, MOST_CELLS));
  }

  @ReadsFrom('referral_pipeline', 'directory')
  @Query(() => ReferralChain, {
    nullable: true,
    description:
      'What a referral brought about, and what that was worth: value * delta^depth. Null when there is no such referral.',
  })
  async referralChain(
    @Args() { rootId, depth, delta }: ChainArguments,
    @CurrentCaller() { tenantId }: Caller,
    @Context() context: CallerContext,
  ) {
    if (depth < 0 || depth > DEEPEST) {
      throw new RequestError('INVALID_INPUT', `depth is 0 to ${String(DEEPEST)}.`, { path: ['depth'] });
    }
    if (!(delta >= 0 && delta <= 1)) throw new RequestError('INVALID_INPUT', 'delta is 0 to 1.', { path: ['delta'] });
    const root = await referralLoader(this.db, context).load(rootId);
    if (!root || root.retracted) return null;

    const followed = await chain(rootId, { depth, most: MOST_NODES }, (ids) => successorsOf(this.db, tenantId, ids));
    const ids = followed.nodes.map(({ id }) => id);
    const worth = Map.groupBy(await valuesOf(this.db, tenantId, ids), ({ owner }) => owner);
    const nodes = followed.nodes.map((node) => ({
      ...node,
      values: discounted(worth.get(node.id) ?? [], node.depth, delta),
    }));
    return { nodes, totals: totalsOf(nodes.flatMap(({ values }) => values)), truncated: followed.truncated };
  }
}

@Roles(...READERS)
@Resolver(() => TopParty)
export class TopPartiesResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('referral_pipeline', 'directory')
  @Query(() => TopParties, { description: 'Who brings the value: sources of referrals by what these were worth.' })
  async topParties(@Args() { currency, from, to, first }: TopPartiesArguments, @CurrentCaller() { tenantId }: Caller) {
    const page = pageRequest({ first });
    const asked = { currency, from: from ?? null, to: to ?? null };
    // One at least: a row says what all of them come to.
    const found = await valueBySource(this.db, tenantId, asked, Math.max(page.first, 1));
    const { totalMinor, rows, ...counts } = concentration(found);
    return {
      ...counts,
      total: { amountMinor: totalMinor, currency },
      rows: rows.slice(0, page.first).map(({ amountMinor, ...row }) => ({ ...row, value: { amountMinor, currency } })),
    };
  }

  @ResolveField(() => Party, { nullable: true, description: 'The party; null only while the directory lags.' })
  party(
    @Parent() { partyId }: { readonly partyId: string },
    @Context() context: CallerContext,
  ): Promise<PartyRow | null> {
    return partyLoader(this.db, context).load(partyId);
  }
}

@Resolver(() => ReferralChainNode)
export class ReferralChainNodeResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ResolveField(() => Referral, { description: 'The referral.' })
  referral(@Parent() { id }: ChainNode, @Context() context: CallerContext): Promise<ReferralRow | null> {
    return referralLoader(this.db, context).load(id);
  }
}

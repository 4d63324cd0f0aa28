import { Args, Context, ID, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller, type CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { Money } from '../../graphql/money.js';
import { connection, pageRequest, type Connection } from '../../graphql/paging.js';
import { partyLoader } from '../directory/loaders.js';
import type { PartyRow } from '../directory/party-queries.js';
import { Party } from '../directory/party.types.js';
import { countEach, manyEach, oneEach } from '../loading.js';
import { cursorOf } from '../ordering.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import type { TouchRow } from '../timeline/touch-entries.js';
import { Touch } from '../timeline/timeline.types.js';
import {
  Audience,
  Campaign,
  CampaignConnection,
  CampaignCost,
  CampaignCostConnection,
  CampaignEntriesArguments,
  CampaignRelevance,
  CampaignResponse,
  CampaignResponseConnection,
  CampaignResponses,
  CampaignsArguments,
  CampaignSpending,
  CampaignTouches,
  CampaignWindow,
  CostPerResponse,
} from './campaigns.types.js';
import { campaignLoader } from './loaders.js';
import {
  campaignPage,
  COSTS,
  countCampaigns,
  countEntries,
  countResponders,
  countTouches,
  entryPages,
  responseCounts,
  RESPONSES,
  spentOn,
  type CampaignRow,
  type CostRow,
  type EntryList,
  type EntryRow,
  type ResponseCountRow,
  type ResponseRow,
  type SpentRow,
} from './queries.js';
import { countReached, heardBack } from './reached-queries.js';
import { costPerResponse, countOf, relevanceBp, type ResponseCounts } from './results.js';

@Roles(...READERS)
@Resolver(() => Campaign)
export class CampaignResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('campaigns')
  @Query(() => Campaign, { nullable: true, description: 'A campaign; null when there is none of that id.' })
  campaign(
    @Args('id', { type: () => ID, description: 'The campaign.' }) id: string,
    @Context() context: CallerContext,
  ): Promise<CampaignRow | null> {
    return campaignLoader(this.db, context).load(id);
  }

  @ReadsFrom('campaigns', 'directory')
  @Query(() => CampaignConnection, { description: 'Campaigns, the last one planned first.' })
  async campaigns(
    @Args() { filter, ...asked }: CampaignsArguments,
    @CurrentCaller() { tenantId }: Caller,
  ): Promise<Connection<CampaignRow>> {
    const page = pageRequest(asked);
    const rows = await campaignPage(this.db, tenantId, filter ?? {}, page);
    const count = () => countCampaigns(this.db, tenantId, filter ?? {});
    return connection(page, rows, (row) => cursorOf(row.plannedAt, row), count);
  }

  @ResolveField(() => CampaignWindow, { description: 'When it is to run.' })
  window(@Parent() { windowFrom, windowTo }: CampaignRow): CampaignWindow {
    return { from: windowFrom, to: windowTo };
  }

  @ResolveField(() => Money, { description: 'What it may cost.' })
  budget(@Parent() { budgetMinor, currency }: CampaignRow) {
    return { amountMinor: budgetMinor, currency };
  }

  @ResolveField(() => [Audience], { description: 'Whom it addresses.' })
  audiences(@Parent() { audiences }: CampaignRow): Audience[] {
    return audiences.map(({ name, partyIds }) => ({
      name,
      partyIds: partyIds ?? null,
      size: partyIds?.length ?? null,
    }));
  }

  @ResolveField(() => [CampaignSpending], { description: 'What it cost, by currency.' })
  async cost(@Parent() campaign: CampaignRow, @Context() context: CallerContext) {
    return (await this.spent(campaign, context)).map(({ currency, spentMinor, refundedMinor }) => ({
      net: { amountMinor: spentMinor - refundedMinor, currency },
      spent: { amountMinor: spentMinor, currency },
      refunded: { amountMinor: refundedMinor, currency },
    }));
  }

  @ResolveField(() => CampaignResponses, { description: 'Who answered.' })
  async responses(@Parent() campaign: CampaignRow, @Context() context: CallerContext): Promise<ResponseCounts> {
    return countOf(campaign.id, await this.counts(campaign, context));
  }

  @ResolveField(() => [CostPerResponse], {
    description: 'Net cost by counted responses, by currency. Empty while nobody answered or nothing was spent.',
  })
  async costPerResponse(@Parent() campaign: CampaignRow, @Context() context: CallerContext) {
    const [spent, counts] = await Promise.all([this.spent(campaign, context), this.counts(campaign, context)]);
    return costPerResponse(spent, countOf(campaign.id, counts));
  }

  @ReadsFrom('touch_frequency', 'timeline', 'feedback', 'directory')
  @ResolveField(() => CampaignRelevance, { description: 'Whether those whom it reached wanted it.' })
  async relevance(@Parent() { id }: CampaignRow, @Context() context: CallerContext): Promise<CampaignRelevance> {
    const loader = oneEach(context, 'relevance of campaigns', (tenantId, ids) => heardBack(this.db, tenantId, ids));
    const heard = (await loader.load(id)) ?? { reached: 0, irrelevant: 0, optedOut: 0, either: 0 };
    return { ...heard, shareBp: relevanceBp(heard) };
  }

  @ResolveField(() => CampaignTouches, { description: 'The contacts that belong to it.' })
  touches(@Parent() campaign: CampaignRow): CampaignRow {
    return campaign;
  }

  @ResolveField(() => CampaignCostConnection, { description: 'Its costs and refunds, the last one recorded first.' })
  costEntries(
    @Parent() campaign: CampaignRow,
    @Args() asked: CampaignEntriesArguments,
    @Context() context: CallerContext,
  ): Promise<Connection<CostRow>> {
    return this.entries<CostRow>('costs', COSTS, (row) => row.recordedAt, campaign, asked, context);
  }

  @ResolveField(() => CampaignResponseConnection, { description: 'The responses, the latest first.' })
  responseEntries(
    @Parent() campaign: CampaignRow,
    @Args() asked: CampaignEntriesArguments,
    @Context() context: CallerContext,
  ): Promise<Connection<ResponseRow>> {
    return this.entries<ResponseRow>('responses', RESPONSES, (row) => row.occurredAt, campaign, asked, context);
  }

  private spent({ id }: CampaignRow, context: CallerContext): Promise<readonly SpentRow[]> {
    return manyEach(context, 'costs of campaigns', (tenantId, ids) => spentOn(this.db, tenantId, ids)).load(id);
  }

  private counts({ id }: CampaignRow, context: CallerContext): Promise<readonly ResponseCountRow[]> {
    const read = (tenantId: string, ids: readonly string[]) => responseCounts(this.db, tenantId, ids);
    return manyEach(context, 'responses of campaigns', read).load(id);
  }

  private async entries<Row extends EntryRow>(
    what: string,
    list: EntryList,
    moment: (row: Row) => Instant,
    { id }: CampaignRow,
    { includeRetracted, first, after }: CampaignEntriesArguments,
    context: CallerContext,
  ): Promise<Connection<Row>> {
    const page = pageRequest({ first, after });
    const shape = `${what} ${JSON.stringify([includeRetracted, first, after])}`;
    const pages = manyEach(context, `pages of ${shape}`, (tenantId, ids) =>
      entryPages<Row>(this.db, tenantId, ids, list, includeRetracted, page),
    );
    const counts = countEach(context, `counted ${shape}`, (tenantId, ids) =>
      countEntries(this.db, tenantId, ids, list, includeRetracted),
    );
    return connection(
      page,
      await pages.load(id),
      (row) => cursorOf(moment(row), row),
      () => counts.load(id),
    );
  }
}

@Resolver(() => CampaignResponses)
export class CampaignResponsesResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('directory')
  @ResolveField(() => Int, { description: 'Different parties whose responses count.' })
  parties(@Parent() { campaignId }: ResponseCounts, @Context() context: CallerContext): Promise<number> {
    const read = (tenantId: string, ids: readonly string[]) => countResponders(this.db, tenantId, ids);
    return countEach(context, 'responders', read).load(campaignId);
  }
}

@Resolver(() => CampaignTouches)
export class CampaignTouchesResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('touch_frequency')
  @ResolveField(() => Int, { description: 'Contacts; one over several relationships is one.' })
  count(@Parent() { id }: CampaignRow, @Context() context: CallerContext): Promise<number> {
    const read = (tenantId: string, ids: readonly string[]) => countTouches(this.db, tenantId, ids);
    return countEach(context, 'touches of campaigns', read).load(id);
  }

  @ReadsFrom('touch_frequency', 'timeline', 'directory')
  @ResolveField(() => Int, {
    description: 'Different parties of the other side with whom a contact came about, or who were left a message.',
  })
  reached(@Parent() { id }: CampaignRow, @Context() context: CallerContext): Promise<number> {
    const read = (tenantId: string, ids: readonly string[]) => countReached(this.db, tenantId, ids);
    return countEach(context, 'reached by campaigns', read).load(id);
  }
}

@Resolver(() => CampaignCost)
export class CampaignCostResolver {
  @ResolveField(() => Money, { description: 'How much.' })
  amount(@Parent() { amountMinor, currency }: CostRow) {
    return { amountMinor, currency };
  }
}

@Resolver(() => CampaignResponse)
export class CampaignResponseResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('directory')
  @ResolveField(() => Party, {
    nullable: true,
    description: 'Who answered; null only while the directory lags behind the campaigns.',
  })
  party(@Parent() { partyId }: ResponseRow, @Context() context: CallerContext): Promise<PartyRow | null> {
    return partyLoader(this.db, context).load(partyId);
  }
}

@Resolver(() => Touch)
export class TouchCampaignResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('campaigns')
  @ResolveField(() => Campaign, { nullable: true, description: 'The campaign it belongs to.' })
  campaign(@Parent() { campaignId }: TouchRow, @Context() context: CallerContext): Promise<CampaignRow | null> {
    return campaignId ? campaignLoader(this.db, context).load(campaignId) : Promise.resolve(null);
  }
}

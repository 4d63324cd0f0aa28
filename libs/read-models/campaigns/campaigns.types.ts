import { ArgsType, Field, Float, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import { Money } from '../../graphql/money.js';
import { Node } from '../../graphql/node.js';
import { connectionOf, PageArguments } from '../../graphql/paging.js';
import { BasisPointsScalar, DateScalar, DateTimeScalar, PositionScalar } from '../../graphql/scalars.js';
import { CampaignCostKind, CampaignResponseKind, CampaignState } from '../../ledger/campaign/campaign.words.js';
import { Channel } from '../../ledger/touch/touch.words.js';
import { Amendment } from '../timeline/timeline.types.js';
import type { CampaignFilter } from './queries.js';
import { OPT_OUT_DAYS } from './reached-queries.js';

@ObjectType({ description: 'When a campaign is to run.' })
export class CampaignWindow {
  @Field(() => DateTimeScalar, { description: 'When it begins.' })
  readonly from: Instant;

  @Field(() => DateTimeScalar, { description: 'When it ends.' })
  readonly to: Instant;
}

@ObjectType({ description: 'Whom a campaign addresses.' })
export class Audience {
  @Field(() => String, { description: 'What people call it, or who belongs to it.' })
  readonly name: string;

  @Field(() => [ID], { nullable: true, description: 'The parties that it lists; null: whoever fits its name.' })
  readonly partyIds: readonly string[] | null;

  @Field(() => Int, { nullable: true, description: 'How many parties it lists; null: whoever fits its name.' })
  readonly size: number | null;
}

@ObjectType({ description: 'What a campaign cost in one currency. Currencies are never added up.' })
export class CampaignSpending {
  @Field(() => Money, { description: 'What it cost in the end: what was spent less what came back.' })
  readonly net: Money;

  @Field(() => Money, { description: 'What was spent.' })
  readonly spent: Money;

  @Field(() => Money, { description: 'What of it came back.' })
  readonly refunded: Money;
}

@ObjectType({ description: 'What one response cost in one currency.' })
export class CostPerResponse {
  @Field(() => Float, {
    description: 'Net cost by counted responses, in the smallest unit of the currency, with fractions.',
  })
  readonly amountMinor: number;

  @Field(() => String, { description: 'ISO 4217 code, such as USD.' })
  readonly currency: string;
}

@ObjectType({ description: 'How many responses of one kind.' })
export class CampaignResponseCount {
  @Field(() => CampaignResponseKind, { description: 'The kind.' })
  readonly kind: CampaignResponseKind;

  @Field(() => Int, { description: 'How many they are.' })
  readonly count: number;
}

@ObjectType({ description: 'Who answered to a campaign. What was retracted is in none of it.' })
export class CampaignResponses {
  @Field(() => Int, { description: 'All that were recorded, AUTOMATED ones too.' })
  readonly total: number;

  @Field(() => Int, { description: 'Those of humans: all but AUTOMATED ones.' })
  readonly counted: number;

  @Field(() => Int, { description: 'Those counted of parties that were not addressed.' })
  readonly organic: number;

  @Field(() => [CampaignResponseCount], { description: 'All by kind, the most frequent first.' })
  readonly byKind: readonly CampaignResponseCount[];
}

@ObjectType({ description: 'Contacts that belong to a campaign. Neither retracted nor AUTOMATED ones count.' })
export class CampaignTouches {}

@ObjectType({
  description:
    'Whether a campaign was wanted: 1 - (irrelevant + opted out) / reached. Counted are different parties, each once.',
})
export class CampaignRelevance {
  @Field(() => BasisPointsScalar, {
    nullable: true,
    description:
      'The relevance, 0 to 10000; a party that is both irrelevant and opted out counts once. Null while it reached nobody.',
  })
  readonly shareBp: number | null;

  @Field(() => Int, { description: 'Parties that it reached.' })
  readonly reached: number;

  @Field(() => Int, { description: 'Of these: who gave IRRELEVANT_OUTREACH feedback about one of its contacts.' })
  readonly irrelevant: number;

  @Field(() => Int, {
    description: `Of these: who withdrew consent to MARKETING over the channel, or over all, within ${String(OPT_OUT_DAYS)} days of one of its contacts.`,
  })
  readonly optedOut: number;
}

@ObjectType({ implements: () => Node, description: 'Parties addressed in a stretch of time, within a budget.' })
export class Campaign extends Node {
  @Field(() => String, { description: 'What people call it.' })
  readonly name: string;

  @Field(() => CampaignState, { description: 'Where it stands, by the last record.' })
  readonly state: CampaignState;

  @Field(() => DateTimeScalar, { description: 'Since when it stands there.' })
  readonly stateSince: Instant;

  @Field(() => DateTimeScalar, { description: 'When it was planned.' })
  readonly plannedAt: Instant;

  @Field(() => [Channel], { description: 'By which ways it addresses them.' })
  readonly channels: readonly Channel[];

  @Field(() => String, { nullable: true, description: 'With channel OTHER: which one.' })
  readonly channelLabel: string | null;
}

@ObjectType({ isAbstract: true })
abstract class CampaignEntry {
  @Field(() => ID, { description: 'Opaque, and the same for ever.' })
  readonly id: string;

  @Field(() => DateTimeScalar, { description: 'Ledger time: when it was first recorded.' })
  readonly recordedAt: Instant;

  @Field(() => PositionScalar, { description: 'Where the ledger recorded it first.' })
  readonly position: Position;

  @Field(() => ID, { description: 'The event that recorded it.' })
  readonly eventId: string;

  @Field(() => Boolean, { description: 'Whether it was retracted: then it counts nowhere.' })
  readonly retracted: boolean;

  @Field(() => [Amendment], { description: 'Its corrections and its retraction, oldest first.' })
  readonly amendments: readonly Amendment[];
}

@ObjectType({ description: 'What a campaign cost once, or what came back of such a cost.' })
export class CampaignCost extends CampaignEntry {
  @Field(() => ID, { nullable: true, description: 'Of a refund: the cost. Null: this is a cost.' })
  readonly refundOf: string | null;

  @Field(() => CampaignCostKind, { nullable: true, description: 'What it was spent on; null of a refund.' })
  readonly kind: CampaignCostKind | null;

  @Field(() => String, { nullable: true, description: 'With kind OTHER: which one.' })
  readonly kindLabel: string | null;

  @Field(() => DateScalar, { description: 'The day on which it was incurred, or came back.' })
  readonly day: string;
}

@ObjectType({ description: 'An answer to a campaign.' })
export class CampaignResponse extends CampaignEntry {
  @Field(() => ID, { description: 'Who answered.' })
  readonly partyId: string;

  @Field(() => CampaignResponseKind, { description: 'How. AUTOMATED never counts.' })
  readonly kind: CampaignResponseKind;

  @Field(() => String, { nullable: true, description: 'With kind OTHER: which one.' })
  readonly kindLabel: string | null;

  @Field(() => Boolean, { description: 'The party had not been addressed.' })
  readonly organic: boolean;

  @Field(() => DateTimeScalar, { description: 'Business time: when it was.' })
  readonly occurredAt: Instant;
}

@ObjectType('CampaignConnection', { description: 'A page of campaigns.' })
export class CampaignConnection extends connectionOf(() => Campaign, 'Campaign') {}

@ObjectType('CampaignCostConnection', { description: 'A page of costs and refunds.' })
export class CampaignCostConnection extends connectionOf(() => CampaignCost, 'CampaignCost') {}

@ObjectType('CampaignResponseConnection', { description: 'A page of responses.' })
export class CampaignResponseConnection extends connectionOf(() => CampaignResponse, 'CampaignResponse') {}

@InputType('CampaignFilter', { description: 'Which campaigns are wanted; all of it must hold.' })
export class CampaignFilterInput implements CampaignFilter {
  @Field(() => CampaignState, { nullable: true, description: 'Where they stand.' })
  readonly state?: CampaignState | null;

  @Field(() => Channel, { nullable: true, description: 'A way by which they address.' })
  readonly channel?: Channel | null;

  @Field(() => ID, { nullable: true, description: 'A party that an audience lists.' })
  readonly partyId?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Their window ends after this moment.' })
  readonly from?: Instant | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Their window begins before this moment.' })
  readonly to?: Instant | null;
}

@ArgsType()
export class CampaignsArguments extends PageArguments {
  @Field(() => CampaignFilterInput, { nullable: true, description: 'Which campaigns are wanted.' })
  readonly filter?: CampaignFilterInput | null;
}

@ArgsType()
export class CampaignEntriesArguments extends PageArguments {
  @Field(() => Boolean, { defaultValue: false, description: 'Show what was retracted, too.' })
  readonly includeRetracted: boolean;
}

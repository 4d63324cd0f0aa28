import { ArgsType, Field, ID, Int, ObjectType } from '@nestjs/graphql';
import type { Instant } from '../../event-sourcing/instant.js';
import { Money } from '../../graphql/money.js';
import { Node } from '../../graphql/node.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import { TrustActionKind, TrustBasis, TrustDimension } from '../../ledger/trust/trust.words.js';
import { Entry } from '../timeline/timeline.types.js';
import { MOST_GIFTS } from './gifts.js';

@ObjectType({ implements: () => [Node, Entry], description: 'Something done for trust, or against it.' })
export class TrustAction extends Entry {
  @Field(() => TrustActionKind, { description: 'What was done.' })
  readonly actionKind: TrustActionKind;

  @Field(() => TrustDimension, {
    nullable: true,
    description: 'Where it counts; null for a gift, which counts nowhere.',
  })
  readonly dimension: TrustDimension | null;

  @Field(() => Int, { description: 'What it does to trust: 1 raises it, -1 lowers it, 0 neither.' })
  readonly sign: number;

  @Field(() => Boolean, { description: 'Whether it was made for this one party.' })
  readonly customized: boolean;

  @Field(() => Boolean, { description: 'Whether somebody had asked for it.' })
  readonly asked: boolean;

  @Field(() => ID, { nullable: true, description: 'The need that it answered.' })
  readonly needId: string | null;

  @Field(() => Money, { nullable: true, description: 'What a gift was worth.' })
  readonly giftValue: Money | null;

  @Field(() => String, { nullable: true, description: 'What it was.' })
  readonly note: string | null;
}

@ObjectType({ implements: () => [Node, Entry], description: 'Somebody asked what would earn trust.' })
export class TrustRequest extends Entry {
  @Field(() => String, { description: 'What would, as they said it.' })
  readonly text: string;
}

@ObjectType({
  implements: () => [Node, Entry],
  description: 'Trust as one party rates it, term by term of the trust equation, each 1 to 10.',
})
export class TrustAssessment extends Entry {
  @Field(() => Int, { description: 'Whether what is said can be believed.' })
  readonly credibility: number;

  @Field(() => Int, { description: 'Whether what is promised is done.' })
  readonly reliability: number;

  @Field(() => Int, { description: 'Whether one can confide.' })
  readonly intimacy: number;

  @Field(() => Int, { description: 'How much the trusted one cares for itself: the less, the more trust.' })
  readonly selfOrientation: number;

  @Field(() => TrustBasis, { description: 'Whether the one who trusts could choose.' })
  readonly basis: TrustBasis;
}

@ObjectType({ description: 'How many actions raised a term of the trust equation, and how many lowered trust by it.' })
export class TrustTally {
  @Field(() => Int, { description: 'Actions that raised trust.' })
  readonly raised: number;

  @Field(() => Int, { description: 'Actions that lowered trust.' })
  readonly lowered: number;

  @Field(() => Int, { description: '`raised` less `lowered`.' })
  readonly net: number;
}

@ObjectType({ description: 'How often something was done.' })
export class TrustKindCount {
  @Field(() => TrustActionKind, { description: 'What.' })
  readonly kind: TrustActionKind;

  @Field(() => Int, { description: 'How often.' })
  readonly count: number;

  @Field(() => Int, { description: 'How often because somebody had asked for it.' })
  readonly asked: number;
}

@ObjectType({
  description:
    'What was done for trust and said of it, as plain counts. Of the trust equation: (credibility + reliability + intimacy) / self-orientation (Maister, Green, Galford, 2000).',
})
export class Trust {
  @Field(() => TrustTally, { description: 'Whether what is said can be believed.' })
  readonly credibility: TrustTally;

  @Field(() => TrustTally, { description: 'Whether what is promised is done.' })
  readonly reliability: TrustTally;

  @Field(() => TrustTally, { description: 'Whether one can confide.' })
  readonly intimacy: TrustTally;

  @Field(() => TrustTally, { description: 'Who cares for itself: all that counts here lowers trust.' })
  readonly selfOrientation: TrustTally;

  @Field(() => [TrustKindCount], { description: 'By what was done, the most frequent first.' })
  readonly byKind: readonly TrustKindCount[];
}

@ObjectType({
  description: 'What one party was given in a year. Gifts never score; they are kept so that limits hold.',
})
export class GiftLedger {
  @Field(() => [TrustAction], {
    description: `The gifts, the first one first, at most ${String(MOST_GIFTS)}.`,
  })
  readonly gifts: readonly TrustAction[];

  @Field(() => [Money], { description: 'What they were worth, by currency. Currencies are never added up.' })
  readonly totals: readonly Money[];

  @Field(() => Int, { description: 'Gifts without a value: in no total.' })
  readonly withoutValue: number;
}

@ArgsType()
export class TrustArguments {
  @Field(() => DateTimeScalar, { nullable: true, description: 'Only what occurred by this moment; absent: now.' })
  readonly asOf?: Instant | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'By what had been recorded at this ledger time; absent: by all that is recorded.',
  })
  readonly asKnown?: Instant | null;
}

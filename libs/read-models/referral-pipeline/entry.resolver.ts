import type { Type } from '@nestjs/common';
import { Context, Field, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { CallerContext } from '../../access/caller.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { Node } from '../../graphql/node.js';
import { ReferralMotive, ReferralUrgency } from '../../ledger/referral/referral.words.js';
import { ReadDatabase } from '../read-database.js';
import { relationshipField } from '../timeline/entry-fields.resolver.js';
import { Entry } from '../timeline/timeline.types.js';
import { referralLoader } from './loaders.js';
import type { ReferralRow } from './queries.js';
import { Referral } from './referral.types.js';

@ObjectType({
  implements: () => [Node, Entry],
  description: "A referral as an entry of the relationship that it belongs to. Its id is the referral's.",
})
export class ReferralEntry extends Entry {
  @Field(() => String, { description: 'What is asked for.' })
  readonly serviceLine: string;

  @Field(() => ReferralUrgency, { description: 'How soon.' })
  readonly urgency: ReferralUrgency;

  @Field(() => ReferralMotive, { description: 'Why it was made.' })
  readonly motive: ReferralMotive;
}

@Resolver(() => ReferralEntry)
class ReferralEntryResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('referral_pipeline')
  @ResolveField(() => Referral, { nullable: true, description: 'The referral; null only while its read model lags.' })
  referral(@Parent() { id }: ReferralEntry, @Context() context: CallerContext): Promise<ReferralRow | null> {
    return referralLoader(this.db, context).load(id);
  }
}

export const referralEntryResolvers: readonly Type[] = [ReferralEntryResolver, relationshipField(ReferralEntry)];

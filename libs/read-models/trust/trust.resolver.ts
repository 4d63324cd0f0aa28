import { Args, Context, ID, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller, type CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { fromMillis, type Instant } from '../../event-sourcing/instant.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { RequestError } from '../../graphql/request-error.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import type { RelationshipRow } from '../directory/relationship-queries.js';
import { Relationship } from '../directory/relationship.types.js';
import { manyEach } from '../loading.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import type { Seen } from '../timeline/seen.js';
import { partyField, relationshipField } from '../timeline/entry-fields.resolver.js';
import { giftsTo, totalsOf } from './gifts.js';
import { actionsByKind, lastAssessments, tallyOf, type KindCount } from './queries.js';
import { GiftLedger, Trust, TrustAction, TrustArguments, TrustAssessment, TrustRequest } from './trust.types.js';

interface TrustRow extends Trust {
  readonly relationshipId: string;
  /** Names the moments for what is loaded together. */
  readonly asked: string;
  readonly seen: Seen;
}

@Resolver(() => Relationship)
export class RelationshipTrustResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('trust', 'directory')
  @ResolveField(() => Trust, { description: 'What was done for trust, and said of it.' })
  async trust(
    @Parent() { id }: RelationshipRow,
    @Args() { asOf, asKnown }: TrustArguments,
    @Context() context: CallerContext,
  ): Promise<TrustRow> {
    const seen = { asOf: asOf ?? fromMillis(Date.now()), asKnown: asKnown ?? undefined };
    const asked = `${asOf ?? ''} ${asKnown ?? ''}`;
    const kinds = manyEach(context, `trust actions ${asked}`, (tenantId, ids) =>
      actionsByKind(this.db, tenantId, ids, seen),
    );
    const byKind: readonly KindCount[] = await kinds.load(id);
    return {
      relationshipId: id,
      asked,
      seen,
      credibility: tallyOf('CREDIBILITY', byKind),
      reliability: tallyOf('RELIABILITY', byKind),
      intimacy: tallyOf('INTIMACY', byKind),
      selfOrientation: tallyOf('SELF_ORIENTATION', byKind),
      byKind,
    };
  }
}

@Resolver(() => Trust)
export class TrustResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ResolveField(() => [TrustAssessment], {
    description: 'The last one on each basis: EARNED and DEPENDENT are never mixed.',
  })
  assessments(@Parent() { relationshipId, asked, seen }: TrustRow, @Context() context: CallerContext) {
    const loader = manyEach(context, `trust assessments ${asked}`, (tenantId, ids) =>
      lastAssessments(this.db, tenantId, ids, seen),
    );
    return loader.load(relationshipId);
  }
}

@Roles(...READERS)
@Resolver()
export class GiftLedgerResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('trust', 'directory')
  @Query(() => GiftLedger, { description: 'What a party was given in a year, to hold against what one may give.' })
  async giftLedger(
    @Args('recipientId', { type: () => ID, description: 'Who was given it.' }) recipientId: string,
    @Args('year', { type: () => Int, description: 'A year of the calendar of UTC, 1 to 9998.' }) year: number,
    @Args('asKnown', {
      type: () => DateTimeScalar,
      nullable: true,
      description: 'By what had been recorded at this ledger time; absent: by all that is recorded.',
    })
    asKnown: Instant | null,
    @CurrentCaller() { tenantId }: Caller,
  ) {
    if (year < 1 || year > 9998) throw new RequestError('INVALID_INPUT', 'year is 1 to 9998.', { path: ['year'] });
    const gifts = await giftsTo(this.db, tenantId, recipientId, year, asKnown ?? undefined);
    return { gifts, totals: totalsOf(gifts), withoutValue: gifts.filter(({ giftValue }) => !giftValue).length };
  }
}

/** What the entries about trust refer to. */
export const trustFields = [
  ...[TrustAction, TrustRequest, TrustAssessment].map((type) => relationshipField(type)),
  partyField(TrustAction, 'by', 'Who did it.'),
  partyField(TrustAction, 'to', 'For whom, or to whom.'),
  partyField(TrustRequest, 'by', 'Who asked.'),
  partyField(TrustRequest, 'to', 'Who was asked.'),
  partyField(TrustAssessment, 'by', 'Who trusts, or does not.'),
];

import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller, type CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { fromMillis, toMillis } from '../../event-sourcing/instant.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { connection, pageRequest, type Connection, type Cursor } from '../../graphql/paging.js';
import { inOrder } from '../../graphql/request-context.js';
import { ActivityArguments } from '../activity/activity.types.js';
import type { RelationshipRow } from '../directory/relationship-queries.js';
import { Relationship } from '../directory/relationship.types.js';
import { countEach, loaderOf, manyEach } from '../loading.js';
import { cursorOf } from '../ordering.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import { partyField, relationshipField } from '../timeline/entry-fields.resolver.js';
import { countOf, countsOf, pageOf, pagesOf } from '../timeline/entry-lists.js';
import { happened } from '../touch-frequency/frequency.js';
import { momentOf } from '../touch-frequency/touch-frequency.resolver.js';
import {
  Feedback,
  FeedbackArguments,
  FeedbackConnection,
  FeedbackOpenArguments,
  FeedbackRequest,
  FeedbackStats,
  FeedbackStatsArguments,
  RelationshipLiking,
} from './feedback.types.js';
import { liking } from './liking.js';
import {
  answersTo,
  feedbackList,
  feedbackSaid,
  feedbackStats,
  openList,
  shown,
  type FeedbackRow,
  type StoredFeedback,
} from './queries.js';
import { urgencyOf } from './urgency.js';

const cursor = (row: FeedbackRow): Cursor => cursorOf(row.occurredAt, row);

@Resolver(() => Relationship)
export class RelationshipFeedbackResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('feedback')
  @ResolveField(() => FeedbackConnection, { description: 'What they said of us, the latest first.' })
  async feedback(
    @Parent() { id }: RelationshipRow,
    @Args() { status, first, after }: FeedbackArguments,
    @Context() context: CallerContext,
  ): Promise<Connection<FeedbackRow>> {
    const page = pageRequest({ first, after });
    const shape = JSON.stringify([status, first, after]);
    const list = feedbackList(status);
    const pages = manyEach(context, `feedback ${shape}`, async (tenantId, ids) =>
      (await pagesOf<StoredFeedback>(this.db, tenantId, ids, list, page)).map(shown),
    );
    const counts = countEach(context, `feedback counted ${shape}`, (tenantId, ids) =>
      countsOf(this.db, tenantId, ids, list),
    );
    return connection(page, await pages.load(id), cursor, () => counts.load(id));
  }
}

@Resolver(() => Relationship)
export class RelationshipLikingResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('feedback', 'directory')
  @ResolveField(() => RelationshipLiking, { description: 'How they like us; whether they trust us is `trust`.' })
  async liking(
    @Parent() { id }: RelationshipRow,
    @Args() { asOf, asKnown, ...window }: ActivityArguments,
    @Context() context: CallerContext,
  ): Promise<RelationshipLiking> {
    const atMs = asOf ? toMillis(asOf) : Date.now();
    const seen = { asOf: fromMillis(atMs), asKnown: asKnown ?? undefined };
    const loader = manyEach(context, `feedback said ${asOf ?? ''} ${asKnown ?? ''}`, (tenantId, ids) =>
      feedbackSaid(this.db, tenantId, ids, seen),
    );
    const moment = momentOf(atMs, window);
    const said = (await loader.load(id)).filter(({ occurredAt }) => happened(toMillis(occurredAt), moment));
    return liking(said.map(({ facts }) => facts));
  }
}

@Roles(...READERS)
@Resolver()
export class FeedbackResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('feedback')
  @Query(() => FeedbackConnection, {
    description:
      'Feedback that nobody has resolved yet and that somebody waits for an answer to: a GRIEVANCE, a COMPLAINT, low scores and what felt bad or was irrelevant, then a SUGGESTION; of equals the oldest first.',
  })
  async feedbackOpen(
    @Args() { kind, needsResponse, ...asked }: FeedbackOpenArguments,
    @CurrentCaller() { tenantId }: Caller,
  ): Promise<Connection<FeedbackRow>> {
    const page = pageRequest(asked);
    const list = openList(kind, needsResponse ?? !kind);
    const rows = await pageOf<StoredFeedback>(this.db, tenantId, list, page);
    const urgency = (row: FeedbackRow) => cursorOf(urgencyOf({ ...row, kind: row.feedbackKind }), row);
    return connection(page, rows.map(shown), urgency, () => countOf(this.db, tenantId, list));
  }

  @ReadsFrom('feedback')
  @Query(() => FeedbackStats, { description: 'What was said in a stretch of time, in numbers.' })
  async feedbackStats(
    @Args() filter: FeedbackStatsArguments,
    @CurrentCaller() { tenantId }: Caller,
  ): Promise<FeedbackStats> {
    const [all, ...kinds] = await feedbackStats(this.db, tenantId, filter);
    const { promoters, passives, detractors, ...counts } = all!;
    const answers = promoters + passives + detractors;
    const score = answers === 0 ? null : (100 * (promoters - detractors)) / answers;
    const byKind = kinds.flatMap(({ kind, ...stats }) => (kind ? [{ ...stats, kind }] : []));
    return { ...counts, nps: { score, promoters, passives, detractors }, byKind };
  }
}

@Resolver(() => FeedbackRequest)
export class FeedbackRequestResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('feedback')
  @ResolveField(() => Feedback, { nullable: true, description: 'What they answered; null while they have not.' })
  answer(@Parent() { id }: FeedbackRequest, @Context() context: CallerContext): Promise<FeedbackRow | null> {
    const loader = loaderOf(context, 'answers to requests for feedback', async (tenantId, ids) =>
      inOrder(ids, await answersTo(this.db, tenantId, ids), ({ requestId }) => requestId),
    );
    return loader.load(id);
  }
}

/** What feedback and requests for it refer to. */
export const feedbackFields = [
  relationshipField(Feedback),
  relationshipField(FeedbackRequest),
  partyField(Feedback, 'by', 'Whose it is.'),
  partyField(FeedbackRequest, 'to', 'Who was asked.'),
];

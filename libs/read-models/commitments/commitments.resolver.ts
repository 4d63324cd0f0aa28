import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller, type CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { fromMillis, type Instant } from '../../event-sourcing/instant.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { connection, pageRequest, type Connection, type Cursor } from '../../graphql/paging.js';
import type { RelationshipRow } from '../directory/relationship-queries.js';
import { Relationship } from '../directory/relationship.types.js';
import { countEach, manyEach } from '../loading.js';
import { cursorOf, pageWithin } from '../ordering.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import { partyField, relationshipField } from '../timeline/entry-fields.resolver.js';
import { countOf, countsOf, pageOf, pagesOf } from '../timeline/entry-lists.js';
import {
  Commitment,
  CommitmentConnection,
  CommitmentsArguments,
  CommitmentsDueArguments,
} from './commitments.types.js';
import {
  commitmentList,
  commitmentsSeen,
  dueList,
  shown,
  statusAt,
  type CommitmentRow,
  type CommitmentStatus,
  type StoredCommitment,
} from './queries.js';

const now = (): Instant => fromMillis(Date.now());
const cursor = (row: CommitmentRow): Cursor => cursorOf(row.dueAt, row);

@Resolver(() => Relationship)
export class RelationshipCommitmentsResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('commitments', 'directory')
  @ResolveField(() => CommitmentConnection, { description: 'What was promised, the earliest date first.' })
  async commitments(
    @Parent() { id }: RelationshipRow,
    @Args() { status, asOf, asKnown, first, after }: CommitmentsArguments,
    @Context() context: CallerContext,
  ): Promise<Connection<CommitmentRow>> {
    const page = pageRequest({ first, after });
    if (asOf || asKnown) {
      const seen = { asOf: asOf ?? now(), asKnown: asKnown ?? undefined };
      const loader = manyEach(context, `commitments seen ${asOf ?? ''} ${asKnown ?? ''}`, (tenantId, ids) =>
        commitmentsSeen(this.db, tenantId, ids, seen),
      );
      const all = (await loader.load(id)).filter((row) => !status || status.includes(statusAt(row, seen.asOf)));
      return connection(
        page,
        pageWithin(all, ({ dueAt }) => dueAt, page),
        cursor,
        () => Promise.resolve(all.length),
      );
    }
    const shape = JSON.stringify([status, first, after]);
    const list = commitmentList(status, now());
    const pages = manyEach(context, `commitments ${shape}`, async (tenantId, ids) =>
      (await pagesOf<StoredCommitment>(this.db, tenantId, ids, list, page)).map(shown),
    );
    const counts = countEach(context, `commitments counted ${shape}`, (tenantId, ids) =>
      countsOf(this.db, tenantId, ids, list),
    );
    return connection(page, await pages.load(id), cursor, () => counts.load(id));
  }
}

@Resolver(() => Commitment)
export class CommitmentResolver {
  constructor(private readonly db: ReadDatabase) {}

  @Roles(...READERS)
  @ReadsFrom('commitments', 'directory')
  @Query(() => CommitmentConnection, {
    description: 'Promises that are not done and due before a moment, the earliest date first.',
  })
  async commitmentsDue(
    @Args() { before, ownerId, ...asked }: CommitmentsDueArguments,
    @CurrentCaller() { tenantId }: Caller,
  ): Promise<Connection<CommitmentRow>> {
    const page = pageRequest(asked);
    const list = dueList(tenantId, before ?? now(), ownerId);
    const rows = await pageOf<StoredCommitment>(this.db, tenantId, list, page);
    return connection(page, rows.map(shown), cursor, () => countOf(this.db, tenantId, list));
  }

  @ResolveField('status')
  status(@Parent() row: CommitmentRow): CommitmentStatus {
    return statusAt(row, row.asOf ?? now());
  }
}

/** What a commitment refers to. */
export const commitmentFields = [
  relationshipField(Commitment),
  partyField(Commitment, 'owedBy', 'Who promised.'),
  partyField(Commitment, 'owedTo', 'Whom.'),
];

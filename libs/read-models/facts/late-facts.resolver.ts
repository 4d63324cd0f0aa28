import { Args, Context, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentCaller, type Caller, type CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { connection, pageRequest, type Connection } from '../../graphql/paging.js';
import { Ledger } from '../ledger/ledger.types.js';
import { tenantOf } from '../loading.js';
import { cursorOf } from '../ordering.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import { captureLag, type LagRow } from './capture-lag.js';
import { CaptureLag, CaptureLagArguments } from './capture-lag.types.js';
import { LateFactConnection, LateFactsArguments } from './late-facts.types.js';
import { countLateFacts, lateFactPage, type LateFactRow } from './late-facts.js';

@Resolver(() => Ledger)
export class LateFactsResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('facts')
  @ResolveField(() => LateFactConnection, {
    description: 'What was so by a moment and was learnt only after it, in the order in which it was learnt.',
  })
  async lateFacts(
    @Args() { asOf, ...page }: LateFactsArguments,
    @Context() context: CallerContext,
  ): Promise<Connection<LateFactRow>> {
    const tenantId = tenantOf(context);
    const request = pageRequest(page);
    const rows = await lateFactPage(this.db, tenantId, asOf, request);
    return connection(
      request,
      rows,
      (row) => cursorOf(row.recordedAt, row),
      () => countLateFacts(this.db, tenantId, asOf),
    );
  }
}

const MOST_ROWS = 200;

@Roles(...READERS)
@Resolver()
export class CaptureLagResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('facts', 'touch_frequency')
  @Query(() => [CaptureLag], {
    description: `How timely things are recorded, by when they were. At most ${String(MOST_ROWS)} groups, the largest first.`,
  })
  captureLag(@Args() { from, to, by }: CaptureLagArguments, @CurrentCaller() { tenantId }: Caller): Promise<LagRow[]> {
    return captureLag(this.db, tenantId, { from: from ?? null, to: to ?? null }, by ?? undefined, MOST_ROWS);
  }
}

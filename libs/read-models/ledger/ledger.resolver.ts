import { Args, ID, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { CurrentCaller, type Caller } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import type { Recorded } from '../../event-sourcing/event.js';
import type { Position } from '../../event-sourcing/position.js';
import { encodeCursor, pageRequest, type Cursor, type PageOf, type PageRequest } from '../../graphql/paging.js';
import { endable } from '../../graphql/subscription.js';
import type { History } from './history.js';
import { LedgerLog } from './ledger-log.js';
import {
  HistoryPageArguments,
  Ledger,
  LedgerEventPage,
  LedgerEventsArguments,
  LedgerEventsSubscriptionArguments,
  LedgerEventType,
  LedgerHead,
  LedgerStream,
} from './ledger.types.js';

type OneTenant = { readonly history: History };

@Resolver(() => Ledger)
export class LedgerResolver {
  constructor(private readonly log: LedgerLog) {}

  @Roles('auditor')
  @Query(() => Ledger, { description: 'The history of the tenant, straight from the log.' })
  ledger(@CurrentCaller() { tenantId }: Caller): OneTenant {
    return { history: this.log.historyOf(tenantId) };
  }

  @ResolveField(() => LedgerHead, { description: 'Where the ledger ends now.' })
  head(): Promise<LedgerHead> {
    return this.log.head();
  }

  @ResolveField(() => LedgerEventType, { nullable: true, description: 'One event; null when there is none.' })
  event(
    @Parent() { history }: OneTenant,
    @Args('id', { type: () => ID, description: 'Id of the event, `evt_…`.' }) id: string,
  ): Promise<Recorded | undefined> {
    return history.event(id);
  }

  @ResolveField(() => LedgerEventPage, { description: 'Events in the order in which they were recorded.' })
  async events(
    @Parent() { history }: OneTenant,
    @Args() { filter, order, ...page }: LedgerEventsArguments,
  ): Promise<PageOf<Recorded>> {
    const request = pageRequest(page);
    const { events, next } = await history.events(filter ?? {}, request, order);
    return pageOfEvents(request, events, next === undefined ? undefined : cursorInLog({ position: next }), cursorInLog);
  }

  @ResolveField(() => LedgerStream, { description: 'The history of one thing; empty when nothing was recorded of it.' })
  stream(
    @Parent() { history }: OneTenant,
    @Args('name', { type: () => String, description: 'Category, tenant and id: `relationship-demo.rel_…`.' })
    name: string,
  ): LedgerStream & OneTenant {
    return { name, history };
  }

  @Roles('auditor')
  @Subscription(() => LedgerEventType, {
    description: 'Every event of the tenant after a position, first those that are there and then as they come.',
    resolve: (event: Recorded) => event,
  })
  ledgerEvents(
    @CurrentCaller() { tenantId }: Caller,
    @Args() { types, after }: LedgerEventsSubscriptionArguments,
  ): AsyncIterable<Recorded> {
    return endable((signal) => this.follow(tenantId, types, after ?? undefined, signal));
  }

  private async *follow(
    tenantId: string,
    types: readonly string[] | null | undefined,
    after: Position | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<Recorded> {
    for await (const events of this.log.live.follow(after, signal)) {
      for (const event of events) {
        if (event.tenantId === tenantId && (types?.includes(event.type) ?? true)) yield event;
      }
    }
  }
}

@Resolver(() => LedgerStream)
export class LedgerStreamResolver {
  @ResolveField(() => LedgerEventPage, { description: 'The events of the stream.' })
  async events(
    @Parent() { name, history }: LedgerStream & OneTenant,
    @Args() { order, ...page }: HistoryPageArguments,
  ): Promise<PageOf<Recorded>> {
    const request = pageRequest(page);
    const found = await history.stream(name, request, order);
    const events = found.slice(0, request.first);
    const last = events.at(-1);
    return pageOfEvents(
      request,
      events,
      found.length > request.first && last ? cursorInStream(last) : undefined,
      cursorInStream,
    );
  }
}

const cursorInLog = ({ position }: Pick<Recorded, 'position'>): Cursor => ({ key: null, position });
const cursorInStream = ({ revision, position }: Recorded): Cursor => ({ key: revision, position });

/** A page whose end is known by where to go on, not by a row too many. */
function pageOfEvents(
  { after }: PageRequest,
  events: readonly Recorded[],
  next: Cursor | undefined,
  cursorOf: (event: Recorded) => Cursor,
): PageOf<Recorded> {
  const edges = events.map((node) => ({ node, cursor: encodeCursor(cursorOf(node)) }));
  return {
    nodes: events,
    edges,
    pageInfo: {
      hasNextPage: next !== undefined,
      hasPreviousPage: after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: next ? encodeCursor(next) : (edges.at(-1)?.cursor ?? null),
    },
  };
}

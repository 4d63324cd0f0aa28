import { Inject } from '@nestjs/common';
import { Args, Context, Info, Parent, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { CurrentCaller, type Caller, type CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import type { Position } from '../../event-sourcing/position.js';
import { streamName } from '../../event-sourcing/stream.js';
import { readModelsOf, ReadsFrom, WAIT_FOR_POSITION, type WaitForPosition } from '../../graphql/at-least-position.js';
import { endable } from '../../graphql/subscription.js';
import { relationshipLoader } from '../directory/loaders.js';
import type { RelationshipRow } from '../directory/relationship-queries.js';
import { Relationship } from '../directory/relationship.types.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import { LedgerLog } from './ledger-log.js';
import { RelationshipChange, RelationshipChangedArguments } from './ledger.types.js';

type Change = RelationshipChange & { readonly relationshipId: string };

/** Read models that lag for longer than this are asked again. */
const PATIENCE_MS = 5000;

@Resolver(() => RelationshipChange)
export class ChangesResolver {
  constructor(
    private readonly log: LedgerLog,
    private readonly db: ReadDatabase,
    @Inject(WAIT_FOR_POSITION) private readonly wait: WaitForPosition,
  ) {}

  @Roles(...READERS)
  @Subscription(() => RelationshipChange, {
    description:
      'Every change of a relationship after a position, first those that are there and then as they come; each once the read models show it.',
    resolve: (change: Change) => change,
  })
  relationshipChanged(
    @Args() { id, after }: RelationshipChangedArguments,
    @CurrentCaller() { tenantId }: Caller,
    @Info() info: GraphQLResolveInfo,
  ): AsyncIterable<Change> {
    const readModels = [...readModelsOf(info)];
    return endable((signal) => this.changes(tenantId, id, after ?? undefined, readModels, signal));
  }

  @ReadsFrom('directory')
  @ResolveField(() => Relationship, { nullable: true, description: 'The relationship, at least as new as the change.' })
  relationship(
    @Parent() { relationshipId }: Change,
    @Context() context: CallerContext,
  ): Promise<RelationshipRow | null> {
    return relationshipLoader(this.db, context).load(relationshipId);
  }

  private async *changes(
    tenantId: string,
    relationshipId: string,
    after: Position | undefined,
    readModels: readonly string[],
    signal: AbortSignal,
  ): AsyncGenerator<Change> {
    const stream = streamName('relationship', tenantId, relationshipId);
    for await (const events of this.log.live.follow(after, signal)) {
      for (const event of events) {
        if (event.stream !== stream) continue;
        while (!signal.aborted && !(await this.wait(readModels, event.position, PATIENCE_MS)).reached);
        const { position, type, occurredAt, recordedAt } = event;
        yield { relationshipId, position, type, occurredAt, recordedAt };
      }
    }
  }
}

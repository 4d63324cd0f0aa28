import { Args, Context, ID, Query, Resolver } from '@nestjs/graphql';
import type { CallerContext } from '../access/caller.js';
import { Roles } from '../access/roles.js';
import { ReadsFrom } from '../graphql/at-least-position.js';
import { Node, prefixOf } from '../graphql/node.js';
import { RequestError } from '../graphql/request-error.js';
import { campaignLoader } from './campaigns/loaders.js';
import { partyLoader, relationshipLoader } from './directory/loaders.js';
import { LedgerLog } from './ledger/ledger-log.js';
import { tenantOf } from './loading.js';
import { ReadDatabase } from './read-database.js';
import { READERS } from './readers.js';
import { referralLoader } from './referral-pipeline/loaders.js';
import { entryLoader } from './timeline/loaders.js';

const MOST_IDS = 200;

@Roles(...READERS)
@Resolver(() => Node)
export class NodeResolver {
  constructor(
    private readonly db: ReadDatabase,
    private readonly log: LedgerLog,
  ) {}

  @ReadsFrom('campaigns', 'directory', 'referral_pipeline', 'timeline', 'touch_frequency')
  @Query(() => Node, { nullable: true, description: 'Whatever has this id; null when nothing has.' })
  node(
    @Args('id', { type: () => ID, description: 'Any id.' }) id: string,
    @Context() context: CallerContext,
  ): Promise<Node | null> {
    return this.load(id, context);
  }

  @ReadsFrom('campaigns', 'directory', 'referral_pipeline', 'timeline', 'touch_frequency')
  @Query(() => [Node], {
    nullable: 'items',
    description: 'What has these ids, in their order; null where nothing has.',
  })
  nodes(
    @Args('ids', { type: () => [ID], description: `Any ids, at most ${String(MOST_IDS)}.` }) ids: readonly string[],
    @Context() context: CallerContext,
  ): Promise<readonly (Node | null)[]> {
    if (ids.length > MOST_IDS) {
      throw new RequestError('INVALID_INPUT', `At most ${String(MOST_IDS)} ids.`, { path: ['ids'] });
    }
    return Promise.all(ids.map((id) => this.load(id, context)));
  }

  private async load(id: string, context: CallerContext): Promise<Node | null> {
    switch (prefixOf(id)) {
      case 'pty':
        return partyLoader(this.db, context).load(id);
      case 'rel':
        return relationshipLoader(this.db, context).load(id);
      case 'cmp':
        return campaignLoader(this.db, context).load(id);
      case 'ref':
        return referralLoader(this.db, context).load(id);
      case 'tch':
      case 'act':
      case 'ask':
      case 'tas':
      case 'cmt':
      case 'fbr':
      case 'fbk':
        return entryLoader(this.db, context).load(id);
      case 'evt':
        if (!context.caller?.roles.includes('auditor')) return null;
        return (await this.log.historyOf(tenantOf(context)).event(id)) ?? null;
      default:
        return null;
    }
  }
}

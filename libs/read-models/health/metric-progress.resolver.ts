import { Args, Context, Float, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { START } from '../../event-sourcing/position.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { RequestError } from '../../graphql/request-error.js';
import { LedgerLog } from '../ledger/ledger-log.js';
import { loaderOf, tenantOf } from '../loading.js';
import { ReadDatabase } from '../read-database.js';
import { loadDefinitions, referenceOf } from './definitions.js';
import { named } from './health.resolver.js';
import { MetricDefinitionType } from './health.types.js';
import { progressOf, type MetricProgress, type MetricState } from './metric-progress.js';
import { MetricParity, MetricStateType } from './metric-progress.types.js';
import { parityOf, type Parity } from './parity.js';

/** Relationships of a parity check. */
const MOST_COMPARED = 1000;

@Resolver(() => MetricDefinitionType)
export class MetricProgressResolver {
  constructor(
    private readonly db: ReadDatabase,
    private readonly log: LedgerLog,
  ) {}

  @ResolveField(() => MetricStateType, { description: 'Whether it can answer for all relationships at once.' })
  async state(@Parent() definition: MetricDefinitionType, @Context() context: CallerContext): Promise<MetricState> {
    return (await this.progressOf(definition, context)).state;
  }

  @ResolveField(() => Float, { description: 'How much of its lists is built, 0 to 1.' })
  async progress(@Parent() definition: MetricDefinitionType, @Context() context: CallerContext): Promise<number> {
    return (await this.progressOf(definition, context)).progress;
  }

  @ResolveField(() => Float, {
    nullable: true,
    description: 'Relationships per second; null when nothing is built, or nothing is known of it yet.',
  })
  async ratePerSecond(@Parent() definition: MetricDefinitionType, @Context() context: CallerContext) {
    return (await this.progressOf(definition, context)).ratePerSecond;
  }

  @ResolveField(() => Float, { nullable: true, description: 'How long it will take at that rate; null without one.' })
  async etaSeconds(@Parent() definition: MetricDefinitionType, @Context() context: CallerContext) {
    return (await this.progressOf(definition, context)).etaSeconds;
  }

  @Roles('analyst', 'auditor')
  @ReadsFrom('facts', 'directory', 'metric_definitions', 'referral_pipeline')
  @Query(() => MetricParity, {
    nullable: true,
    description: 'Whether what lists by a definition read is what the raw events say; null when none are built.',
  })
  async metricParity(
    @Args('metric', { type: () => String, description: 'Name of the metric.' }) metric: string,
    @Args('version', { type: () => Int, nullable: true, description: 'Which version; absent: the one in force.' })
    version: number | null | undefined,
    @Args('sample', {
      type: () => Int,
      defaultValue: 200,
      description: `How many relationships, 1 to ${String(MOST_COMPARED)}.`,
    })
    sample: number,
    @Context() context: CallerContext,
  ): Promise<Parity | null> {
    if (sample < 1 || sample > MOST_COMPARED) {
      throw new RequestError('INVALID_INPUT', `1 to ${String(MOST_COMPARED)}.`, { path: ['sample'] });
    }
    const definitions = await loadDefinitions(this.db, context);
    const reference = typeof version === 'number' ? referenceOf({ metric, version }) : metric;
    const model = definitions.find(definitions.models, reference);
    // Credit is split when it is asked for: nothing was built that could differ.
    if (model) return { same: true, sample: 0, events: 0, position: model.position ?? START, differing: [] };
    const definition = named(definitions, reference);
    const together = definitions.inForceWith(definition);
    return (await parityOf(this.log, this.db, tenantOf(context), together, sample)) ?? null;
  }

  /** Read once for all its fields. */
  private progressOf({ metric, version }: MetricDefinitionType, context: CallerContext): Promise<MetricProgress> {
    const loader = loaderOf(context, 'progress of metrics', async (tenantId, references) => {
      const definitions = await loadDefinitions(this.db, context);
      return Promise.all(
        references.map((reference) =>
          progressOf(this.db, tenantId, definitions, definitions.find(definitions.all, reference)!),
        ),
      );
    });
    return loader.load(referenceOf({ metric, version }));
  }
}

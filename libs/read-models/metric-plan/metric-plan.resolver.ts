import { Inject } from '@nestjs/common';
import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { isRefusal, refuse } from '../../event-sourcing/decider.js';
import { fromMillis, toMillis } from '../../event-sourcing/instant.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { toUserError } from '../../graphql/payload.js';
import { RequestError } from '../../graphql/request-error.js';
import { definitionIn } from '../../ledger/metric/metric.js';
import { contentHash, isAttribution } from '../../metrics/definition.js';
import { definitionChanges } from '../../metrics/definition-changes.js';
import type { Distribution } from '../../metrics/plan.js';
import { relationshipLoader } from '../directory/loaders.js';
import type { RelationshipRow } from '../directory/relationship-queries.js';
import { Relationship } from '../directory/relationship.types.js';
import { loadDefinitions } from '../health/definitions.js';
import { tenantOf } from '../loading.js';
import { ReadDatabase } from '../read-database.js';
import { MetricMover, MetricPlan, MetricPlanArguments, type ScoreDistribution } from './metric-plan.types.js';
import type { PlanMetric } from './plan-metric.js';

const NO_SCORE = refuse('DEFINITION_INVALID', 'A plan compares scores. Publish it, and ask attribution by both.', {
  path: ['body', 'attribution'],
});

/** Injection token of the `PlanMetric` that the application provides. */
export const PLAN_METRIC = 'PLAN_METRIC';

@Resolver(() => MetricPlan)
export class MetricPlanResolver {
  constructor(
    private readonly db: ReadDatabase,
    @Inject(PLAN_METRIC) private readonly plan: PlanMetric,
  ) {}

  @Roles('analyst')
  @ReadsFrom('facts', 'directory', 'metric_definitions')
  @Query(() => MetricPlan, {
    description: 'What would be another way if a definition were in force: every relationship by both. Writes nothing.',
  })
  async metricPlan(@Args() asked: MetricPlanArguments, @Context() context: CallerContext): Promise<MetricPlan> {
    within(asked.movers, [0, 200], 'movers');
    within(asked.hindsightDays, [1, 365], 'hindsightDays');
    const proposed = definitionIn(asked.body, asked.metric);
    if (isRefusal(proposed)) return { errors: [toUserError(proposed)] };
    if (isAttribution(proposed)) return { errors: [toUserError(NO_SCORE)] };
    const definitions = await loadDefinitions(this.db, context);
    const inForce = definitions.named(asked.metric) ?? null;
    const asOf = asked.asOf ?? fromMillis(Date.now());
    const { days, knowing } = { days: asked.hindsightDays, knowing: asked.hindsightKnowing };
    const { before, after, hindsight, facts, milliseconds, ...figures } = await this.plan({
      tenantId: tenantOf(context),
      inForce: definitions.inForce().map(({ body }) => body),
      proposed,
      asOf: toMillis(asOf),
      movers: asked.movers,
      hindsight: { days, knowing },
    });
    const hash = contentHash(proposed);
    const isSame = (each: { readonly metric: string; readonly hash: string }): boolean =>
      each.metric === asked.metric && each.hash === hash;
    return {
      ...{ errors: [], ...figures, hash, asOf, inForce },
      published: definitions.published.findLast(isSame) ?? null,
      changes: definitionChanges(inForce?.body ?? null, proposed).map(({ path, ...change }) => ({
        path,
        before: asJson(change.before),
        after: asJson(change.after),
      })),
      distribution: { before: shown(before), after: shown(after) },
      hindsight: { days, knowing, ...hindsight },
      cost: { relationships: figures.relationships, facts, milliseconds },
    };
  }
}

@Resolver(() => MetricMover)
export class MetricMoverResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('directory')
  @ResolveField(() => Relationship, { nullable: true, description: 'Who they are.' })
  relationship(
    @Parent() { relationshipId }: MetricMover,
    @Context() context: CallerContext,
  ): Promise<RelationshipRow | null> {
    return relationshipLoader(this.db, context).load(relationshipId);
  }
}

function within(value: number, [from, to]: readonly [number, number], path: string): void {
  if (value >= from && value <= to) return;
  throw new RequestError('INVALID_INPUT', `${String(from)} to ${String(to)}.`, { path: [path] });
}

const asJson = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

const shown = ({ bins, ...figures }: Distribution): ScoreDistribution => {
  const width = 100 / bins.length;
  return { ...figures, bins: bins.map((count, at) => ({ from: at * width, to: (at + 1) * width, count })) };
};

import { Args, Context, Int, Query, Resolver } from '@nestjs/graphql';
import type { CallerContext } from '../../access/caller.js';
import { Roles } from '../../access/roles.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { canonicalBody, contentHash, type Definition } from '../../metrics/definition.js';
import { readDefinition } from '../../metrics/read-definition.js';
import type { Did } from '../payload-entity.resolver.js';
import { ReadDatabase } from '../read-database.js';
import { READERS } from '../readers.js';
import { loadDefinitions, referenceOf, type Definitions, type Published } from './definitions.js';
import { MetricDefinitionType } from './health.types.js';

@Roles(...READERS)
@Resolver(() => MetricDefinitionType)
export class MetricDefinitionsResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('metric_definitions')
  @Query(() => [MetricDefinitionType], { description: 'Every published definition, by metric and version.' })
  async metricDefinitions(@Context() context: CallerContext): Promise<MetricDefinitionType[]> {
    const definitions = await loadDefinitions(this.db, context);
    const byName = definitions.all.toSorted((a, b) => a.metric.localeCompare(b.metric) || a.version - b.version);
    return byName.map((each) => shown(definitions, each));
  }

  @ReadsFrom('metric_definitions')
  @Query(() => MetricDefinitionType, {
    nullable: true,
    description: 'A published definition; null when there is none of that name and version.',
  })
  async metricDefinition(
    @Args('metric', { type: () => String, description: 'Name of the metric.' }) metric: string,
    @Args('version', { type: () => Int, nullable: true, description: 'Which version; absent: the one in force.' })
    version: number | null | undefined,
    @Context() context: CallerContext,
  ): Promise<MetricDefinitionType | null> {
    const definitions = await loadDefinitions(this.db, context);
    const reference = typeof version === 'number' ? referenceOf({ metric, version }) : metric;
    const found = definitions.find(definitions.all, reference);
    return found ? shown(definitions, found) : null;
  }
}

export const shown = (
  definitions: Definitions,
  { body, ...definition }: Published<Definition>,
): MetricDefinitionType => ({
  ...definition,
  body: canonicalBody(body),
  active: definitions.find(definitions.all, definition.metric)?.version === definition.version,
  terms: definitions.history(definition.metric),
});

/** What a command about a metric was about: the version that it published or named, else the one in force now. */
export async function definitionEntity(
  db: ReadDatabase,
  context: CallerContext,
  { subject, input, events }: Did,
): Promise<MetricDefinitionType | null> {
  const definitions = await loadDefinitions(db, context);
  const [first] = await events();
  const { version } = { ...input, ...first?.data } as { readonly version?: number };
  const found =
    version === undefined
      ? publishedAs(definitions, subject, input)
      : definitions.find(definitions.all, referenceOf({ metric: subject, version }));
  return found ? shown(definitions, found) : null;
}

/** A body that was published before is the version that has it. */
function publishedAs(definitions: Definitions, metric: string, input: object): Published<Definition> | undefined {
  const read = 'body' in input ? readDefinition(String(input.body)) : undefined;
  if (!read) return definitions.find(definitions.all, metric);
  const hash = 'definition' in read ? contentHash(read.definition) : undefined;
  return definitions.all.findLast((each) => each.metric === metric && each.hash === hash);
}

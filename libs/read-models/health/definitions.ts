import { sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { CallerContext } from '../../access/caller.js';
import { toMillis, type Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import { BUILT_IN } from '../../ledger/metric/built-in.js';
import {
  isAttribution,
  mostSpecific,
  withNext,
  type AttributionDefinition,
  type Definition,
  type MetricDefinition,
} from '../../metrics/definition.js';
import type { VersionInForce } from '../../metrics/explain.js';
import { compile, type Metric } from '../../metrics/fold.js';
import { loaderOf } from '../loading.js';
import type { ReadDatabase } from '../read-database.js';
import type { Edition } from './editions.js';

/** A published definition. What the built-in one has no event for is null. */
export interface Published<Body extends Definition = MetricDefinition> {
  readonly metric: string;
  readonly version: number;
  readonly body: Body;
  readonly hash: string;
  readonly reason: string | null;
  readonly publishedAt: Instant | null;
  readonly publishedBy: string | null;
  readonly position: Position | null;
}

export const isScore = (published: Published<Definition>): published is Published => !isAttribution(published.body);

export interface InForce {
  readonly metric: string;
  readonly version: number;
  readonly since: Instant | null;
  readonly reason: string | null;
  readonly decidedBy: string | null;
  readonly position: Position | null;
}

const SHIPPED: Published = {
  ...BUILT_IN,
  reason: null,
  publishedAt: null,
  publishedBy: null,
  position: null,
};
const FROM_THE_BEGINNING: InForce = {
  metric: SHIPPED.metric,
  version: SHIPPED.version,
  since: null,
  reason: null,
  decidedBy: null,
  position: null,
};

type FollowingEdition = Pick<Edition, 'edition' | 'definitions'>;

const programs = new LRUCache<string, Metric>({ max: 200 });

/** The definition ready to run: compiled once for its content. */
export function metricOf({ hash, body }: Published): Metric {
  let metric = programs.get(hash);
  if (!metric) programs.set(hash, (metric = compile(body)));
  return metric;
}

/** `relationship-health@2`. */
export const referenceOf = ({ metric, version }: Pick<Published, 'metric' | 'version'>): string =>
  `${metric}@${String(version)}`;

/** What names an edition: the definitions in it, sorted. */
export const referencesOf = (definitions: readonly Published[]): readonly string[] =>
  definitions.map(referenceOf).sort();

/** All that a tenant has published, and what was in force when. */
export class Definitions {
  /** Definitions of scores. */
  readonly published: readonly Published[];
  /** Definitions of how credit is split. */
  readonly models: readonly Published<AttributionDefinition>[];
  /** By metric, in the order in which they came into force. */
  private readonly terms: ReadonlyMap<string, readonly InForce[]>;

  constructor(
    readonly all: readonly Published<Definition>[],
    inForce: readonly InForce[],
    private readonly editions: readonly FollowingEdition[] = [],
  ) {
    this.published = all.filter(isScore);
    this.models = all.filter((each): each is Published<AttributionDefinition> => !isScore(each));
    this.terms = Map.groupBy(inForce, ({ metric }) => metric);
  }

  /** A score by `metric@version`, or by the name of a metric for the version that is in force. */
  named(reference: string): Published | undefined {
    return this.find(this.published, reference);
  }

  /** The same among all that was published, or among some of it. */
  find<Each extends Published<Definition>>(among: readonly Each[], reference: string): Each | undefined {
    const [metric = '', version] = reference.split('@');
    const wanted = version === undefined ? this.terms.get(metric)?.at(-1)?.version : Number(version);
    return among.find((each) => each.metric === metric && each.version === wanted);
  }

  history(metric: string): readonly InForce[] {
    return this.terms.get(metric) ?? [];
  }

  /** An edition that keeps states by that version, and follows; the one that serves, if it does. */
  editionBy(definition: Published): number | undefined {
    const reference = referenceOf(definition);
    return this.editions.find(({ definitions }) => definitions.includes(reference))?.edition;
  }

  /** What was in force at a moment (milliseconds), one version of each metric; absent: now. */
  inForce(at = Infinity): Published[] {
    return [...this.terms].flatMap(([metric, terms]) => {
      const term = terms.findLast(({ since }) => since === null || toMillis(since) <= at);
      return term ? (this.named(referenceOf({ metric, version: term.version })) ?? []) : [];
    });
  }

  /** What would be in force if one were: it in the place of the version of its metric. */
  inForceWith(definition: Published): Published[] {
    return withNext(this.inForce(), definition);
  }

  /** What comes into force next, if anything does: of each metric the newest version, unless it is in force. */
  next(): Published[] {
    const newest = new Map(this.published.map((each) => [each.metric, each]));
    return [...newest.values()].filter(({ metric, version }) => this.named(metric)?.version !== version);
  }

  /** What was in force before the last decision, which a rollback puts in force again. */
  previous(): Published[] {
    const decisions = [...this.terms.values()]
      .flat()
      .toSorted((a, b) => Number((a.position ?? 0n) - (b.position ?? 0n)));
    return new Definitions(this.published, decisions.slice(0, -1)).inForce();
  }

  /** Of those the one that is for a kind of relationship. */
  forKind(kind: string, at?: number): Published | undefined {
    const inForce = this.inForce(at);
    const body = mostSpecific(
      inForce.map((each) => each.body),
      kind,
    );
    return inForce.find((each) => each.body === body);
  }

  /** Which versions were in force for a kind of relationship, one after the other; none: no definition is for it. */
  versionsFor(kind: string): VersionInForce[] {
    const moments = [...this.terms.values()].flat().map(({ since }) => (since === null ? -Infinity : toMillis(since)));
    const versions: VersionInForce[] = [];
    for (const from of [...new Set(moments)].sort((a, b) => a - b)) {
      const definition = this.forKind(kind, from);
      if (definition && versions.at(-1)?.name !== referenceOf(definition))
        versions.push(inForceSince(definition, from));
    }
    return versions;
  }
}

/** A definition as what is in force from the beginning. */
export const always = (definition: Published): VersionInForce => inForceSince(definition, -Infinity);

const inForceSince = (definition: Published, from: number): VersionInForce => ({
  metric: metricOf(definition),
  name: referenceOf(definition),
  from,
});

/**
 * What the tenant has published, and the editions that follow what is live, in one statement, beside the definition that
 * every ledger has.
 */
export async function definitionsOf(db: ReadDatabase, tenantId: string): Promise<Definitions> {
  const [row] = await db.rows(sql<{
    published: StoredDefinition[] | null;
    terms: StoredTerm[] | null;
    editions: FollowingEdition[] | null;
  }>`
    SELECT (SELECT json_agg(p ORDER BY p.metric, p.version) FROM metric_definitions.published p
             WHERE p.tenant_id = ${tenantId}) AS published,
           (SELECT json_agg(t ORDER BY t.position) FROM metric_definitions.in_force t
             WHERE t.tenant_id = ${tenantId}) AS terms,
           (SELECT json_agg(json_build_object('edition', e.edition, 'definitions', e.definitions)
                            ORDER BY s.edition IS NOT NULL DESC, e.edition)
              FROM health.editions e LEFT JOIN health.serving s USING (edition)
             WHERE e.tenant_id = ${tenantId} AND e.phase = 'COMPLETE' AND e.facts = (
                   SELECT schema_name FROM projecting.builds WHERE projection = 'facts' AND role = 'LIVE')) AS editions`);
  const published = (row?.published ?? []).map(
    ({ metric, version, body, hash, reason, published_at, published_by, position }): Published<Definition> => ({
      ...{ metric, version, body, hash, reason, publishedBy: published_by },
      publishedAt: new Date(published_at).toISOString() as Instant,
      position: BigInt(position),
    }),
  );
  const terms = (row?.terms ?? []).map(({ metric, version, since, reason, decided_by, position }): InForce => ({
    ...{ metric, version, reason, decidedBy: decided_by },
    since: new Date(since).toISOString() as Instant,
    position: BigInt(position),
  }));
  return new Definitions([SHIPPED, ...published], [FROM_THE_BEGINNING, ...terms], row?.editions ?? []);
}

/** Definitions of the tenant, read once for a request. */
export function loadDefinitions(db: ReadDatabase, context: CallerContext): Promise<Definitions> {
  const loader = loaderOf(context, 'metric definitions', async (tenantId) => [await definitionsOf(db, tenantId)]);
  return loader.load('all');
}

// As JSON holds them: moments and positions as it writes them.
interface StoredDefinition {
  readonly metric: string;
  readonly version: number;
  readonly body: Definition;
  readonly hash: string;
  readonly reason: string;
  readonly published_at: string;
  readonly published_by: string;
  readonly position: number;
}
interface StoredTerm {
  readonly metric: string;
  readonly version: number;
  readonly since: string;
  readonly reason: string | null;
  readonly decided_by: string;
  readonly position: number;
}

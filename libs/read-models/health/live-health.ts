import type pg from 'pg';
import { transaction } from '../../database/transaction.js';
import { fromMillis } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import { mostSpecific } from '../../metrics/definition.js';
import { compile } from '../../metrics/fold.js';
import type { Fact } from '../../metrics/fact.js';
import { StaleWorker } from '../../projecting/failures.js';
import { factsOf } from '../facts/queries.js';
import { OPEN } from '../on.js';
import { ReadDatabase } from '../read-database.js';
import { definitionsOf, metricOf, referenceOf, type Definitions, type Published } from './definitions.js';
import { piecesOf, type Piece } from './pieces.js';

/** Relationships in one transaction. */
const AT_ONCE = 200;
/** Band changes that are foretold for a relationship. */
const FORETOLD = 12;
/** Without any data a relationship stands below all scores. */
const NO_SCORE = -1;

interface Edition {
  readonly edition: number;
  readonly tenantId: string;
  readonly definitions: readonly string[];
  readonly reached: string;
  readonly complete: boolean;
}

interface Head {
  readonly id: string;
  readonly kind: string;
  readonly position: Position;
}

/** What is known of one relationship until the next fact of it. */
interface Foretold {
  readonly head: Head;
  readonly pieces: readonly Piece[];
  readonly bands: readonly { readonly at: number; readonly band: string }[];
}

/**
 * Keeps the pieces of health beside the facts: those of relationships whose facts changed are computed anew, and those of
 * all when other definitions come into force, beside the old ones, which serve until then. What it writes follows from
 * facts and definitions alone. Every write checks that nobody else has taken over (`StaleWorker`).
 */
export class LiveHealth {
  private readonly db: ReadDatabase;

  private constructor(
    private readonly pool: pg.Pool,
    private readonly epoch: bigint,
  ) {
    this.db = new ReadDatabase(pool);
  }

  /** From now on every other one is refused. */
  static async takeOver(pool: pg.Pool): Promise<LiveHealth> {
    const { rows } = await pool.query<{ epoch: bigint }>(
      'UPDATE health.follower SET epoch = epoch + 1 RETURNING epoch',
    );
    return new LiveHealth(pool, rows[0]!.epoch);
  }

  /** Does a part of what there is to do; false when there was nothing. */
  async proceed(): Promise<boolean> {
    const { rows } = await this.pool.query<{ position: Position; head: Position | null }>(STANDING);
    const { position, head } = rows[0]!;
    const isBehind = head !== null && head > position;
    if (isBehind) await this.follow(position, head);
    if (head === null) return false;
    const isBuilding = await this.arrange();
    return isBehind || isBuilding;
  }

  private async follow(position: Position, head: Position): Promise<void> {
    const editions = await this.editions();
    if (editions.length > 0) {
      const { rows } = await this.pool.query<{ tenant_id: string; ids: string[] }>(CHANGED, [position]);
      for (const { tenant_id: tenantId, ids } of rows) {
        const own = editions.filter((edition) => edition.tenantId === tenantId);
        for (const some of chunks(ids)) await this.renew(tenantId, own, some);
      }
    }
    await this.pool
      .query('UPDATE health.follower SET position = $3 WHERE epoch = $1 AND position = $2', [
        this.epoch,
        position,
        head,
      ])
      .then(({ rowCount }) => this.refuse(rowCount));
  }

  /** Sees to it that what is in force serves; true when there is more to do. */
  private async arrange(): Promise<boolean> {
    const { rows } = await this.pool.query<{ tenant_id: string }>(TENANTS);
    let isBuilding = false;
    for (const { tenant_id: tenantId } of rows) {
      const definitions = await definitionsOf(this.db, tenantId);
      const references = definitions.inForce().map(referenceOf).sort();
      const edition = await this.edition(tenantId, references);
      if (edition.complete) await this.serve(edition);
      else isBuilding = (await this.build(edition)) || isBuilding;
    }
    return isBuilding;
  }

  private async build(edition: Edition): Promise<boolean> {
    const { rows } = await this.pool.query<{ id: string }>(NEXT, [edition.tenantId, edition.reached, AT_ONCE]);
    const reached = rows.at(-1)?.id;
    await this.renew(
      edition.tenantId,
      [edition],
      rows.map(({ id }) => id),
      reached,
    );
    if (reached !== undefined) return true;
    await this.pool.query('ANALYZE health.pieces');
    await this.serve({ ...edition, complete: true });
    return true;
  }

  private async serve({ edition, tenantId }: Edition): Promise<void> {
    const served = await this.pool.query<{ edition: number }>(
      'SELECT edition FROM health.serving WHERE tenant_id = $1',
      [tenantId],
    );
    if (served.rows[0]?.edition === edition) return;
    await this.guarded(async (session) => {
      await session.query('UPDATE health.editions SET complete = true WHERE edition = $1', [edition]);
      await session.query(SERVE, [tenantId, edition]);
      const before = served.rows[0]?.edition ?? edition;
      await session.query(FORGET, [tenantId, [edition, before]]); // the one before stays, for a rollback
    });
  }

  /** Computes relationships anew under some editions. */
  private async renew(
    tenantId: string,
    editions: readonly Edition[],
    ids: readonly string[],
    reached?: string,
  ): Promise<void> {
    if (ids.length === 0) return;
    const { rows: heads } = await this.pool.query<Head>(HEADS, [tenantId, ids]);
    const [facts, definitions] = await Promise.all([
      factsOf(
        this.db,
        tenantId,
        heads.map(({ id }) => id),
      ),
      definitionsOf(this.db, tenantId),
    ]);
    const gone = [...new Set([...ids, ...heads.map(({ id }) => id)])];
    await this.guarded(async (session) => {
      for (const { edition, definitions: references } of editions) {
        const of = inEdition(definitions, references);
        const foretold = heads.map((head) => foretell(head, facts.get(head.id) ?? [], of));
        await session.query('DELETE FROM health.pieces WHERE edition = $1 AND relationship_id = ANY ($2)', [
          edition,
          gone,
        ]);
        await session.query('DELETE FROM health.band_changes WHERE edition = $1 AND relationship_id = ANY ($2)', [
          edition,
          gone,
        ]);
        await session.query(INSERT_PIECES, [edition, ...piecesAsColumns(foretold)]);
        await session.query(INSERT_BANDS, [edition, ...bandsAsColumns(foretold)]);
        if (reached !== undefined) {
          await session.query('UPDATE health.editions SET reached = $2 WHERE edition = $1', [edition, reached]);
        }
      }
    });
  }

  private async editions(): Promise<readonly Edition[]> {
    const { rows } = await this.pool.query<Edition>(EDITIONS);
    return rows;
  }

  private async edition(tenantId: string, definitions: readonly string[]): Promise<Edition> {
    const { rows } = await this.pool.query<Edition>(`${EDITIONS} WHERE tenant_id = $1 AND definitions = $2`, [
      tenantId,
      definitions,
    ]);
    if (rows[0]) return rows[0];
    await this.guarded((session) =>
      session.query('INSERT INTO health.editions (tenant_id, definitions) VALUES ($1, $2)', [tenantId, definitions]),
    );
    return this.edition(tenantId, definitions);
  }

  private async guarded(work: (session: pg.PoolClient) => Promise<unknown>): Promise<void> {
    await transaction(this.pool, async (session) => {
      const { rowCount } = await session.query('SELECT FROM health.follower WHERE epoch = $1 FOR UPDATE', [this.epoch]);
      this.refuse(rowCount);
      await work(session);
    });
  }

  private refuse(rowCount: number | null): void {
    if (rowCount !== 1) throw new StaleWorker('health');
  }
}

const inEdition = (definitions: Definitions, references: readonly string[]): readonly Published[] =>
  references.flatMap((reference) => definitions.named(reference) ?? []);

function foretell(head: Head, facts: readonly Fact[], definitions: readonly Published[]): Foretold {
  const bodies = definitions.map(({ body }) => body);
  const definition = definitions.find(({ body }) => body === mostSpecific(bodies, head.kind));
  if (!definition || facts.length === 0) return { head, pieces: piecesOf(() => NO_SCORE, 0), bands: [] };
  const metric = metricOf(definition);
  const state = metric.foldAll(facts, { asOf: Infinity });
  // Not the clock of this machine: what follows from the same facts is the same.
  const from = Math.max(...facts.map(({ occurredAt }) => occurredAt));
  const scoreAt = (at: number): number => {
    const score = metric.score(state, at);
    return Number.isNaN(score) ? NO_SCORE : score;
  };
  return { head, pieces: piecesOf(scoreAt, from), bands: bandsFrom(metric, state, from) };
}

function bandsFrom(
  metric: ReturnType<typeof compile>,
  state: ReturnType<ReturnType<typeof compile>['init']>,
  from: number,
): Foretold['bands'] {
  const bands: { at: number; band: string }[] = [];
  let at: number | undefined = from;
  while (at !== undefined && bands.length < FORETOLD) {
    const { band } = metric.value(state, at);
    if (band !== null) bands.push({ at, band });
    at = metric.nextBandChangeAt(state, at);
  }
  return bands;
}

const piecesAsColumns = (foretold: readonly Foretold[]): readonly (readonly unknown[])[] => {
  const rows = foretold.flatMap(({ head, pieces }) => pieces.map((piece) => ({ ...piece, ...head })));
  return [
    rows.map(({ id }) => id),
    rows.map(({ slot }) => slot),
    rows.map(({ score }) => score),
    rows.map(({ position }) => position),
  ];
};

const bandsAsColumns = (foretold: readonly Foretold[]): readonly (readonly unknown[])[] => {
  const rows = foretold.flatMap(({ head, bands }) => bands.map((band) => ({ ...band, id: head.id })));
  return [rows.map(({ id }) => id), rows.map(({ at }) => fromMillis(at)), rows.map(({ band }) => band)];
};

function* chunks(ids: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < ids.length; at += AT_ONCE) yield ids.slice(at, at + AT_ONCE);
}

const EDITIONS = 'SELECT edition, tenant_id AS "tenantId", definitions, reached, complete FROM health.editions';

/** As far as all that it reads has got. */
const STANDING = `
  SELECT f.position, (
         SELECT CASE WHEN count(*) = 3 THEN min(b.position) END FROM projecting.builds b
          WHERE b.projection IN ('directory', 'facts', 'metric_definitions') AND b.role = 'LIVE' AND b.phase = 'FOLLOWING') AS head
    FROM health.follower f`;

/** Relationships whose facts, or whose merges, changed after a position. */
const CHANGED = `
  WITH RECURSIVE merged (tenant_id, id) AS (
       SELECT m.tenant_id, unnest(ARRAY[m.absorbed_id, m.survivor_id]) FROM directory.merges m
        WHERE m.position > $1 OR (m.until_position > $1 AND m.until_position < ${String(OPEN)})
        UNION
       SELECT m.tenant_id, other.id FROM merged
         JOIN directory.merges m ON m.tenant_id = merged.tenant_id AND merged.id IN (m.absorbed_id, m.survivor_id)
        CROSS JOIN LATERAL (VALUES (m.absorbed_id), (m.survivor_id)) other (id)),
  changed AS (
       SELECT tenant_id, relationship_id FROM facts.facts WHERE position > $1
        UNION
       SELECT tenant_id, relationship_id FROM facts.facts WHERE until_position > $1 AND until_position < ${String(OPEN)}
        UNION
       SELECT r.tenant_id, r.relationship_id FROM merged JOIN directory.relationships r
           ON r.tenant_id = merged.tenant_id AND merged.id IN (r.a_id, r.b_id))
  SELECT tenant_id, array_agg(relationship_id ORDER BY relationship_id) AS ids FROM changed GROUP BY tenant_id`;

/** A relationship that is part of another is seen as that one. */
const HEADS = `
  SELECT DISTINCT d.relationship_id AS id, d.kind, d.position FROM directory.relationships own
    JOIN directory.relationships d
      ON d.tenant_id = own.tenant_id AND d.relationship_id = coalesce(own.head_id, own.relationship_id)
   WHERE own.tenant_id = $1 AND own.relationship_id = ANY ($2)`;

/** Few tenants, many relationships: from one to the next by index. */
const TENANTS = `
  WITH RECURSIVE tenant (tenant_id) AS (
       SELECT min(tenant_id) FROM directory.relationships
        UNION ALL
       SELECT (SELECT min(r.tenant_id) FROM directory.relationships r WHERE r.tenant_id > tenant.tenant_id) FROM tenant
        WHERE tenant.tenant_id IS NOT NULL)
  SELECT tenant_id FROM tenant WHERE tenant_id IS NOT NULL`;

const NEXT = `
  SELECT relationship_id AS id FROM directory.relationships WHERE tenant_id = $1 AND relationship_id > $2
   ORDER BY relationship_id LIMIT $3`;

const SERVE = `
  INSERT INTO health.serving VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE SET edition = excluded.edition`;

const FORGET = `
  WITH gone AS (DELETE FROM health.editions WHERE tenant_id = $1 AND edition <> ALL ($2) RETURNING edition),
  pieces AS (DELETE FROM health.pieces WHERE edition IN (SELECT edition FROM gone))
  DELETE FROM health.band_changes WHERE edition IN (SELECT edition FROM gone)`;

const INSERT_PIECES = `
  INSERT INTO health.pieces (edition, relationship_id, slot, score, position)
  SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::double precision[], $5::bigint[])`;

const INSERT_BANDS = `
  INSERT INTO health.band_changes (edition, relationship_id, at, band)
  SELECT $1, * FROM unnest($2::text[], $3::timestamptz[], $4::text[])`;

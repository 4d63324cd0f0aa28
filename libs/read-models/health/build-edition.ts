import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { transaction } from '../../database/transaction.js';
import type { Fact } from '../../metrics/fact.js';
import type { Metric } from '../../metrics/fold.js';
import type { MetricState } from '../../metrics/state.js';
import { StaleWorker } from '../../projecting/failures.js';
import { streamFacts } from '../facts/fact-stream.js';
import { factsOf } from '../facts/queries.js';
import { ReadDatabase } from '../read-database.js';
import { metricOf, type Published } from './definitions.js';
import { bandChangesOfEdition, indexEdition, piecesOfEdition, statesOfEdition, type Edition } from './editions.js';
import { foretell, metricFor, type Head } from './foretell.js';
import { COPY_BEGIN, COPY_END, copyBands, copyPieces, copyStates } from './live-rows.js';

/** Relationships in one transaction: what a kill may cost. */
const AT_ONCE = 4_000;
/** Bytes that are sent together. */
const ON_THE_WAY = 65_536;

/**
 * Builds a part of an edition: facts are streamed out of their table relationship by relationship, folded, and what follows
 * is copied in where nobody reads yet. Returns the edition as it is then. Whoever goes on after a kill begins behind the last
 * part; whoever was taken over from is refused (`StaleWorker`).
 */
export async function buildPart(
  pool: pg.Pool,
  epoch: bigint,
  edition: Edition,
  definitions: readonly Published[],
): Promise<Edition> {
  const { rows } = await pool.query<Head & { readonly isPart: boolean }>(NEXT, [
    edition.tenantId,
    edition.reached,
    AT_ONCE,
  ]);
  const reached = rows.at(-1)?.id;
  if (reached === undefined) return finish(pool, epoch, edition);
  const heads = new Map(rows.filter(({ isPart }) => !isPart).map((head) => [head.id, head]));
  await transaction(pool, async (session) => {
    await session.query("SET LOCAL synchronous_commit = 'off'");
    let [bands, states] = ['', ''];
    async function* pieces(): AsyncGenerator<Buffer> {
      let [rows, bytes]: [Buffer[], number] = [[COPY_BEGIN], 0];
      const between = [edition.reached, reached!] as const;
      const fields = new Set(definitions.flatMap((each) => [...metricOf(each).fields]));
      for await (const facts of streamFacts(pool, edition.tenantId, { between, alone: true, fields })) {
        const head = heads.get(facts[0]!.relationshipId);
        if (!head) continue;
        heads.delete(head.id);
        const metric = metricFor(definitions, head.kind);
        const foretold = foretell(head, metric, metric && folded(metric, facts));
        bytes += rows[rows.push(copyPieces(foretold)) - 1]!.length;
        bands += copyBands(foretold);
        states += copyStates(foretold);
        if (bytes < ON_THE_WAY) continue;
        yield Buffer.concat(rows);
        [rows, bytes] = [[], 0];
      }
      // They speak for others, or nothing is known of them.
      const joined = await factsOf(new ReadDatabase(pool), edition.tenantId, [...heads.keys()]);
      for (const head of heads.values()) {
        const [metric, facts] = [metricFor(definitions, head.kind), joined.get(head.id)];
        const foretold = foretell(head, metric, facts && metric?.foldAll(facts, { asOf: Infinity }));
        rows.push(copyPieces(foretold));
        bands += copyBands(foretold);
      }
      yield Buffer.concat([...rows, COPY_END]);
    }
    const scores = '(relationship_id, slot, score, position)';
    await copyInto(session, `${piecesOfEdition(edition.edition)} ${scores}`, pieces(), 'binary');
    const columns = '(relationship_id, at, band, was, is_first, position)';
    await copyInto(session, `${bandChangesOfEdition(edition.edition)} ${columns}`, [bands]);
    const kept = `${statesOfEdition(edition.edition)} (relationship_id, meaning, numbers, rest)`;
    await copyInto(session, kept, [states]);
    const moved = await session.query(REACHED, [epoch, edition.edition, edition.reached, reached, rows.length]);
    if (moved.rowCount !== 1) throw new StaleWorker('health');
  });
  return { ...edition, reached };
}

/** What is streamed stands, and comes in its order. */
function folded(metric: Metric, facts: readonly Fact[]): MetricState {
  const state = metric.init();
  for (const fact of facts) if (!metric.step(state, fact)) return metric.foldAll(facts, { asOf: Infinity });
  return state;
}

const copyInto = (
  session: pg.ClientBase,
  target: string,
  parts: Iterable<string> | AsyncIterable<Buffer>,
  format: 'text' | 'binary' = 'text',
): Promise<void> =>
  pipeline(
    Readable.from(parts, { objectMode: false }),
    session.query(copyFrom(`COPY ${target} FROM STDIN (FORMAT ${format})`)),
  );

async function finish(pool: pg.Pool, epoch: bigint, edition: Edition): Promise<Edition> {
  await transaction(pool, async (session) => {
    const moved = await session.query(INDEXED, [epoch, edition.edition, edition.reached]);
    if (moved.rowCount !== 1) throw new StaleWorker('health');
    await indexEdition(session, edition);
  });
  return { ...edition, phase: 'INDEXED' };
}

const NEXT = `
  SELECT relationship_id AS id, kind, position, head_id IS NOT NULL AS "isPart" FROM directory.relationships
   WHERE tenant_id = $1 AND relationship_id > $2 ORDER BY relationship_id LIMIT $3`;

const OURS = `
   WHERE edition = $2 AND reached = $3 AND phase = 'BULK'
     AND EXISTS (SELECT FROM projecting.builds WHERE schema_name = 'health' AND epoch = $1)`;

/** Relationships per second of this part. */
const RATE = '$5 / greatest(extract(epoch FROM clock_timestamp() - progressed_at)::float8, 0.001)';

// Smoothed. Between two parts that lie far apart somebody was killed: that says nothing about how fast it goes.
const REACHED = `
  UPDATE health.editions
     SET reached = $4, built = built + $5, progressed_at = clock_timestamp(),
         rate = CASE WHEN progressed_at < clock_timestamp() - interval '30 s' THEN rate
                     ELSE coalesce(rate * 0.7 + ${RATE} * 0.3, ${RATE}) END ${OURS}`;

const INDEXED = `UPDATE health.editions SET phase = 'INDEXED' ${OURS}`;

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { transaction } from '../../database/transaction.js';
import { inOrder, type Fact } from '../../metrics/fact.js';
import type { Metric } from '../../metrics/fold.js';
import type { MetricState } from '../../metrics/state.js';
import { StaleWorker } from '../../projecting/failures.js';
import { Tuples } from '../../database/tuples.js';
import { streamFacts } from '../facts/fact-stream.js';
import { factsOf } from '../facts/queries.js';
import { ReadDatabase } from '../read-database.js';
import { metricOf, type Published } from './definitions.js';
import { bandChangesOfEdition, indexEdition, piecesOfEdition, statesOfEdition, type Edition } from './editions.js';
import { foretell, joined, metricFor, type Foretold, type Head } from './foretell.js';
import { writeBands, writePieces, writeStates } from './live-rows.js';

/** Relationships in one transaction: what a kill may cost. */
const AT_ONCE = 4_000;

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
    const [scores, bands, states] = [new Tuples(), new Tuples(), new Tuples()];
    const write = (foretold: Foretold): void => {
      writePieces(scores, foretold);
      writeBands(bands, foretold);
      writeStates(states, foretold);
    };
    async function* pieces(): AsyncGenerator<Buffer> {
      const between = [edition.reached, reached!] as const;
      const fields = new Set(definitions.flatMap((each) => [...metricOf(each).fields]));
      for await (const facts of streamFacts(pool, edition.tenantId, { between, alone: true, fields })) {
        const head = heads.get(facts[0]!.relationshipId);
        if (!head) continue;
        heads.delete(head.id);
        const metric = metricFor(definitions, head.kind);
        write(foretell(head, metric, metric && folded(metric, facts)));
        if (scores.isFull) yield scores.piece();
      }
      // They speak for others, or nothing is known of them.
      const others = await factsOf(new ReadDatabase(pool), edition.tenantId, [...heads.keys()]);
      for (const head of heads.values()) {
        const [metric, facts] = [metricFor(definitions, head.kind), others.get(head.id)];
        write(joined(foretell(head, metric, facts && metric?.foldAll(facts, { asOf: Infinity }))));
      }
      yield scores.last();
    }
    const [ofScores, ofBands, ofStates] = [piecesOfEdition, bandChangesOfEdition, statesOfEdition].map((tableOf) =>
      tableOf(edition.edition),
    );
    await copyInto(session, `${ofScores} (relationship_id, slot, score, position)`, pieces());
    await copyInto(session, `${ofBands} (relationship_id, at, band, was, is_first, position)`, [bands.last()]);
    await copyInto(session, `${ofStates} (relationship_id, meaning, numbers, rest)`, [states.last()]);
    const moved = await session.query(REACHED, [epoch, edition.edition, edition.reached, reached, rows.length]);
    if (moved.rowCount !== 1) throw new StaleWorker('health');
  });
  return { ...edition, reached };
}

/** What is streamed stands, and comes in its order, except that one event may say several things of one moment. */
function folded(metric: Metric, facts: readonly Fact[]): MetricState {
  const state = metric.init();
  let before = facts[0]!;
  for (const fact of facts) {
    if (inOrder(before, fact) > 0 || !metric.step(state, fact)) return metric.foldAll(facts, { asOf: Infinity });
    before = fact;
  }
  return state;
}

const copyInto = (
  session: pg.ClientBase,
  target: string,
  parts: Iterable<Buffer> | AsyncIterable<Buffer>,
): Promise<void> =>
  pipeline(
    Readable.from(parts, { objectMode: false }),
    session.query(copyFrom(`COPY ${target} FROM STDIN (FORMAT binary)`)),
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

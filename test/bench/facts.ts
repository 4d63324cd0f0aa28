import type pg from 'pg';
import { openPool } from '../../libs/database/pool.js';
import { projections } from '../../libs/read-models/read-models.js';
import { OPEN } from '../../libs/read-models/on.js';
import type { Ground } from './ground.js';
import { CALLER, ledgerOn, openRelationships, type Ledger } from './ledger.js';
import type { CaughtUp } from './projector-process.js';
import { startProcess } from './process.js';

/**
 * A ledger whose relationships and facts stand in the read models as an import leaves them: copies of one that was opened
 * through the one way in, with facts of all kinds over two years, interleaved by time. Their positions lie behind the head
 * of the log.
 */
export async function ledgerWithFacts(
  ground: Ground,
  name: string,
  { relationships, factsEach }: { readonly relationships: number; readonly factsEach: number },
): Promise<Ledger> {
  const ledger = await ledgerOn(ground, name);
  await openRelationships(ledger, 1);
  const names = projections.map((projection) => projection.name);
  const projector = await startProcess<object, CaughtUp>('projector-process.ts', { url: ledger.url, names });
  await projector.stop();
  const owner = openPool(ledger.url, { applicationName: 'bench', max: 1 });
  try {
    for (const table of [tableOf('directory', 'relationships'), FACTS_TABLE])
      await copyOfOne(owner, table, relationships);
    await owner.query(FACTS, [CALLER.tenantId, factsEach - 1]);
    await owner.query(`UPDATE projecting.builds SET position = (SELECT max(position) FROM ${FACTS_TABLE})`);
    await owner.query('ANALYZE');
    await owner.query('CHECKPOINT');
  } finally {
    await owner.end();
  }
  return ledger;
}

const tableOf = (name: string, table: string): string =>
  `${name}_v${String(projections.find((projection) => projection.name === name)!.version)}.${table}`;

/** Where the read model keeps them. */
export const FACTS_TABLE = tableOf('facts', 'facts');

/** Copies of the one row of a table, under other ids and positions. */
async function copyOfOne(owner: pg.Pool, table: string, count: number): Promise<void> {
  await owner.query(`
    INSERT INTO ${table} SELECT (jsonb_populate_record(o, jsonb_build_object(
             'relationship_id', 'rel_' || substr(md5(n::text), 1, 26), 'position', o.position + n,
             'fact_id', 'evt_' || substr(md5(n::text), 1, 26)))).*
      FROM ${table} o CROSS JOIN generate_series(1, ${String(count - 1)}) n`);
}

// Of ten facts seven are touches; promises are kept, feedback comes, things are done for trust, people refer.
const FACTS = `
  INSERT INTO ${FACTS_TABLE} (tenant_id, relationship_id, fact_id, until_position, position, event_id, occurred_at, known_from,
         kind, entry_id, actor, detail, side, channel, direction, intent, outcome, minutes, dimension, sign, customized,
         sentiment_bp, due_at, late_days)
  SELECT $1, t.relationship_id, f.id, ${String(OPEN)}, head.position + n * 1000000 + t.number, 'evt' || substr(f.id, 4),
         f.at, f.at + interval '3 minutes', k.kind, CASE WHEN k.kind = 'COMMITMENT_KEPT' THEN f.before ELSE f.id END,
         'HUMAN', k.detail, CASE WHEN k.kind ~ 'COMMITMENT|TRUST' THEN 'A' END,
         CASE WHEN k.kind = 'TOUCH' THEN (ARRAY['EMAIL', 'PHONE_CALL', 'IN_PERSON_VISIT', 'SMS'])[1 + f.any % 4] END,
         CASE WHEN k.kind = 'TOUCH' THEN (ARRAY['OUTBOUND', 'INBOUND', 'OUTBOUND', 'MUTUAL'])[1 + f.any / 4 % 4] END,
         CASE WHEN k.kind = 'TOUCH' THEN (ARRAY['GIVE', 'INFORM', 'ASK', 'SERVE', 'LISTEN'])[1 + f.any / 16 % 5] END,
         CASE WHEN k.kind = 'TOUCH' THEN (ARRAY['CONNECTED', 'CONNECTED', 'CONNECTED', 'LEFT_MESSAGE'])[1 + f.any / 80 % 4] END,
         CASE WHEN k.kind = 'TOUCH' THEN 5 + f.any % 60 END,
         CASE WHEN k.kind = 'TRUST_ACTION' THEN (ARRAY['CREDIBILITY', 'RELIABILITY', 'INTIMACY'])[1 + f.any % 3] END,
         CASE WHEN k.kind = 'TRUST_ACTION' THEN 1 END,
         CASE WHEN k.kind = 'TRUST_ACTION' THEN f.any % 2 = 0 END,
         CASE WHEN k.kind = 'FEEDBACK' THEN f.any % 20000 - 10000 END,
         CASE WHEN k.kind = 'COMMITMENT_MADE' THEN f.at + interval '30 days' END,
         CASE WHEN k.kind = 'COMMITMENT_KEPT' THEN f.any % 10 END
    FROM generate_series(1, $2::int) AS n
   CROSS JOIN (SELECT relationship_id, (row_number() OVER (ORDER BY relationship_id))::int AS number
                 FROM directory.relationships WHERE tenant_id = $1) t
   CROSS JOIN (SELECT max(position) AS position FROM ${FACTS_TABLE}) head
   CROSS JOIN LATERAL (
         SELECT abs(hashint4(n * 7919 + t.number)) AS any,
                'fct_' || substr(md5(n || t.relationship_id), 1, 26) AS id,
                'fct_' || substr(md5(n - 1 || t.relationship_id), 1, 26) AS before,
                timestamptz '2024-01-01' + (n - 0.5) * interval '730 days' / $2::int
                  + (abs(hashint4(t.number * 31 + n)) % 1440) * interval '1 minute' AS at) f
   CROSS JOIN LATERAL (
         SELECT (ARRAY['TOUCH', 'TRUST_ACTION', 'TOUCH', 'TOUCH', 'COMMITMENT_MADE', 'COMMITMENT_KEPT', 'TOUCH', 'TOUCH', 'FEEDBACK',
                       'TOUCH', 'TOUCH', 'REFERRAL'])[1 + n % 12] AS kind,
                (ARRAY[NULL, 'KEPT_IN_TOUCH', NULL, NULL, NULL, NULL, NULL, NULL, 'SUGGESTION', NULL, NULL, 'CARDIOLOGY'])[1 + n % 12] AS detail) k
   ORDER BY n, t.number`;

import type pg from 'pg';
import type { Fact } from '../../metrics/fact.js';
import { ReadDatabase } from '../read-database.js';
import { factReader, known, literal, literals, WHOLE } from './fact-reader.js';
import { factsOf } from './queries.js';

export interface StreamOptions {
  /** Also what was corrected or retracted since, and where, for whoever looks at what was known then. */
  readonly superseded?: boolean;
  /** Only relationships whose ids lie behind the first and not behind the second. */
  readonly between?: readonly [after: string, upTo: string];
  /** What is asked of facts, when that is not all: fewer columns are read. */
  readonly fields?: ReadonlySet<keyof Fact>;
  /** Only those that stand by themselves. */
  readonly alone?: boolean;
}

/**
 * All facts of a tenant, relationship by relationship, each in the order in which they were so: read in one pass, held
 * some at a time. Those that are one by a merge come last, as one (of them only what stands).
 */
export async function* streamFacts(
  pool: pg.Pool,
  tenantId: string,
  options: StreamOptions = {},
): AsyncGenerator<readonly Fact[]> {
  const heads = await headsOf(pool, tenantId);
  const db = new ReadDatabase(pool);
  const reader = options.fields ? factReader(options.fields, FOLDED) : WHOLE;
  const text = factsIn(tenantId, reader.columns, [...heads.keys(), ...heads.values()], options);
  let facts: Fact[] = [];
  // Of a part the index gives the order; all of them are faster sorted.
  for await (const some of db.copied(text, reader.read, options.between ? '' : 'SET LOCAL enable_seqscan = on')) {
    for (const fact of some) {
      if (facts.length > 0 && facts[0]!.relationshipId !== fact.relationshipId) {
        yield facts;
        facts = [];
      }
      facts.push(fact);
    }
  }
  if (facts.length > 0) yield facts;
  if (options.alone) return;
  const [after, upTo] = options.between ?? [];
  const joined = [...new Set(heads.values())].filter(
    (id) => after === undefined || upTo === undefined || (id > after && id <= upTo),
  );
  yield* (await factsOf(db, tenantId, joined)).values();
}

/** By relationship that is part of another: that one. */
async function headsOf(pool: pg.Pool, tenantId: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await pool.query<{ relationship_id: string; head_id: string }>(
    'SELECT relationship_id, head_id FROM directory.relationships WHERE tenant_id = $1 AND head_id IS NOT NULL',
    [tenantId],
  );
  return new Map(rows.map(({ relationship_id, head_id }) => [relationship_id, head_id]));
}

/** A touch is an entry without steps: nobody who adds up facts asks for its id, and there are many. */
const FOLDED = { entryId: `CASE kind WHEN 'TOUCH' THEN NULL ELSE entry_id END` };

function factsIn(
  tenantId: string,
  columns: string,
  without: readonly string[],
  { superseded, between }: StreamOptions,
): string {
  const conditions = [
    `tenant_id = ${literal(tenantId)}`,
    ...(superseded ? [] : [known()]),
    ...(between ? [`relationship_id > ${literal(between[0])} AND relationship_id <= ${literal(between[1])}`] : []),
    ...(without.length > 0 ? [`relationship_id NOT IN (${literals(without)})`] : []),
  ];
  return `SELECT ${columns} FROM facts.facts WHERE ${conditions.join(' AND ')}
     ORDER BY relationship_id, occurred_at, position`;
}

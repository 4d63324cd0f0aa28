import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Fact, FactKind } from '../../metrics/fact.js';
import { OPEN } from '../on.js';
import { ReadDatabase } from '../read-database.js';
import { Fields, tuples } from './copied.js';
import { factsOf } from './queries.js';

const COLUMNS = `relationship_id, event_id, kind, occurred_at, known_from, position, until_position, entry_id, detail, side,
  actor, channel, direction, intent, outcome, function, phase, mindset, minutes, dimension, sign, asked, customized,
  sentiment_bp, due_at, late_days, interval_days, grace_days, shares_bp::text, amount_minor, campaign_id`;

/** One row of `COLUMNS`. The words of enumerations are taken as the projection wrote them. */
function factFrom(row: Fields): Fact {
  const until = (position: number): number | null => (position >= Number(OPEN) ? null : position);
  return {
    relationshipId: row.text()!,
    eventId: row.text()!,
    kind: row.text() as FactKind,
    occurredAt: row.millis()!,
    recordedAt: row.millis()!,
    position: row.bigint()!,
    retractedAtPosition: until(row.bigint()!),
    entryId: row.text(),
    detail: row.text(),
    side: row.text() as Fact['side'],
    actor: row.text(),
    channel: row.text() as Fact['channel'],
    direction: row.text() as Fact['direction'],
    intent: row.text(),
    outcome: row.text(),
    function: row.text(),
    phase: row.text(),
    mindset: row.text(),
    minutes: row.integer(),
    dimension: row.text(),
    sign: row.smallint() ?? 0,
    asked: row.bool(),
    customized: row.bool(),
    sentimentBp: row.integer(),
    dueAt: row.millis(),
    lateDays: row.double(),
    intervalDays: row.integer(),
    graceDays: row.integer(),
    sharesBp: sharesFrom(row.text()),
    amountMinor: row.bigint(),
    stewardId: null,
    campaignId: row.text(),
  };
}

const sharesFrom = (text: string | null): Fact['sharesBp'] =>
  text === null ? null : (JSON.parse(text) as NonNullable<Fact['sharesBp']>);

/**
 * All facts of a tenant, relationship by relationship, each in the order in which they were so: read in one pass, held one
 * relationship at a time. Those that are one by a merge come last, as one. `superseded`: also what was corrected or
 * retracted since, and where, for whoever looks at what was known then (of merged ones only what stands).
 */
export async function* streamFacts(
  pool: pg.Pool,
  tenantId: string,
  { superseded = false }: { readonly superseded?: boolean } = {},
): AsyncGenerator<readonly Fact[]> {
  const heads = await headsOf(pool, tenantId);
  const session = await pool.connect();
  let isDone = false;
  try {
    await session.query('BEGIN READ ONLY; SET LOCAL enable_seqscan = on');
    const stream = session.query(copyTo(copyOf(tenantId, [...heads.keys(), ...heads.values()], superseded)));
    let facts: Fact[] = [];
    for await (const row of tuples(stream)) {
      const fact = factFrom(row);
      if (facts.length > 0 && facts[0]!.relationshipId !== fact.relationshipId) {
        yield facts;
        facts = [];
      }
      facts.push(fact);
    }
    if (facts.length > 0) yield facts;
    await session.query('COMMIT');
    isDone = true;
  } finally {
    session.release(!isDone); // a copy that was not read to its end is ended with its session
  }
  const joined = await factsOf(new ReadDatabase(pool), tenantId, [...new Set(heads.values())]);
  yield* joined.values();
}

/** By relationship that is part of another: that one. */
async function headsOf(pool: pg.Pool, tenantId: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await pool.query<{ relationship_id: string; head_id: string }>(
    'SELECT relationship_id, head_id FROM directory.relationships WHERE tenant_id = $1 AND head_id IS NOT NULL',
    [tenantId],
  );
  return new Map(rows.map(({ relationship_id, head_id }) => [relationship_id, head_id]));
}

// COPY takes no parameters.
const copyOf = (tenantId: string, without: readonly string[], superseded: boolean): string => `
  COPY (SELECT ${COLUMNS} FROM facts.facts
         WHERE tenant_id = ${pg.escapeLiteral(tenantId)}
           ${superseded ? '' : `AND until_position = ${String(OPEN)}`}
           ${without.length > 0 ? `AND relationship_id NOT IN (${without.map(pg.escapeLiteral).join(', ')})` : ''}
         ORDER BY relationship_id, occurred_at, position) TO STDOUT (FORMAT binary)`;

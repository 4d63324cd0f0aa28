import { sql } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Fact, FactKind } from '../../metrics/fact.js';
import { membersOf } from '../joined.js';
import { OPEN } from '../on.js';
import type { ReadDatabase } from '../read-database.js';

/** A fact, and for which relationship it was recorded. */
type Read = Fact & { readonly recordedFor: string };

const seconds = (column: string): string => `date_part('epoch', f.${column})`;

/** Its fields as one line, which is a third of the work of thirty columns. No word of it holds a tab. */
const FIELDS: readonly string[] = [
  'f.relationship_id',
  'f.event_id',
  'f.kind',
  seconds('occurred_at'),
  seconds('known_from'),
  'f.position',
  'f.entry_id',
  'f.detail',
  'f.side',
  'f.actor',
  'f.channel',
  'f.direction',
  'f.intent',
  'f.outcome',
  'f.function',
  'f.phase',
  'f.mindset',
  'f.minutes',
  'f.dimension',
  'f.sign',
  'f.asked',
  'f.customized',
  'f.sentiment_bp',
  seconds('due_at'),
  'f.late_days',
  'f.interval_days',
  'f.grace_days',
  'f.shares_bp',
  'f.amount_minor',
  'f.campaign_id',
];
const LINE = sql.raw(`concat(${FIELDS.join(`, E'\\t', `)})`);

const wordOf = (text: string): string | null => (text === '' ? null : text);
const numberOf = (text: string): number | null => (text === '' ? null : Number(text));
const millisOf = (text: string): number => Math.round(Number(text) * 1000);

function readFact(owner: string, line: string): Read {
  const said = line.split('\t');
  return {
    relationshipId: owner,
    recordedFor: said[0]!,
    eventId: said[1]!,
    kind: said[2] as FactKind,
    occurredAt: millisOf(said[3]!),
    recordedAt: millisOf(said[4]!),
    position: Number(said[5]),
    retractedAtPosition: null,
    entryId: wordOf(said[6]!),
    detail: wordOf(said[7]!),
    side: wordOf(said[8]!) as Fact['side'],
    actor: wordOf(said[9]!),
    channel: wordOf(said[10]!) as Fact['channel'],
    direction: wordOf(said[11]!) as Fact['direction'],
    intent: wordOf(said[12]!),
    outcome: wordOf(said[13]!),
    function: wordOf(said[14]!),
    phase: wordOf(said[15]!),
    mindset: wordOf(said[16]!),
    minutes: numberOf(said[17]!),
    dimension: wordOf(said[18]!),
    sign: Number(said[19]),
    asked: said[20] === 't',
    customized: said[21] === 't',
    sentimentBp: numberOf(said[22]!),
    dueAt: said[23] === '' ? null : millisOf(said[23]!),
    lateDays: numberOf(said[24]!),
    intervalDays: numberOf(said[25]!),
    graceDays: numberOf(said[26]!),
    sharesBp: said[27] === '' ? null : (JSON.parse(said[27]!) as NonNullable<Fact['sharesBp']>),
    amountMinor: numberOf(said[28]!),
    stewardId: null,
    campaignId: wordOf(said[29]!),
  };
}

/** Of relationships that are one by a merge, the one that ends last says how all stand. */
const PASSED_OVER = sql`(f.kind IN ('ENDED', 'LAPSED', 'REACTIVATED') AND EXISTS (
  SELECT FROM directory.relationships m
   WHERE m.tenant_id = f.tenant_id AND m.relationship_id = f.relationship_id
     AND m.last_id <> m.relationship_id AND f.occurred_at >= m.ended_at))`;

/**
 * The facts of many relationships in one statement, as they stand now, or stood as far as was known at a moment; in the
 * order in which they were so. A relationship that speaks for others has theirs, too: a touch that stands in several
 * counts once.
 */
export async function factsOf(
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
  asKnown?: Instant | null,
): Promise<ReadonlyMap<string, readonly Fact[]>> {
  const known = asKnown
    ? sql`f.known_from <= ${asKnown} AND (f.known_until IS NULL OR f.known_until > ${asKnown})`
    : sql`f.until_position = ${sql.lit(OPEN)}`;
  const rows = await db.rows(sql<{ owner: string; line: string }>`
    SELECT wanted.owner, ${LINE} AS line
      FROM ${membersOf(tenantId, ids)} wanted
      JOIN facts.facts f ON f.tenant_id = ${tenantId} AND f.relationship_id = wanted.relationship_id
     WHERE ${known} AND NOT ${PASSED_OVER}
     ORDER BY wanted.owner, f.occurred_at, f.position`);
  const facts = new Map<string, Read[]>();
  for (const { owner, line } of rows) {
    const own = facts.get(owner);
    if (own) own.push(readFact(owner, line));
    else facts.set(owner, [readFact(owner, line)]);
  }
  for (const [id, own] of facts) if (own.some((fact) => fact.recordedFor !== id)) facts.set(id, once(own));
  return facts;
}

/** One touch over several relationships is one entry in each, under one id; and the first opening is that of all. */
function once(facts: readonly Read[]): Read[] {
  const known = new Set<string | null>();
  return facts.filter(({ kind, entryId }) => {
    if (kind !== 'TOUCH' && kind !== 'OPENED') return true;
    const name = kind === 'TOUCH' ? entryId : kind;
    const isNew = !known.has(name);
    known.add(name);
    return isNew;
  });
}

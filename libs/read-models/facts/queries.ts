import { sql } from 'kysely';
import { toMillis, type Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import type { Fact } from '../../metrics/fact.js';
import type { ReadDatabase } from '../read-database.js';
import { AS_IT_STOOD, known, literal, literals } from './fact-reader.js';

/** A relationship whose facts are among those of the owner: a merge made them one. */
interface Member {
  readonly owner: string;
  readonly id: string;
  /** When it ended, where another one went on. */
  readonly passedOverAt: Instant | null;
}

/**
 * The facts of many relationships, as they stand now, or stood as far as was known at a moment; in the order in which
 * they were so. A relationship that speaks for others has theirs, too: a touch that stands in several counts once.
 */
export async function factsOf(
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
  asKnown?: Instant | null,
): Promise<ReadonlyMap<string, readonly Fact[]>> {
  return (await factsAndJoined(db, tenantId, ids, asKnown)).facts;
}

export interface FactsRead {
  readonly facts: ReadonlyMap<string, readonly Fact[]>;
  /** Which of those that were asked for have facts of others, too. */
  readonly joined: ReadonlySet<string>;
}

export async function factsAndJoined(
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
  asKnown?: Instant | null,
): Promise<FactsRead> {
  if (ids.length === 0) return { facts: new Map(), joined: new Set() };
  const members = await mergedOf(db, tenantId, ids);
  const all = new Set([...ids, ...members.map(({ id }) => id)]);
  const facts = await byRelationship(db, tenantId, [...all], known(asKnown));
  return {
    facts: members.length === 0 ? facts : joined(facts, ids, members),
    joined: new Set(members.map(({ owner }) => owner)),
  };
}

/** Those that were recorded for these relationships themselves, whatever they are one with. */
export const ownFactsOf = (
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
  asKnown?: Instant | null,
): Promise<ReadonlyMap<string, readonly Fact[]>> =>
  ids.length === 0 ? Promise.resolve(new Map()) : byRelationship(db, tenantId, ids, known(asKnown));

/** What was recorded for each of these relationships behind a position, and stands. */
export const factsAfter = async (
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
  position: Position,
): Promise<ReadonlyMap<string, readonly Fact[]>> =>
  ids.length === 0 ? new Map() : byRelationship(db, tenantId, ids, `${known()} AND position > ${String(position)}`);

async function byRelationship(
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
  condition: string,
): Promise<ReadonlyMap<string, readonly Fact[]>> {
  const facts = new Map<string, Fact[]>();
  const text = `SELECT ${AS_IT_STOOD.columns} FROM facts.facts
     WHERE tenant_id = ${literal(tenantId)} AND relationship_id IN (${literals(ids)}) AND ${condition}
     ORDER BY relationship_id, occurred_at, position`;
  for await (const some of db.copied(text, AS_IT_STOOD.read)) {
    for (const fact of some) {
      const own = facts.get(fact.relationshipId);
      if (own) own.push(fact);
      else facts.set(fact.relationshipId, [fact]);
    }
  }
  return facts;
}

/** What is one with others, of what is asked for: itself, and those that it speaks for. */
const mergedOf = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<readonly Member[]> =>
  db.rows(sql<Member>`
    SELECT r.relationship_id AS owner, r.relationship_id AS id, ${PASSED_OVER} FROM directory.relationships r
     WHERE r.tenant_id = ${tenantId} AND r.relationship_id = ANY(${ids}) AND r.last_id IS NOT NULL
     UNION ALL
    SELECT r.head_id, r.relationship_id, ${PASSED_OVER} FROM directory.relationships r
     WHERE r.tenant_id = ${tenantId} AND r.head_id IS NOT NULL AND r.head_id = ANY(${ids})`);

const PASSED_OVER = sql`CASE WHEN r.last_id <> r.relationship_id THEN r.ended_at END AS "passedOverAt"`;

/** Those of members beside those of whoever speaks for them. */
function joined(
  facts: ReadonlyMap<string, readonly Fact[]>,
  ids: readonly string[],
  members: readonly Member[],
): ReadonlyMap<string, readonly Fact[]> {
  const groups = Map.groupBy(members, ({ owner }) => owner);
  return new Map(
    ids.flatMap((id) => {
      const group = groups.get(id);
      if (!group) return facts.has(id) ? [[id, facts.get(id)!] as const] : [];
      const own = group.flatMap(
        (member) => facts.get(member.id)?.filter((fact) => !isPassedOver(fact, member.passedOverAt)) ?? [],
      );
      own.sort((a, b) => a.occurredAt - b.occurredAt || a.position - b.position);
      return own.length > 0 ? [[id, once(own.map((fact) => ({ ...fact, relationshipId: id })))] as const] : [];
    }),
  );
}

/** Of relationships that are one, the one that ends last says how all stand. */
const isPassedOver = ({ kind, occurredAt }: Fact, at: Instant | null): boolean =>
  at !== null && (kind === 'ENDED' || kind === 'LAPSED' || kind === 'REACTIVATED') && occurredAt >= toMillis(at);

/** One touch over several relationships is one entry in each, under one id; and the first opening is that of all. */
function once(facts: readonly Fact[]): readonly Fact[] {
  const seen = new Set<string | null>();
  return facts.filter(({ kind, entryId }) => {
    if (kind !== 'TOUCH' && kind !== 'OPENED') return true;
    const name = kind === 'TOUCH' ? entryId : kind;
    const isNew = !seen.has(name);
    seen.add(name);
    return isNew;
  });
}

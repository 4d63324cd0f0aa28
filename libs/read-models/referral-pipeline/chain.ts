import { sql } from 'kysely';
import type { ReadDatabase } from '../read-database.js';
import { oneParty } from './queries.js';

/** Why one referral stands behind another in a chain. */
export type ChainLink = 'PARENT' | 'REFERRED_PERSON';

/** A referral of a chain: the same one stands in it once, as near to the root as it gets. */
export interface ChainNode {
  readonly id: string;
  readonly depth: number;
  /** The one before it; null for the root. */
  readonly behindId: string | null;
  readonly link: ChainLink | null;
}

/** What a referral was worth in one currency. */
export interface ValueRow {
  readonly owner: string;
  readonly currency: string;
  readonly amountMinor: bigint;
}

export interface Chain {
  readonly nodes: readonly ChainNode[];
  /** More follows than is shown. */
  readonly truncated: boolean;
}

interface Successor {
  readonly id: string;
  readonly behindId: string;
  readonly link: ChainLink;
}

/** Step by step from the root, one statement each. */
export async function chain(
  rootId: string,
  { depth, most }: { readonly depth: number; readonly most: number },
  successors: (ids: readonly string[]) => Promise<readonly Successor[]>,
): Promise<Chain> {
  const nodes = new Map<string, ChainNode>([[rootId, { id: rootId, depth: 0, behindId: null, link: null }]]);
  let level = [rootId];
  for (let at = 1; at <= depth && level.length > 0; at++) {
    const found = await successors(level);
    level = [];
    for (const successor of found) {
      if (nodes.has(successor.id)) continue;
      if (nodes.size >= most) return { nodes: [...nodes.values()], truncated: true };
      nodes.set(successor.id, { ...successor, depth: at });
      level.push(successor.id);
    }
  }
  return { nodes: [...nodes.values()], truncated: false };
}

/** Referrals whose parent one of these is, or that the person made later who was referred by one of these. */
export const successorsOf = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<Successor[]> =>
  db.rows(sql<Successor>`
    SELECT id, "behindId", link FROM (
           SELECT r.referral_id AS id, r.parent_id AS "behindId", 'PARENT' AS link, r.made_at, r.position
             FROM referral_pipeline.referrals r
            WHERE r.tenant_id = ${tenantId} AND r.parent_id = ANY(${ids}) AND NOT r.retracted
            UNION ALL
           SELECT r.referral_id, p.referral_id, 'REFERRED_PERSON', r.made_at, r.position
             FROM (SELECT *, ${oneParty(sql`r.subject_ref`)} AS subject
                     FROM referral_pipeline.referrals r
                    WHERE r.tenant_id = ${tenantId} AND r.referral_id = ANY(${ids})) p
            CROSS JOIN LATERAL (
                  SELECT p.subject AS id UNION ALL
                  SELECT absorbed_id FROM directory.merges WHERE tenant_id = p.tenant_id AND root_id = p.subject) person
             JOIN referral_pipeline.referrals r
               ON r.tenant_id = p.tenant_id AND r.referrer_id = person.id AND r.made_at > p.made_at
            WHERE NOT r.retracted) successors
     ORDER BY made_at, position, link`);

export const valuesOf = (db: ReadDatabase, tenantId: string, ids: readonly string[]): Promise<ValueRow[]> =>
  db.rows(sql<ValueRow>`
    SELECT referral_id AS owner, currency, sum(amount_minor)::bigint AS "amountMinor"
      FROM referral_pipeline.entries
     WHERE tenant_id = ${tenantId} AND referral_id = ANY(${ids}) AND kind = 'VALUE' AND NOT retracted
     GROUP BY referral_id, currency ORDER BY referral_id, currency`);

/** In one currency. */
export interface ChainValue {
  readonly currency: string;
  readonly amountMinor: bigint;
  /** amount * delta^depth, in minor units, not rounded. */
  readonly discountedMinor: number;
}

export const discounted = (values: readonly ValueRow[], depth: number, delta: number): ChainValue[] =>
  values.map(({ currency, amountMinor }) => ({
    currency,
    amountMinor,
    discountedMinor: Number(amountMinor) * delta ** depth,
  }));

/** Sums per currency: amounts of different currencies are never added up. */
export const totalsOf = (values: readonly ChainValue[]): ChainValue[] =>
  [...Map.groupBy(values, ({ currency }) => currency)]
    .map(([currency, some]) => ({
      currency,
      amountMinor: some.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
      discountedMinor: some.reduce((sum, { discountedMinor }) => sum + discountedMinor, 0),
    }))
    .sort((one, other) => (one.currency < other.currency ? -1 : 1));

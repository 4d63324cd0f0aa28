import { sql } from 'kysely';
import { parseInstant, type Instant } from '../../event-sourcing/instant.js';
import type { TrustActionFacts } from '../../ledger/trust/trust.js';
import { partyGroup } from '../joined.js';
import type { ReadDatabase } from '../read-database.js';
import { ENTRY, shownAs, type StoredEntry } from '../timeline/entry-lists.js';
import { entriesSeen } from '../timeline/seen.js';
import { trustActionEntries } from './entries.js';

/** More than anybody should be given in a year. */
export const MOST_GIFTS = 1000;

const shown = (row: StoredEntry<TrustActionFacts>) => shownAs(trustActionEntries, row);
export type Gift = ReturnType<typeof shown>;

/** What a party was given in a year of the calendar of UTC, the first gift first, as it is known now or was then. */
export async function giftsTo(
  db: ReadDatabase,
  tenantId: string,
  recipientId: string,
  year: number,
  asKnown: Instant | undefined,
): Promise<Gift[]> {
  const [from, to] = [yearStart(year), yearStart(year + 1)];
  const actions = asKnown
    ? entriesSeen(sql`trust.actions`, { asOf: to, asKnown }, sql`told.facts ->> 'kind' AS action_kind`)
    : sql`trust.actions`;
  const rows = await db.rows(sql<StoredEntry<TrustActionFacts>>`
    SELECT ${ENTRY} FROM ${actions} e
     WHERE e.tenant_id = ${tenantId} AND e.action_kind = 'GIFT' AND NOT e.retracted
       AND e.occurred_at >= ${from} AND e.occurred_at < ${to}
       AND e.facts ->> 'to' = ANY(${partyGroup(tenantId, recipientId)})
     ORDER BY e.occurred_at, e.position LIMIT ${sql.lit(MOST_GIFTS)}`);
  return rows.map(shown);
}

const yearStart = (year: number): Instant =>
  parseInstant(`${String(year).padStart(4, '0')}-01-01T00:00:00Z`) as Instant;

/** By currency, never mixed. */
export function totalsOf(gifts: readonly Pick<Gift, 'giftValue'>[]) {
  const totals = new Map<string, number>();
  for (const { giftValue } of gifts) {
    if (giftValue)
      totals.set(giftValue.currency, (totals.get(giftValue.currency) ?? 0) + Number(giftValue.amountMinor));
  }
  return [...totals].sort(([x], [y]) => (x < y ? -1 : 1)).map(([currency, amountMinor]) => ({ amountMinor, currency }));
}

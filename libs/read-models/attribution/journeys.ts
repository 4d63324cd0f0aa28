import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Amount, Journey } from '../../metrics/attribution/journey.js';
import { topOf } from '../joined.js';
import type { ReadDatabase } from '../read-database.js';
import { outcomesIn, worthOf, type OutcomeKind } from './outcomes.js';
import { touchpointsOf, type AttributionDimension } from './touchpoints.js';

/** Which journeys: those that came to their end in [from, to). */
export interface JourneyFilter {
  readonly outcome: OutcomeKind;
  readonly by: AttributionDimension;
  readonly from: Instant | null;
  readonly to: Instant;
  /** What happened in (end - lookback, end] belongs to a journey. */
  readonly lookbackDays: number;
  /** Whether journeys that came to nothing are wanted, too. */
  readonly lost: boolean;
}

interface JourneyRow {
  readonly id: string;
  readonly endedAt: Instant;
  readonly won: boolean;
  // Seconds since 1970.
  readonly ended: number;
  readonly made: number | null;
  readonly accepted: number | null;
  /** Words, each followed by a blank: nothing for what has no key. */
  readonly keys: string | null;
  readonly times: string | null;
  /** `USD:1200` and so on. */
  readonly worth: string | null;
}

/** So many journeys are in memory at a time. */
const PAGE = 20_000;

/**
 * Journeys in the order of their ends, computed from the read models as they stand: what came late, was corrected,
 * retracted or reassigned, or belongs to parties that were merged, is where it would be had it always been so. One
 * statement for every 20,000 journeys.
 */
export async function* journeys(
  db: ReadDatabase,
  tenantId: string,
  filter: JourneyFilter,
  page: number = PAGE,
): AsyncGenerator<Journey> {
  let after: JourneyRow | undefined;
  do {
    const rows: JourneyRow[] = await db.rows(statement(tenantId, filter, after, page));
    for (const row of rows) yield journeyOf(row);
    after = rows.length < page ? undefined : rows.at(-1);
  } while (after);
}

const seconds = (moment: string) => sql`extract(epoch FROM ${sql.ref(moment)})::float8`;

const statement = (
  tenantId: string,
  { by, from, to, ...filter }: JourneyFilter,
  after: JourneyRow | undefined,
  page: number,
): RawBuilder<JourneyRow> => sql<JourneyRow>`
  WITH ended AS MATERIALIZED (
       SELECT o.id, o.referral_id, ${topOf(tenantId, sql`o.traveller`)} AS traveller, o.ended_at, o.made_at, o.accepted_at,
              o.won, CASE WHEN o.won THEN coalesce(o.worth, ${worthOf(tenantId, sql`o.referral_id`)}) END AS worth
         FROM (SELECT o.* FROM (${outcomesIn(tenantId, { ...filter, by, to })}) o
                WHERE o.ended_at < ${to} ${from ? sql`AND o.ended_at >= ${from}` : sql``}
                  ${after ? sql`AND (o.ended_at, o.id) > (${after.endedAt}::timestamptz, ${after.id})` : sql``}
                ORDER BY o.ended_at, o.id LIMIT ${sql.lit(page)}) o),
       grouped AS (
       SELECT id, string_agg(coalesce(key, '') || ' ', '' ORDER BY at, touch) AS keys,
              string_agg(${seconds('at')}::text, ' ' ORDER BY at, touch) AS times
         FROM ${touchpointsOf(tenantId, by, filter.lookbackDays)} touchpoints GROUP BY id)
  SELECT o.id, o.ended_at AS "endedAt", o.won, ${seconds('o.ended_at')} AS ended, ${seconds('o.made_at')} AS made,
         ${seconds('o.accepted_at')} AS accepted, g.keys, g.times, o.worth
    FROM ended o LEFT JOIN grouped g ON g.id = o.id
   ORDER BY o.ended_at, o.id`;

function journeyOf({ won, ended, made, accepted, keys, times, worth }: JourneyRow): Journey {
  const words = keys?.split(' ') ?? [];
  const moments = times?.split(' ') ?? [];
  return {
    touchpoints: moments.map((moment, i) => ({ key: words[i]! || null, atMs: millis(Number(moment)) })),
    atMs: millis(ended),
    madeAtMs: made === null ? undefined : millis(made),
    acceptedAtMs: accepted === null ? undefined : millis(accepted),
    conversions: won ? 1 : 0,
    nulls: won ? 0 : 1,
    values: worth?.split(' ').map(amountOf) ?? [],
  };
}

const millis = (seconds: number): number => Math.round(seconds * 1000);

function amountOf(text: string): Amount {
  const [currency, amountMinor] = text.split(':');
  return { currency: currency!, amountMinor: BigInt(amountMinor!) };
}

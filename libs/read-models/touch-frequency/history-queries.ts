import { sql } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import { OPEN } from '../on.js';
import type { ReadDatabase } from '../read-database.js';
import type { CadenceTerm, ClockTerm, CountedTouch, History, StewardTerm } from './frequency.js';

export type RelationshipHistory = History & { readonly id: string };

/** Touches as columns, each a list of words: half the work of rows or JSON, which matters for thousands of touches. */
interface HistoryRow {
  readonly id: string;
  readonly opened: number;
  readonly occurred: string | null;
  readonly channels: string;
  readonly directions: string;
  readonly intents: string;
  readonly functions: string;
  readonly terms: readonly Term[] | null;
}

interface Term {
  readonly kind: 'CADENCE' | 'CLOCK' | 'STEWARD';
  readonly since: number;
  readonly intervalDays: number;
  readonly graceDays: number;
  readonly runs: boolean;
  readonly stewardId: string | null;
}

/** The histories of many relationships in one statement, as they are known now or were known at a moment. */
export async function histories(
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
  asKnown: Instant | undefined,
): Promise<RelationshipHistory[]> {
  const stands = asKnown
    ? sql`known_from <= ${asKnown} AND (known_until IS NULL OR known_until > ${asKnown})`
    : sql`until_position = ${sql.lit(OPEN)}`;
  const known = asKnown ? sql`known_from <= ${asKnown}` : sql`true`;
  const rows = await db.rows(sql<HistoryRow>`
    SELECT r.relationship_id AS id, ${seconds('r.opened_at')} AS opened, touches.*, terms.*
      FROM touch_frequency.relationships r
     CROSS JOIN LATERAL (
           SELECT string_agg(${seconds('occurred_at')}::text, ' ' ORDER BY occurred_at) AS occurred,
                  string_agg(channel, ' ' ORDER BY occurred_at) AS channels,
                  string_agg(direction, ' ' ORDER BY occurred_at) AS directions,
                  string_agg(intent, ' ' ORDER BY occurred_at) AS intents,
                  string_agg(coalesce(function, ''), ' ' ORDER BY occurred_at) AS functions
             FROM touch_frequency.touches
            WHERE tenant_id = r.tenant_id AND relationship_id = r.relationship_id AND ${stands}) touches
     CROSS JOIN LATERAL (
           SELECT json_agg(json_build_object('kind', kind, 'since', ${seconds('starts_at')},
                    'intervalDays', interval_days, 'graceDays', grace_days, 'runs', runs, 'stewardId', steward_id)
                    ORDER BY starts_at, position) AS terms
             FROM touch_frequency.terms
            WHERE tenant_id = r.tenant_id AND relationship_id = r.relationship_id AND ${known}) terms
     WHERE r.tenant_id = ${tenantId} AND r.relationship_id = ANY(${ids})`);
  return rows.map(historyOf);
}

const seconds = (column: string) => sql`extract(epoch FROM ${sql.ref(column)})::float8`;
const toMillis = (seconds: number): number => Math.round(seconds * 1000);

function historyOf({ id, opened, terms, ...touches }: HistoryRow): RelationshipHistory {
  const cadences: CadenceTerm[] = [];
  const clock: ClockTerm[] = [];
  const stewards: StewardTerm[] = [];
  for (const { kind, since, intervalDays, graceDays, runs, stewardId } of terms ?? []) {
    const atMs = toMillis(since);
    if (kind === 'CADENCE') cadences.push({ atMs, intervalDays, graceDays });
    else if (kind === 'CLOCK') clock.push({ atMs, runs });
    else stewards.push({ atMs, stewardId });
  }
  return { id, openedAtMs: toMillis(opened), touches: touchesOf(touches), cadences, clock, stewards };
}

type TouchColumns = Pick<HistoryRow, 'occurred' | 'channels' | 'directions' | 'intents' | 'functions'>;

function touchesOf({ occurred, channels, directions, intents, functions }: TouchColumns): CountedTouch[] {
  if (occurred === null) return [];
  const [channel, direction, intent, part] = [channels, directions, intents, functions].map((words) =>
    words.split(' '),
  );
  return occurred.split(' ').map((at, i) => ({
    atMs: toMillis(Number(at)),
    channel: channel![i]!,
    direction: direction![i]!,
    intent: intent![i]!,
    function: part![i]! || null,
  }));
}

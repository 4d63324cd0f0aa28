import { sql } from 'kysely';
import type { Instant } from '../../event-sourcing/instant.js';
import { atMoment } from '../joined.js';
import { joinedAsKnown } from '../merges.js';
import { OPEN } from '../on.js';
import type { ReadDatabase } from '../read-database.js';
import type { CadenceTerm, ClockTerm, CountedTouch, History, StewardTerm } from './frequency.js';
import { membersOf, PASSED_OVER } from './projection.js';

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

/**
 * The histories of many relationships in one statement, as they are known now or were known at a moment. That of
 * relationships that are one by a merge is the union of theirs, in which a touch that stands in several counts once.
 */
export async function histories(
  db: ReadDatabase,
  tenantId: string,
  ids: readonly string[],
  asKnown: Instant | undefined,
): Promise<RelationshipHistory[]> {
  const stands = (touch: 't' | 'other') =>
    asKnown
      ? atMoment(
          `${touch}.known_from <= {asKnown} AND (${touch}.known_until IS NULL OR ${touch}.known_until > {asKnown})`,
          asKnown,
        )
      : sql.raw(`${touch}.until_position = ${String(OPEN)}`);
  const known = asKnown ? sql`t.known_from <= ${asKnown}` : sql`true`;
  const members = asKnown ? atMoment(MEMBERS_AS_KNOWN, asKnown) : MEMBERS;
  const steward = asKnown ? sql`t.steward_id` : STEWARD;
  const rows = await db.rows(sql<HistoryRow>`
    SELECT r.relationship_id AS id, ${seconds('r.opened_at')} AS opened, touches.*, terms.*
      FROM touch_frequency.ties r
     CROSS JOIN LATERAL (
           SELECT string_agg(${seconds('t.occurred_at')}::text, ' ' ORDER BY t.occurred_at) AS occurred,
                  string_agg(t.channel, ' ' ORDER BY t.occurred_at) AS channels,
                  string_agg(t.direction, ' ' ORDER BY t.occurred_at) AS directions,
                  string_agg(t.intent, ' ' ORDER BY t.occurred_at) AS intents,
                  string_agg(coalesce(t.function, ''), ' ' ORDER BY t.occurred_at) AS functions
             FROM ${members} m
             JOIN touch_frequency.touches t ON t.tenant_id = r.tenant_id AND t.relationship_id = m.relationship_id
            WHERE ${stands('t')} AND (m.last_id IS NULL OR NOT EXISTS (
                  SELECT FROM ${members} twin
                    JOIN touch_frequency.touches other ON other.tenant_id = r.tenant_id
                     AND other.relationship_id = twin.relationship_id AND other.touch_id = t.touch_id
                   WHERE ${stands('other')} AND twin.relationship_id < m.relationship_id))) touches
     CROSS JOIN LATERAL (
           SELECT json_agg(json_build_object('kind', t.kind, 'since', ${seconds('t.starts_at')},
                    'intervalDays', t.interval_days, 'graceDays', t.grace_days, 'runs', t.runs, 'stewardId', ${steward})
                    ORDER BY t.starts_at, t.position) AS terms
             FROM ${members} m
             JOIN touch_frequency.terms t ON t.tenant_id = r.tenant_id AND t.relationship_id = m.relationship_id
            WHERE ${known} AND NOT ${sql.raw(PASSED_OVER)}) terms
     WHERE r.tenant_id = ${tenantId} AND r.relationship_id = ANY(${ids})`);
  return rows.map(historyOf);
}

const MEMBERS = sql.raw(membersOf('touch_frequency'));
const MEMBERS_AS_KNOWN = joinedAsKnown('touch_frequency', 'ties');

/** Of a term `t`: the party that speaks for the steward. */
const STEWARD = sql`CASE WHEN t.steward_id IS NOT NULL THEN coalesce((
  SELECT root_id FROM touch_frequency.merges
   WHERE tenant_id = t.tenant_id AND absorbed_id = t.steward_id AND root_id IS NOT NULL), t.steward_id) END`;

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

import type { Derive, TableSpec } from '../event-sourcing/projection.js';
import type { MergeEvent } from '../ledger/party/merge.js';
import { on, OPEN } from './on.js';

const STANDS = `until_position = ${String(OPEN)}`;

/**
 * Which party was absorbed by which: the edges of trees. Facts keep the ids under which they were recorded; whoever
 * reads them follows the edges. One that was taken back stays, with when it was known.
 */
export const merges: TableSpec = {
  columns: {
    tenant_id: 'text not null',
    absorbed_id: 'text not null',
    /** Position of the unmerge. */
    until_position: 'bigint not null',
    survivor_id: 'text not null',
    /** The PartiesMerged. */
    event_id: 'text not null',
    position: 'bigint not null',
    known_from: 'timestamptz not null',
    known_until: 'timestamptz',
  },
  key: ['tenant_id', 'absorbed_id', 'until_position'],
  indexes: ['(tenant_id, survivor_id)', '(tenant_id, root_id)'],
  derive: {
    /** The party at the top of the tree; null for an edge that was taken back. */
    columns: { root_id: 'text' },
    // UNION ends where it has been before: a circle, which claims exclude, would have no top.
    select: `
      SELECT m.tenant_id, m.absorbed_id, m.until_position, (
             WITH RECURSIVE up (id) AS (
                  SELECT m.survivor_id UNION
                  SELECT n.survivor_id FROM up
                    JOIN {schema}.merges n ON n.tenant_id = m.tenant_id AND n.absorbed_id = up.id AND n.${STANDS})
             SELECT id FROM up WHERE NOT EXISTS (
                    SELECT FROM {schema}.merges n
                     WHERE n.tenant_id = m.tenant_id AND n.absorbed_id = up.id AND n.${STANDS})) AS root_id
        FROM {schema}.merges m WHERE m.${STANDS}`,
    widen: {
      merges: `
        SELECT n.tenant_id, n.absorbed_id, n.until_position FROM (
               WITH RECURSIVE below (tenant_id, id) AS (
                    SELECT tenant_id, absorbed_id FROM keys UNION
                    SELECT n.tenant_id, n.absorbed_id FROM below
                      JOIN {schema}.merges n ON n.tenant_id = below.tenant_id AND n.survivor_id = below.id AND n.${STANDS})
               TABLE below) below
          JOIN {schema}.merges n ON n.tenant_id = below.tenant_id AND n.absorbed_id = below.id AND n.${STANDS}`,
    },
  },
};

/** What fills `merges`. */
export const onMerges = on<MergeEvent>({
  PartiesMerged: {
    apply: (event, rows) =>
      rows.put('merges', {
        tenant_id: event.tenantId,
        absorbed_id: event.data.absorbedId,
        until_position: OPEN,
        survivor_id: event.data.survivorId,
        event_id: event.id,
        position: event.position,
        known_from: event.recordedAt,
      }),
  },
  PartiesUnmerged: {
    reads: ({ tenantId, data }) => ({ merges: [[tenantId, data.absorbedId, OPEN]] }),
    apply: (event, rows) => {
      const key = [event.tenantId, event.data.absorbedId, OPEN];
      const merge = rows.get('merges', key);
      if (!merge) throw new Error(`${event.data.absorbedId} is not merged.`);
      rows.delete('merges', key);
      rows.put('merges', { ...merge, until_position: event.position, known_until: event.recordedAt });
    },
  },
});

/** Columns of a table of relationships whose rows merges of parties may join. */
export const TIE = {
  tenant_id: 'text not null',
  relationship_id: 'text not null',
  a_id: 'text not null',
  b_id: 'text not null',
  kind: 'text not null',
  opened_at: 'timestamptz not null',
  ended_at: 'timestamptz',
  position: 'bigint not null',
};

/** By which such a table finds the relationships of two parties, and those that one speaks for. */
export const TIE_INDEXES = ['(tenant_id, a_id, b_id, kind)', '(tenant_id, head_id) WHERE head_id IS NOT NULL'];

const root = (party: string): string => `coalesce((
  SELECT m.root_id FROM {schema}.merges m WHERE m.tenant_id = r.tenant_id AND m.absorbed_id = ${party} AND m.${STANDS}),
  ${party})`;

const group = (root: string): string => `(
  SELECT ${root} AS id UNION ALL
  SELECT m.absorbed_id FROM {schema}.merges m WHERE m.tenant_id = r.tenant_id AND m.root_id = ${root})`;

/** Whether a merge concerns one of the parties of `r`. */
const merged = (side: 'absorbed_id' | 'survivor_id'): string => `
  EXISTS (SELECT FROM {schema}.merges m
           WHERE m.tenant_id = r.tenant_id AND m.${side} IN (r.a_id, r.b_id) AND m.${STANDS})`;

/** Relationships `s` of one kind between the parties of two groups, as `r` is, the same way round. */
const between = (a: string, b: string, ties: string): string => `
  ${a} a CROSS JOIN LATERAL ${b} b
  JOIN ${ties} s ON s.tenant_id = r.tenant_id AND s.a_id = a.id AND s.b_id = b.id AND s.kind = r.kind`;

/** Those between the same two resolved parties as `r`. */
const alike = (table: string): string => `
  (SELECT ${root('r.a_id')} AS a, ${root('r.b_id')} AS b OFFSET 0) roots
  CROSS JOIN LATERAL ${between(group('roots.a'), group('roots.b'), `{schema}.${table}`)}`;

/** Of relationships `s` those whose spans overlap that of `r`, directly or by others: the first and the last of them. */
const overlapping = (alike: string): string => `(
  SELECT relationship_id, ended_at, first_value(relationship_id) OVER (ORDER BY opened_at, position) AS first,
         first_value(relationship_id) OVER (ORDER BY ended_at DESC NULLS FIRST, opened_at DESC, position DESC) AS last
    FROM (SELECT s.*, max(island) FILTER (WHERE relationship_id = r.relationship_id) OVER () AS own
            FROM (SELECT s.*, count(*) FILTER (WHERE opened_at >= covered) OVER (ORDER BY opened_at, position) AS island
                    FROM (SELECT s.*, max(coalesce(s.ended_at, 'infinity')) OVER (
                                        ORDER BY s.opened_at, s.position
                                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered
                            FROM ${alike}) s) s) s
   WHERE island = own)`;

/**
 * Relationships that are one by merges of parties: of one kind between the same two resolved parties, with spans
 * [opened_at, ended_at) that overlap, directly or by others between. `head_id` is the earliest, which speaks for all, and
 * `last_id` the one that ends last, which says how it stands; null where a row stands for itself and by itself.
 */
export const joining = (table: string): Derive => ({
  columns: { head_id: 'text', last_id: 'text' },
  select: `
    SELECT r.tenant_id, r.relationship_id, nullif(one.first, r.relationship_id) AS head_id,
           CASE WHEN one.members > 1 THEN one.last END AS last_id
      FROM {schema}.${table} r
     CROSS JOIN LATERAL (
           SELECT min(first) AS first, min(last) AS last, count(*) AS members
             FROM ${overlapping(alike(table))} s) one
     WHERE ${merged('absorbed_id')} OR ${merged('survivor_id')}`,
  widen: {
    merges: `
      SELECT t.tenant_id, t.relationship_id
        FROM (SELECT DISTINCT m.tenant_id, unnest(ARRAY[m.absorbed_id, m.survivor_id]) AS id
                FROM keys JOIN {schema}.merges m USING (tenant_id, absorbed_id, until_position)) r
       CROSS JOIN LATERAL (SELECT ${root('r.id')} AS id OFFSET 0) top
       CROSS JOIN LATERAL ${group('top.id')} party
       CROSS JOIN LATERAL (
             SELECT tenant_id, relationship_id FROM {schema}.${table} t
              WHERE t.tenant_id = r.tenant_id AND t.a_id = party.id
              UNION ALL
             SELECT tenant_id, relationship_id FROM {schema}.${table} t
              WHERE t.tenant_id = r.tenant_id AND t.b_id = party.id) t`,
    [table]: `
      SELECT s.tenant_id, s.relationship_id FROM keys
        JOIN {schema}.${table} r USING (tenant_id, relationship_id) CROSS JOIN LATERAL ${alike(table)}
       WHERE ${merged('absorbed_id')} OR ${merged('survivor_id')}`,
  },
});

/** Whether an edge `m` stood, as far as was known at `{asKnown}`. */
export const STOOD = 'm.known_from <= {asKnown} AND (m.known_until IS NULL OR m.known_until > {asKnown})';

/** The ids of all that were one with a party, as far as was known at `{asKnown}`: its tree, walked both ways. */
export const groupAsKnown = (schema: string, tenant: string, party: string): string => `(
  WITH RECURSIVE member (id) AS (
       SELECT ${party} UNION
       SELECT CASE WHEN m.absorbed_id = member.id THEN m.survivor_id ELSE m.absorbed_id END
         FROM member JOIN ${schema}.merges m ON m.tenant_id = ${tenant} AND ${STOOD}
          AND (m.absorbed_id = member.id OR m.survivor_id = member.id))
  TABLE member)`;

/** The relationships that were one with `r`, itself among them, as far as was known at `{asKnown}`. */
export const joinedAsKnown = (schema: string, table: string): string => `(
  SELECT relationship_id, ended_at, last AS last_id
    FROM ${overlapping(`
      ${between(
        groupAsKnown(schema, 'r.tenant_id', 'r.a_id'),
        groupAsKnown(schema, 'r.tenant_id', 'r.b_id'),
        `${schema}.${table}`,
      )}
       AND (s.relationship_id = r.relationship_id OR EXISTS (
            SELECT FROM ${schema}.merges m WHERE m.tenant_id = r.tenant_id AND ${STOOD}
               AND (m.absorbed_id IN (r.a_id, r.b_id) OR m.survivor_id IN (r.a_id, r.b_id))))`)} one)`;

import { bandChangesOfEdition, piecesOfEdition } from '../../libs/read-models/health/editions.js';
import { OPEN } from '../../libs/read-models/on.js';

/** Exact, from the kept state. What it is compared with reads a score that was written down beforehand: see `floorsBy`. */
const HEALTH = 'health(asOf: $asOf) { score band }';

/** One relationship as a screen shows it. */
export const ONE = `query ($id: ID!, $asOf: DateTime!) {
  relationship(id: $id) {
    id kind stage openedAt
    b { id displayName }
    touches(asOf: $asOf) { lastTouchAt dueAt status count(window: 90) }
    entries(first: 20) { nodes { id channel occurredAt ... on Touch { direction intent outcome topic } } }
  }
}`;

export const ONE_WITH_HEALTH = ONE.replace('id kind', `${HEALTH} id kind`);

/** A worklist. */
export const LIST = `query ($asOf: DateTime!) {
  relationships(first: 50) {
    nodes {
      id kind stage
      b { displayName }
      stewards { role since party { displayName } }
      touches(asOf: $asOf) { lastTouchAt dueAt status }
    }
  }
}`;

export const LIST_WITH_HEALTH = LIST.replace('id kind', `${HEALTH} id kind`);

const STATUS = `CASE WHEN f.stopped_at IS NOT NULL THEN 'LAPSED' WHEN f.due_at IS NULL THEN NULL
  WHEN f.due_at > $2 THEN 'ON_TRACK' WHEN f.overdue_at >= $2 THEN 'DUE' ELSE 'OVERDUE' END`;

const TIES = `directory.relationships d
  JOIN directory.parties b ON b.tenant_id = d.tenant_id AND b.party_id = d.b_id
  JOIN touch_frequency.relationships f ON f.tenant_id = d.tenant_id AND f.relationship_id = d.relationship_id
  WHERE d.tenant_id = $1`;

/**
 * The same answers by one statement each, with the tenant and the moment as their first parameters. `health`: what a
 * service would answer that keeps scores up to date by itself and computes none: score and band of a relationship \`d\`,
 * with the tiles of time that contain the moment as the last parameter.
 */
const floors = (health: string) => ({
  one: `
    SELECT json_build_object('data', json_build_object('relationship', json_build_object(
             ${health && `'health', ${health},`} 'id', d.relationship_id, 'kind', d.kind, 'stage', d.stage, 'openedAt', d.opened_at,
             'b', json_build_object('id', b.party_id, 'displayName', b.display_name),
             'touches', json_build_object('lastTouchAt', f.last_touch_at, 'dueAt', f.due_at, 'status', ${STATUS}, 'count', (
                SELECT count(*) FROM touch_frequency.touches t
                 WHERE t.tenant_id = d.tenant_id AND t.relationship_id = d.relationship_id AND t.until_position = ${OPEN}
                   AND t.occurred_at > $2::timestamptz - interval '90 days' AND t.occurred_at <= $2)),
             'entries', json_build_object('nodes', (
                SELECT coalesce(json_agg(CASE e.kind
                         WHEN 'TOUCH' THEN json_build_object('id', e.entry_id, 'channel', e.channel, 'occurredAt', e.occurred_at,
                           'direction', e.facts -> 'direction', 'intent', e.facts -> 'intent',
                           'outcome', e.facts -> 'outcome', 'topic', e.facts -> 'topic')
                         ELSE json_build_object('id', e.entry_id, 'channel', e.channel, 'occurredAt', e.occurred_at) END), '[]')
                  FROM (SELECT kind, entry_id, channel, occurred_at, facts FROM timeline.entries
                         WHERE tenant_id = d.tenant_id AND relationship_id = d.relationship_id AND NOT retracted
                         ORDER BY occurred_at DESC, position DESC LIMIT 20) e)))))::text
      FROM ${TIES} AND d.relationship_id = $3`,
  list: `
    SELECT json_build_object('data', json_build_object('relationships', json_build_object('nodes', json_agg(tie))))::text
      FROM (SELECT ${health && `${health} AS health,`} d.relationship_id AS id, d.kind, d.stage, json_build_object('displayName', b.display_name) AS b,
                   (SELECT coalesce(json_agg(json_build_object('role', s.role, 'since', s.since,
                             'party', json_build_object('displayName', p.display_name)) ORDER BY s.position), '[]')
                      FROM directory.stewards s
                      JOIN directory.parties p ON p.tenant_id = s.tenant_id AND p.party_id = s.steward_id
                     WHERE s.tenant_id = d.tenant_id AND s.relationship_id = d.relationship_id
                       AND s.until_position = ${OPEN}) AS stewards,
                   json_build_object('lastTouchAt', f.last_touch_at, 'dueAt', f.due_at, 'status', ${STATUS}) AS touches
              FROM (SELECT * FROM directory.relationships WHERE tenant_id = $1 AND head_id IS NULL
                     ORDER BY opened_at DESC, position DESC LIMIT 50) d
              JOIN directory.parties b ON b.tenant_id = d.tenant_id AND b.party_id = d.b_id
              JOIN touch_frequency.relationships f
                ON f.tenant_id = d.tenant_id AND f.relationship_id = d.relationship_id
             ORDER BY d.opened_at DESC, d.position DESC) tie`,
});

const WITHOUT = floors('');

/**
 * Floors without health, and with a score that is right within two points and its band, as an edition of live health has
 * written them down for all time to come: that nothing is left to compute is what makes it a floor.
 */
export function floorsBy(
  edition: number,
): Readonly<Record<'one' | 'list' | 'oneWithHealth' | 'listWithHealth', string>> {
  const health = (tiles: string): string => `json_build_object(
    'score', (SELECT p.score FROM ${piecesOfEdition(edition)} p
               WHERE p.relationship_id = d.relationship_id AND p.slot = ANY(${tiles}::bigint[])),
    'band', (SELECT c.band FROM ${bandChangesOfEdition(edition)} c
              WHERE c.relationship_id = d.relationship_id AND c.at <= $2 ORDER BY c.at DESC LIMIT 1))`;
  return { ...WITHOUT, oneWithHealth: floors(health('$4')).one, listWithHealth: floors(health('$3')).list };
}

import { OPEN } from '../../libs/read-models/on.js';

/** Computed from the facts when it is asked for; what it is compared with answers without it. */
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

/** The same answers by one statement each, with the tenant and the moment as their first parameters. */
export const FLOORS = {
  one: `
    SELECT json_build_object('data', json_build_object('relationship', json_build_object(
             'id', d.relationship_id, 'kind', d.kind, 'stage', d.stage, 'openedAt', d.opened_at,
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
      FROM (SELECT d.relationship_id AS id, d.kind, d.stage, json_build_object('displayName', b.display_name) AS b,
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
};

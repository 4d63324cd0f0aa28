import { sql, type RawBuilder } from 'kysely';
import type { Instant } from '../event-sourcing/instant.js';
import { joinedAsKnown } from './merges.js';

/**
 * A table of `owner` and `relationship_id`: for each relationship that is asked for, the ids under which its facts were
 * recorded. Join it wherever rows of a relationship are read. Merges of parties make several relationships one: the
 * answers about one are about all that it speaks for.
 * `asKnown`: of merges as they were known at a ledger time.
 */
export const membersOf = (tenantId: string, ids: readonly string[], asKnown?: Instant | null): RawBuilder<unknown> =>
  asKnown
    ? membersAsKnown(tenantId, ids, asKnown)
    : sql`(
  SELECT id AS owner, id AS relationship_id FROM unnest(${ids}::text[]) AS asked (id)
   UNION ALL
  SELECT head_id, relationship_id FROM directory.relationships
   WHERE tenant_id = ${tenantId} AND head_id IS NOT NULL AND head_id = ANY(${ids}))`;

const membersAsKnown = (tenantId: string, ids: readonly string[], asKnown: Instant): RawBuilder<unknown> => sql`(
  SELECT r.relationship_id AS owner, one.relationship_id
    FROM directory.relationships r CROSS JOIN LATERAL ${atMoment(JOINED, asKnown)} one
   WHERE r.tenant_id = ${tenantId} AND r.relationship_id = ANY(${ids}))`;

const JOINED = joinedAsKnown('directory', 'relationships');

/** A table of `owner` and `party_id`: for each party that is asked for, itself and all that were merged into it. */
export const partyMembersOf = (tenantId: string, ids: readonly string[]): RawBuilder<unknown> => sql`(
  SELECT id AS owner, id AS party_id FROM unnest(${ids}::text[]) AS asked (id)
   UNION ALL
  SELECT root_id, absorbed_id FROM directory.merges WHERE tenant_id = ${tenantId} AND root_id = ANY(${ids}))`;

/** An array of the ids of all parties that are one with this one, under whichever id it is named. */
export const partyGroup = (tenantId: string, id: string): RawBuilder<unknown> => sql`ARRAY(
  WITH top (id) AS (
       SELECT coalesce((SELECT root_id FROM directory.merges
                         WHERE tenant_id = ${tenantId} AND absorbed_id = ${id} AND root_id IS NOT NULL), ${id}))
  SELECT id FROM top UNION ALL
  SELECT m.absorbed_id FROM top JOIN directory.merges m ON m.tenant_id = ${tenantId} AND m.root_id = top.id)`;

/** The id of the party that speaks for this one: itself, unless it was merged into another. */
export const topOf = (tenantId: string, id: RawBuilder<unknown>): RawBuilder<unknown> => sql`coalesce((
  SELECT root_id FROM directory.merges
   WHERE tenant_id = ${tenantId} AND absorbed_id = ${id} AND root_id IS NOT NULL), ${id})`;

/** An array of the ids of all relationships that are one with this one, under whichever id it is named. */
export const relationshipGroup = (tenantId: string, id: string | RawBuilder<unknown>): RawBuilder<unknown> => sql`ARRAY(
  WITH head (id) AS (
       SELECT coalesce((SELECT head_id FROM directory.relationships
                         WHERE tenant_id = ${tenantId} AND relationship_id = ${id}), ${id}))
  SELECT id FROM head UNION ALL
  SELECT r.relationship_id FROM head
    JOIN directory.relationships r ON r.tenant_id = ${tenantId} AND r.head_id IS NOT NULL AND r.head_id = head.id)`;

/** Raw SQL in which `{asKnown}` stands for a moment. */
export const atMoment = (text: string, asKnown: Instant): RawBuilder<unknown> =>
  sql.join(
    text.split('{asKnown}').map((part) => sql.raw(part)),
    sql`${asKnown}::timestamptz`,
  );

import { sql, type RawBuilder } from 'kysely';

/**
 * A table of `owner` and `relationship_id`: for each relationship that is asked for, the ids under which its facts were
 * recorded. Join it wherever rows of a relationship are read.
 */
export const membersOf = (_tenantId: string, ids: readonly string[]): RawBuilder<unknown> =>
  sql`(SELECT id AS owner, id AS relationship_id FROM unnest(${ids}::text[]) AS asked (id))`;

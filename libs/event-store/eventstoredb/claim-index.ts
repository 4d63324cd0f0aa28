import type { Claims } from '../../event-sourcing/decider.js';
import type { Position } from '../../event-sourcing/position.js';
import type { IndexDatabase } from './index-database.js';

/** The claims of an append, which its first event's UUID stands for. */
export interface NamesWanted {
  readonly tenantId: string;
  readonly firstEventId: string;
  readonly claims: Claims;
}

/** Why a name cannot be had. Neither an owner nor a reservation: it has changed just now, ask again. */
export interface Unreserved {
  readonly name: string;
  readonly owner?: string;
  /** The try of another append that is about to take it. */
  readonly reserved?: Reservation;
}

export interface Reservation {
  readonly firstEventId: string;
  readonly attempt: string;
}

/**
 * That a name has one owner at a time is nothing EventStoreDB could promise: a table in PostgreSQL does. A name is
 * reserved before the append that takes it is sent, and owned once that is stored. Its row holds the position that said
 * so last, and only a later one changes it: what the log says about names can be told in any order, and repeatedly.
 */
export class ClaimIndex {
  constructor(private readonly database: IndexDatabase) {}

  /** Reserves the names that an append takes; answers one of those it cannot have. The others stay reserved. */
  async reserve({ tenantId, firstEventId, claims }: NamesWanted, attempt: string): Promise<Unreserved | undefined> {
    const take = claims.take ?? [];
    const names = take.map(({ name }) => name);
    const owners = take.map(({ owner }) => owner);
    const released = claims.release ?? [];
    const values = [tenantId, firstEventId, attempt, names, owners, released];
    const { rows } = await this.database.query<Refused>(RESERVE, values, 'reserve');
    const [refused] = rows;
    if (!refused) return undefined;
    const { name, owner, reserved_for: reservedFor, reserved_by: reservedBy } = refused;
    if (reservedFor !== null && reservedFor !== firstEventId)
      return { name, reserved: { firstEventId: reservedFor, attempt: reservedBy } };
    const isTaken = owner !== null && owner !== owners[names.indexOf(name)] && !released.includes(name);
    return isTaken ? { name, owner } : { name };
  }

  /** Lets go of names that a try had reserved whose append is not stored, and will not be. */
  async unreserve(tenantId: string, attempt: string, names: readonly string[]): Promise<void> {
    await this.database.query(
      `UPDATE eventstoredb.claims SET reserved_for = NULL, reserved_by = NULL
       WHERE tenant_id = $1 AND reserved_by = $2 AND name = ANY ($3)`,
      [tenantId, attempt, names],
    );
  }

  /** What stored appends say about names, each with the position of its last event. */
  async settle(stored: readonly (NamesWanted & { readonly position: Position })[]): Promise<void> {
    const said = new Map<string, readonly [tenantId: string, name: string, owner: string | null, position: Position]>();
    for (const { tenantId, claims, position } of stored) {
      const say = (name: string, owner: string | null) =>
        said.set(JSON.stringify([tenantId, name]), [tenantId, name, owner, position]);
      for (const name of claims.release ?? []) say(name, null);
      for (const { name, owner } of claims.take ?? []) say(name, owner);
    }
    const rows = [...said.keys()].sort().map((key) => said.get(key)!);
    const columns = [0, 1, 2, 3].map((column) => rows.map((row) => row[column]));
    const appends = stored.map(({ firstEventId }) => firstEventId);
    await this.database.query(SETTLE, [...columns, appends], 'settle');
  }
}

interface Refused {
  readonly name: string;
  readonly owner: string | null;
  readonly reserved_for: string | null;
  readonly reserved_by: string;
}

// Only the names that could not be had are answered, as they were before.
const RESERVE = `
  WITH reserved AS (
    INSERT INTO eventstoredb.claims AS c (tenant_id, name, reserved_for, reserved_by)
    SELECT $1, name, $2::uuid, $3::uuid FROM unnest($4::text[]) AS name ORDER BY name
    ON CONFLICT (tenant_id, name) DO UPDATE SET
      reserved_for = excluded.reserved_for, reserved_by = excluded.reserved_by
    WHERE (c.reserved_for IS NULL OR c.reserved_for = excluded.reserved_for)
      AND (c.owner IS NULL OR c.owner = ($5::text[])[array_position($4::text[], c.name)] OR c.name = ANY ($6::text[]))
    RETURNING c.name
  )
  SELECT wanted.name, c.owner, c.reserved_for, c.reserved_by
  FROM unnest($4::text[]) AS wanted (name)
  LEFT JOIN eventstoredb.claims c ON c.tenant_id = $1 AND c.name = wanted.name
  WHERE wanted.name NOT IN (SELECT name FROM reserved)`;

const SETTLE = `
  INSERT INTO eventstoredb.claims AS c (tenant_id, name, owner, position)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
  ON CONFLICT (tenant_id, name) DO UPDATE SET
    owner = CASE WHEN c.position < excluded.position THEN excluded.owner ELSE c.owner END,
    position = greatest(c.position, excluded.position),
    reserved_for = CASE WHEN c.reserved_for = ANY ($5::uuid[]) THEN NULL ELSE c.reserved_for END,
    reserved_by = CASE WHEN c.reserved_for = ANY ($5::uuid[]) THEN NULL ELSE c.reserved_by END`;

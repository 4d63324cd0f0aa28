import type pg from 'pg';
import type { Recorded } from '../../event-sourcing/event.js';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import type { StreamName } from '../../event-sourcing/stream.js';
import { eventHash, type Codec } from '../codec.js';
import type { Page } from '../event-store.js';

/** An event as PostgreSQL answers it; everything is text. */
export interface EventRow {
  readonly position: string;
  readonly recorded_at: string;
  readonly revision: string;
  readonly stream: StreamName;
  readonly tenant_id: string;
  readonly type: string;
  readonly meta: string;
  readonly data: string;
}

/** A page as it was read, not yet decoded. */
export interface RowPage {
  readonly rows: readonly EventRow[];
  readonly position: Position;
  readonly caughtUp: boolean;
}

// Bytes travel as the text they are: half of what hex takes, and a third more rows per second.
export const EVENT_COLUMNS = `position, recorded_at, revision, stream, tenant_id, type,
  convert_from(meta, 'UTF8') AS meta, convert_from(data, 'UTF8') AS data`;

/** Every column comes as text: what it means is said here, whatever the pool's own parsers do. */
export const TEXT: pg.CustomTypesConfig = { getTypeParser: () => (text: string) => text };

/** `2026-03-09 02:30:00.12+00`, as a session in UTC writes it. */
export const instantOf = (text: string): Instant =>
  `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, '0')}Z` as Instant;

export const decodeRow = (codec: Codec, row: EventRow): Recorded =>
  codec.decode(row, {
    stream: row.stream,
    revision: Number(row.revision),
    position: BigInt(row.position),
    recordedAt: instantOf(row.recorded_at),
  });

export function pageOf({ rows, position, caughtUp }: RowPage, decode: (row: EventRow) => Recorded): Page {
  const events = rows.map(decode);
  const last = rows.at(-1);
  if (!last) return { events, position, caughtUp };
  const hash = eventHash({ meta: Buffer.from(last.meta), data: Buffer.from(last.data) });
  return { events, position, hash, caughtUp };
}

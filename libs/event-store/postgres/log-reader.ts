import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { toUuid, type EventId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { START, type Position } from '../../event-sourcing/position.js';
import type { StreamName } from '../../event-sourcing/stream.js';
import { StoreUnavailable } from '../errors.js';
import type { ReadStreamOptions, Seam, StreamTail } from '../event-store.js';
import { asStoreError } from './connection.js';
import { EVENT_COLUMNS, TEXT, type EventRow, type RowPage } from './rows.js';

export interface PageRequest {
  /** Exclusive; absent: from the end that reading starts at. */
  readonly from?: Position;
  readonly direction?: 'forwards' | 'backwards';
  readonly types?: readonly string[];
  readonly tenantId?: string;
  readonly limit: number;
}

/** Events of a page at most, where nobody says otherwise, and the bytes after which no further event is added. */
export const PAGE_EVENTS = 500;
const PAGE_BYTES = 4 << 20;

/** The queries of the log. Reading again does no harm, so a lost connection is tried again a few times. */
export class LogReader {
  constructor(private readonly pool: pg.Pool) {}

  async page({ direction = 'forwards', from, types, tenantId, limit }: PageRequest): Promise<RowPage> {
    const start = from ?? (direction === 'forwards' ? START : END);
    const values: unknown[] = [start.toString(), limit];
    if (tenantId !== undefined) values.push(tenantId);
    if (types !== undefined) values.push([...new Set(types)]);
    const { name, text } = pageStatement(direction, tenantId !== undefined, types !== undefined);
    const answer = await this.query<HeadRow & (SizedRow | EmptyRow)>(name, text, values);

    const rows = answer.filter((row) => row.position !== null);
    const end = isCut(rows, limit) ? BigInt(rows.at(-1)!.position) : undefined;
    if (direction === 'backwards') return { rows, position: end ?? START, caughtUp: end === undefined };
    const head = BigInt(answer[0]!.head);
    const position = end ?? (head > start ? head : start);
    return { rows, position, caughtUp: position >= head };
  }

  /** Events of one stream, read page by page. */
  async *stream(stream: StreamName, { from, direction = 'forwards', limit = Infinity }: ReadStreamOptions) {
    const text = STREAM_STATEMENTS[direction];
    let next = from ?? (direction === 'forwards' ? 0 : MAX_REVISION);
    for (let left = limit; left > 0;) {
      const size = Math.min(left, PAGE_EVENTS);
      const rows = await this.query<SizedRow>(`log_stream_${direction}`, text, [stream, next, size]);
      yield* rows;
      if (!isCut(rows, size)) return;
      left -= rows.length;
      next = Number(rows.at(-1)!.revision) + (direction === 'forwards' ? 1 : -1);
    }
  }

  tails(wanted: readonly StreamTail[]): Promise<readonly EventRow[]> {
    return this.query<EventRow>('log_tails', TAILS_STATEMENT, [
      wanted.map(({ stream }) => stream),
      wanted.map(({ from }) => from),
    ]);
  }

  /** Per id, the events that were appended with the one that has it, from that one on. */
  async appends(firstIds: readonly EventId[]): Promise<ReadonlyMap<EventId, readonly EventRow[]>> {
    const ids = new Map(firstIds.map((id) => [toUuid(id), id]));
    const rows = await this.query<EventRow & { first: string }>('log_appends', APPENDS_STATEMENT, [[...ids.keys()]]);
    return Map.groupBy(rows, (row) => ids.get(row.first)!);
  }

  async event(id: EventId): Promise<EventRow | undefined> {
    const text = `SELECT ${EVENT_COLUMNS} FROM log.events WHERE event_id = $1`;
    const [row] = await this.query<EventRow>('log_event', text, [toUuid(id)]);
    return row;
  }

  async head(): Promise<Position> {
    const [row] = await this.query<{ head: string }>('log_head', HEAD, []);
    return BigInt(row!.head);
  }

  async seamAt(moment: Instant): Promise<Seam> {
    const [row] = await this.query<{ last: string; head: string }>('log_seam', SEAM_STATEMENT, [moment]);
    const last = BigInt(row!.last);
    return last < BigInt(row!.head) ? { last, next: last + 1n } : { last };
  }

  async hashAt(position: Position): Promise<string | undefined> {
    const text = `SELECT encode(sha256(meta || data), 'hex') AS hash FROM log.events WHERE position = $1`;
    const [row] = await this.query<{ hash: string }>('log_hash', text, [position.toString()]);
    return row?.hash;
  }

  private async query<Row extends pg.QueryResultRow>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.pool.query<Row>({ name, text, values, types: TEXT })).rows;
      } catch (cause) {
        const error = asStoreError(cause);
        if (attempt === ATTEMPTS || !(error instanceof StoreUnavailable)) throw error;
        await delay(20 * attempt);
      }
    }
  }
}

interface HeadRow {
  readonly head: string;
}
interface SizedRow extends EventRow {
  /** Of this event and all before it in the page. */
  readonly bytes: string;
}
/** What comes with the head when there is no event. */
interface EmptyRow {
  readonly position: null;
}

/** There may be more events after these. */
const isCut = (rows: readonly SizedRow[], limit: number): boolean =>
  rows.length === limit || Number(rows.at(-1)?.bytes) >= PAGE_BYTES;

const END = 2n ** 63n - 1n;
const MAX_REVISION = 2 ** 31 - 1;
const ATTEMPTS = 4;

const HEAD = 'SELECT coalesce(max(position), 0) AS head FROM log.events';

/** Positions have no gaps and the ledger's clock never goes back, so halving finds the place. */
const SEAM_STATEMENT = `
  WITH RECURSIVE head AS (${HEAD}), halved (low, high) AS (
    SELECT 0::bigint, head FROM head
    UNION ALL
    SELECT CASE WHEN is_before THEN position ELSE low END, CASE WHEN is_before THEN high ELSE position - 1 END
    FROM halved
    CROSS JOIN LATERAL (
      SELECT position, recorded_at < $1 AS is_before FROM log.events WHERE position = (low + high + 1) / 2) AS middle
    WHERE low < high
  )
  SELECT low AS last, head FROM halved CROSS JOIN head WHERE low = high`;

const SIZE = 'octet_length(meta) + octet_length(data)';

/** At most `$limit` rows in the order of a column, and fewer when they are large: a page has to fit into memory. */
const bounded = (from: string, order: string, limit: string) => `
  SELECT ${EVENT_COLUMNS}, bytes
  FROM (
    SELECT *, sum(${SIZE}) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) AS bytes
    FROM ${from} ORDER BY ${order} LIMIT ${limit}
  ) AS page
  WHERE bytes - (${SIZE}) < ${PAGE_BYTES}`;

/** Reads the head in the same snapshot: what a filter leaves out up to there need not be looked at again. */
function pageStatement(direction: 'forwards' | 'backwards', byTenant: boolean, byType: boolean) {
  const [after, order] = direction === 'forwards' ? ['position > $1', 'position'] : ['position < $1', 'position DESC'];
  let from = `log.events WHERE ${after}`;
  if (byTenant) from += ' AND tenant_id = $3';
  if (byType && !byTenant) from += ' AND type = ANY ($3::text[])'; // passes through the log
  if (byType && byTenant) {
    // Each type has its own way through the index.
    const one = `SELECT * FROM ${from} AND type = wanted ORDER BY ${order} LIMIT $2`;
    from = `unnest($4::text[]) AS wanted (wanted) CROSS JOIN LATERAL (${one}) AS found`;
  }
  const text = `
    SELECT head.head, page.* FROM (${HEAD}) AS head
    LEFT JOIN LATERAL (${bounded(from, order, '$2')}) AS page ON true
    ORDER BY page.${order}`;
  return { name: `log_page_${direction}${byTenant ? '_tenant' : ''}${byType ? '_type' : ''}`, text };
}

const STREAM_STATEMENTS = {
  forwards: bounded('log.events WHERE stream = $1 AND revision >= $2', 'revision', '$3') + ' ORDER BY revision',
  backwards:
    bounded('log.events WHERE stream = $1 AND revision <= $2', 'revision DESC', '$3') + ' ORDER BY revision DESC',
};

const TAILS_STATEMENT = `
  SELECT ${EVENT_COLUMNS}
  FROM unnest($1::text[], $2::int[]) AS wanted (wanted, first)
  CROSS JOIN LATERAL (
    SELECT * FROM log.events WHERE stream = wanted AND revision >= first ORDER BY revision) AS tail
  ORDER BY stream, revision`;

const APPENDS_STATEMENT = `
  SELECT first, ${EVENT_COLUMNS}
  FROM (
    SELECT event_id AS first, position AS begins, append_size AS size
    FROM log.events WHERE event_id = ANY ($1::uuid[])
  ) AS found
  CROSS JOIN LATERAL (
    SELECT * FROM log.events WHERE position >= begins AND position < begins + size) AS append
  ORDER BY position`;

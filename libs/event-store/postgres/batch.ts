import pg from 'pg';
import { arrayParameter, textArray, type Element } from '../../database/array-parameter.js';
import { toUuid } from '../../event-sourcing/id.js';
import type { Codec, EncodedEvent } from '../codec.js';
import type { Append, AppendOutcome, Expected } from '../event-store.js';
import { APPEND_LOCK, CHANNEL, EXPECTED_EXISTING, EXPECTED_NONE } from './append-function.js';
import { instantOf, TEXT } from './rows.js';

/** An append as bytes, ready to be sent, alone or with others. */
export interface EncodedAppend {
  readonly append: Append;
  readonly events: readonly EncodedEvent[];
  readonly bytes: number;
}

/** What the database says of an append; whether a repeat is one is seen from the event that is there. */
export type Verdict =
  Exclude<AppendOutcome, { outcome: 'repeated' | 'keyConflict' }> | { readonly outcome: 'repeated' };

export function encodeAppend(append: Append, codec: Codec): EncodedAppend {
  if (append.events.length === 0) throw new Error(`An append to ${append.stream} has no events.`);
  const events = append.events.map((event) => codec.encode(event));
  return { append, events, bytes: events.reduce((sum, { meta, data }) => sum + meta.length + data.length, 0) };
}

// When one event waits, a plain INSERT is a tenth faster than the function. It succeeds only if nothing at all stands in
// its way; whatever else the case may be, the function finds out. Where another process holds the lock, this statement
// does not wait: its view of the log would be outdated by the time it had it.
const insertOneIf = (condition: string) => `
  INSERT INTO log.events
    (position, recorded_at, revision, append_size, event_id, stream, tenant_id, type, meta, data)
  SELECT last.position + 1, greatest(date_trunc('milliseconds', clock_timestamp()), last.recorded_at),
    $2::int, 1, $3::uuid, $1, $4, $5, $6::bytea, $7::bytea
  FROM (SELECT position, recorded_at FROM log.events ORDER BY position DESC LIMIT 1) AS last
  WHERE pg_try_advisory_xact_lock(${APPEND_LOCK}) ${condition}
  RETURNING position, recorded_at, pg_notify('${CHANNEL}', '')`;

const INSERT_FIRST = { name: 'log_insert_first', text: insertOneIf('') };
const INSERT_NEXT = {
  name: 'log_insert_next',
  text: insertOneIf('AND EXISTS (SELECT FROM log.events WHERE stream = $1 AND revision = $2::int - 1)'),
};

/** Writes an append that waits alone. Nothing may be sent behind it: its order is lost if it has to be tried again. */
export async function writeOne(client: pg.ClientBase, batch: readonly EncodedAppend[]): Promise<Verdict[]> {
  const [{ append, events }] = batch as [EncodedAppend];
  const [event, ...more] = append.events;
  if (!event || more.length > 0 || append.claims || append.expected === 'existing') return writeBatch(client, batch);
  const revision = expectedRevision(append.expected) + 1;
  const { meta, data } = events[0]!;
  const answer = client.query<{ position: string; recorded_at: string }>({
    ...(revision === 0 ? INSERT_FIRST : INSERT_NEXT),
    values: [append.stream, revision, toUuid(event.id), event.tenantId, event.type, meta, data],
    ...ANSWER,
  });
  const row = (await answer.catch(unlessUniqueViolation))?.rows[0];
  if (!row) return writeBatch(client, batch);
  return [{ outcome: 'appended', position: BigInt(row.position), revision, recordedAt: instantOf(row.recorded_at) }];
}

function unlessUniqueViolation(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === '23505')) throw error;
}

interface VerdictRow {
  readonly outcome: 'all' | Verdict['outcome'];
  readonly at_position: string;
  readonly at_revision: string | null;
  readonly at_time: string;
  readonly claim: string;
  readonly claim_owner: string;
}

/** Writes a batch in one commit; one verdict per append, in their order. */
export async function writeBatch(client: pg.ClientBase, batch: readonly EncodedAppend[]): Promise<Verdict[]> {
  const { rows } = await client.query<VerdictRow>({
    name: 'log_append',
    text: 'SELECT * FROM log.append($1::int[], $2, $3::int[], $4::int[], $5, $6, $7, $8, $9, $10::int[], $11)',
    values: parameters(batch),
    ...ANSWER,
  });
  const [first] = rows;
  if (first?.outcome !== 'all') return rows.map(verdictOf);
  let position = BigInt(first.at_position);
  const recordedAt = instantOf(first.at_time);
  return batch.map(({ append }) => {
    position += BigInt(append.events.length);
    const revision = expectedRevision(append.expected) + append.events.length;
    return { outcome: 'appended', position, revision, recordedAt };
  });
}

function parameters(batch: readonly EncodedAppend[]): unknown[] {
  const appends: number[] = [];
  const streams: string[] = [];
  const revisions: number[] = [];
  const sizes: number[] = [];
  const tenantIds: string[] = [];
  const types: string[] = [];
  const ids: string[] = [];
  const metas: Buffer[] = [];
  const datas: Buffer[] = [];
  for (const [number, { append, events }] of batch.entries()) {
    const before = expectedRevision(append.expected);
    for (const [index, event] of append.events.entries()) {
      appends.push(number + 1);
      streams.push(append.stream);
      revisions.push(before + 1 + index);
      sizes.push(events.length);
      tenantIds.push(event.tenantId);
      types.push(event.type);
      ids.push(toUuid(event.id));
      metas.push(events[index]!.meta);
      datas.push(events[index]!.data);
    }
  }
  return [
    intArray(appends),
    textArray(streams),
    intArray(revisions),
    intArray(sizes),
    textArray(tenantIds),
    textArray(types),
    arrayParameter(UUID_ITEM, ids),
    arrayParameter(BYTEA_ITEM, metas),
    arrayParameter(BYTEA_ITEM, datas),
    intArray(batch.map(({ append }) => expectedRevision(append.expected))),
    JSON.stringify(
      batch.map(({ append }) => append.claims && { tenantId: append.events[0]?.tenantId, ...append.claims }),
    ),
  ];
}

const { UUID, BYTEA } = pg.types.builtins;
const UUID_ITEM: Element<string> = { oid: UUID, write: (to, uuid) => to.uuid(uuid) };
const BYTEA_ITEM: Element<Buffer> = { oid: BYTEA, write: (to, bytes) => to.bytea(bytes) };

/** Small integers as text: shorter than the binary form. */
const intArray = (items: readonly number[]): string => `{${items.join()}}`;

function verdictOf(row: VerdictRow): Verdict {
  const revision = Number(row.at_revision);
  switch (row.outcome) {
    case 'appended':
      return { outcome: 'appended', position: BigInt(row.at_position), revision, recordedAt: instantOf(row.at_time) };
    case 'wrongRevision':
      return { outcome: 'wrongRevision', actual: row.at_revision === null ? 'none' : revision };
    case 'claimTaken':
      return { outcome: 'claimTaken', name: row.claim, owner: row.claim_owner };
    case 'repeated':
      return { outcome: 'repeated' };
    case 'all':
      throw new Error('log.append answered `all` beside other verdicts.');
  }
}

function expectedRevision(expected: Expected): number {
  if (expected === 'none') return EXPECTED_NONE;
  return expected === 'existing' ? EXPECTED_EXISTING : expected;
}

// A connection that has not answered by then is taken for lost.
const ANSWER = { types: TEXT, query_timeout: 30_000 };

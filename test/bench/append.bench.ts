import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import type pg from 'pg';
import { openPool } from '../../libs/database/pool.js';
import { fromUuid } from '../../libs/event-sourcing/id.js';
import type { Instant } from '../../libs/event-sourcing/instant.js';
import { streamName } from '../../libs/event-sourcing/stream.js';
import { Codec } from '../../libs/event-store/codec.js';
import type { EventStore, NewEvent } from '../../libs/event-store/event-store.js';
import { PostgresEventStore } from '../../libs/event-store/postgres/postgres-event-store.js';
import { onGround } from './ground.js';
import { compared, millis, perSecond, race, type Ratio } from './measure.js';

/**
 * Appends to the log, beside what PostgreSQL does without one: an INSERT of the same bytes per event, each committed,
 * into a table with the same columns and unique keys (and none of the log's other indexes); COPY into the log's own
 * table, indexes and all.
 */
export const run = (): Promise<readonly Ratio[]> =>
  onGround(async (ground) => {
    const url = await ground.database('append');
    const owner = openPool(url, { applicationName: 'bench', max: FLOOR_CONNECTIONS });
    ground.onEnd(() => owner.end());
    const store = await PostgresEventStore.open({ url, codec: new Codec(new Map()) });
    ground.onEnd(() => store.close());
    return [...(await single(store, owner)), await bulk(store, owner)];
  });

const FLOOR_CONNECTIONS = 64; // one per caller: PostgreSQL then flushes for many of them at once

async function single(store: EventStore, owner: pg.Pool): Promise<Ratio[]> {
  await owner.query(`
    CREATE TABLE floor (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(), revision int NOT NULL, event_id uuid NOT NULL UNIQUE,
      stream text COLLATE "C" NOT NULL, type text COLLATE "C" NOT NULL, meta bytea NOT NULL, data bytea NOT NULL,
      UNIQUE (stream, revision))`);
  const insert = (number: number) => {
    const { data, ...meta } = touch(`floor ${number}`);
    const bytes = [Buffer.from(JSON.stringify(meta)), Buffer.from(JSON.stringify(data))];
    return owner.query({
      name: 'floor',
      text: 'INSERT INTO floor (revision, event_id, stream, type, meta, data) VALUES (0, $1, $2, $3, $4, $5) RETURNING position',
      values: [randomUUID(), stream(`floor ${number}`), meta.type, ...bytes],
    });
  };
  const append = (number: number) => appendTouch(store, `${number}`);

  const one = await race({ floor: insert, ours: append }, { callers: 1 });
  const few = await race({ floor: insert, ours: append }, { callers: 16 });
  const many = await race({ floor: insert, ours: append }, { callers: 64 });
  const [measured, floor] = [many.ours.p99Ms, many.floor.p99Ms];
  const p99 = { measured: millis(measured), floor: millis(floor), ratio: measured / floor, target: '< 1' };
  return [
    ...compared('append, 1 event, 1 caller', one, '>= 0.85'),
    ...compared('append, 1 event, 16 callers', few),
    ...compared('append, 1 event, 64 callers', many, '>= 2'),
    { path: 'append, 1 event, 64 callers: p99', ...p99 },
  ];
}

/** Many appends of one event each at once, as an import sends them; by turns with COPY of as many rows. */
async function bulk(store: EventStore, owner: pg.Pool): Promise<Ratio> {
  await owner.query('CREATE TABLE copied (LIKE log.events INCLUDING ALL)');
  const size = 2_000;
  let copied = 0;
  const rows = (number: number) =>
    Array.from({ length: size }, (_, i) => {
      const { data, ...meta } = touch(`copy ${number}.${i}`);
      const hex = [meta, data].map((part) => `\\\\x${Buffer.from(JSON.stringify(part)).toString('hex')}`);
      const place = [++copied, new Date().toISOString(), 0, 1, randomUUID(), stream(`copy ${number}.${i}`)];
      return [...place, 'demo', meta.type, ...hex].join('\t') + '\n';
    });
  const { floor, ours } = await race(
    {
      floor: async (number) => {
        const client = await owner.connect();
        const copy = client.query(copyFrom('COPY copied FROM STDIN'));
        await pipeline(Readable.from([rows(number).join('')]), copy);
        client.release();
      },
      ours: (number) => Promise.all(Array.from({ length: size }, (_, i) => appendTouch(store, `bulk ${number}.${i}`))),
    },
    { callers: 2, rounds: 5, roundMs: 2_000 },
  );
  return {
    path: `append, 1 event, ${2 * size} callers (import)`,
    measured: perSecond(ours.perSecond * size),
    floor: `COPY ${perSecond(floor.perSecond * size)}`,
    ratio: ours.perSecond / floor.perSecond,
    target: '>= 0.5',
  };
}

const stream = (key: string) => streamName('relationship', 'demo', `${relationship}.${key}`);

async function appendTouch(store: EventStore, key: string): Promise<void> {
  const { outcome } = await store.append({ stream: stream(key), expected: 'none', events: [touch(key)] });
  if (outcome !== 'appended') throw new Error(`An append of the bench was ${outcome}.`);
}

const relationship = 'rel_01hqxyzxyzxyzxyzxyzxyzxyzx';

/** A touch as the ledger records it; its making must cost next to nothing here, but ids have to be spread as real ones are. */
function touch(key: string): NewEvent {
  return {
    id: fromUuid(randomUUID()),
    type: 'TouchRecorded',
    schemaVersion: 1,
    tenantId: 'demo',
    occurredAt: '2026-03-09T02:30:00.000Z' as Instant,
    actor: { id: 'ann@example.org', kind: 'HUMAN' },
    correlationId: randomUUID(),
    idempotencyKey: `import:${key}`,
    inputHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    dataClass: 'PERSONAL',
    data: {
      touchId: `tch_${key}`,
      relationshipId: relationship,
      channel: 'EMAIL',
      direction: 'OUTBOUND',
      intent: 'INFORM',
      outcome: 'CONNECTED',
      participants: ['pty_01hqxyzxyzxyzxyzxyzxyzxyzx', 'pty_01hqxyzxyzxyzxyzxyzxyzxyzy'],
      note: 'Sent the two papers on recovery times that she had asked for.',
    },
  };
}

import { describe, expect, it } from '@jest/globals';
import type { EventTypeSpec } from '../event-sourcing/event.js';
import type { Instant } from '../event-sourcing/instant.js';
import { streamName } from '../event-sourcing/stream.js';
import { UnknownSchemaVersion } from '../event-sourcing/upcaster.js';
import { Codec, eventHash } from './codec.js';
import { UnstorableText } from './errors.js';
import { newTenant } from './testing/given-log.js';

const place = {
  stream: streamName('relationship', 'demo', 'rel_1'),
  revision: 3,
  position: 9n,
  recordedAt: '2026-03-09T02:30:00.000Z' as Instant,
};
const spec = (version: number): EventTypeSpec => ({ version, dataClass: 'PUBLIC', personal: [] });

describe('an event as bytes', () => {
  const codec = new Codec(new Map());
  const event = newTenant().event('a', { data: { b: [1, 1e21, 0.5, 'é\u2028'], a: { d: null, c: true } } });

  it('is canonical JSON, whatever the order of its properties was', () => {
    const { meta, data } = codec.encode(event);
    expect(data.toString()).toBe('{"a":{"c":true,"d":null},"b":[1,1e+21,0.5,"é\u2028"]}');
    expect(Object.keys(JSON.parse(meta.toString()) as object)).toEqual(
      Object.keys(event)
        .filter((k) => k !== 'data')
        .sort(),
    );
    const reversed = Object.fromEntries(Object.entries(event).reverse()) as unknown as typeof event;
    expect(codec.encode(reversed)).toEqual({ meta, data });
  });

  it('is hashed over both parts as they are stored', () => {
    const bytes = codec.encode(event);
    expect(eventHash(bytes)).toMatch(/^[0-9a-f]{64}$/);
    expect(eventHash(codec.encode({ ...event, correlationId: 'another' }))).not.toBe(eventHash(bytes));
    expect(eventHash(codec.encode({ ...event, data: {} }))).not.toBe(eventHash(bytes));
  });

  it('comes back as it was, from bytes and from their text', () => {
    const bytes = codec.encode(event);
    const text = { meta: bytes.meta.toString(), data: bytes.data.toString() };
    expect(codec.decode(bytes, place)).toEqual({ ...event, ...place });
    expect(codec.decode(text, place)).toEqual({ ...event, ...place });
  });

  it.each(['a\0', '\ud83e', '\udd1d'])('is refused where it holds text that cannot be stored: %j', (text) => {
    expect(() => codec.encode({ ...event, data: { nested: [{ text }] } })).toThrow(UnstorableText);
    expect(() => codec.encode({ ...event, idempotencyKey: text })).toThrow(UnstorableText);
  });

  it('may hold the text of an escape that is none', () => {
    const data = { note: '\\u0000 and \\ud83e' };
    expect(codec.decode(codec.encode({ ...event, data }), place).data).toEqual(data);
  });
});

describe('an event of an older version', () => {
  const old = newTenant().event('a', { type: 'TouchRecorded', schemaVersion: 1, data: { minutes: '5' } });
  const upcasters = {
    TouchRecorded: [
      (data: Readonly<Record<string, unknown>>) => ({ ...data, minutes: Number(data['minutes']) }),
      (data: Readonly<Record<string, unknown>>) => ({ seconds: (data['minutes'] as number) * 60 }),
    ],
  };

  it('passes its upcasters one after the other, and keeps the version it was written with', () => {
    const codec = new Codec(new Map([['TouchRecorded', spec(3)]]), upcasters);
    expect(codec.decode(codec.encode(old), place)).toMatchObject({ schemaVersion: 1, data: { seconds: 300 } });
    const newer = { ...old, schemaVersion: 2, data: { minutes: 5 } };
    expect(codec.decode(codec.encode(newer), place).data).toEqual({ seconds: 300 });
  });

  it('is passed on as it is when the program does not know its type', () => {
    const codec = new Codec(new Map(), upcasters);
    expect(codec.decode(codec.encode(old), place).data).toEqual({ minutes: '5' });
  });

  it('is refused when the program is older than the event', () => {
    const codec = new Codec(new Map([['TouchRecorded', spec(1)]]));
    expect(() => codec.decode(codec.encode({ ...old, schemaVersion: 2 }), place)).toThrow(UnknownSchemaVersion);
  });
});

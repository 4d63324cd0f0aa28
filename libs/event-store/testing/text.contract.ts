import { expect, it } from '@jest/globals';
import { eventHash } from '../codec.js';
import { contractCodec, type OpenLog } from './open-log.js';
import { UnstorableText } from '../errors.js';
import { appended, collect, newTenant } from './given-log.js';

const ODD_TEXTS: Record<string, string> = {
  emoji: '👩🏽‍⚕️🤝🏴󠁧󠁢󠁷󠁬󠁳󠁿',
  'combining marks, composed and not': 'é e\u0301 ộ o\u0323\u0302',
  'right to left with its marks': '\u202Eשלום\u202C مرحبا\u200F',
  'line and paragraph separators': 'a\u2028b\u2029c',
  'control characters of JSON': '"\\\u0001\u001f\b\f\n\r\t\u007f\u0085',
  'noncharacters and the last code point': '\uFFFF\u{10FFFF}\uFEFF',
  'blanks at both ends': ' \u00a0\u3000x\u3000 ',
};

export function textContract(log: () => OpenLog): void {
  it.each(Object.entries(ODD_TEXTS))('gives back %s as they were', async (_, text) => {
    const { store } = log();
    const tenant = newTenant();
    const event = tenant.event(text, { actor: { id: text, kind: 'HUMAN' }, data: { [text]: [text, { text }] } });
    const { position } = appended(await store.append({ stream: tenant.stream(1), expected: 'none', events: [event] }));
    const [read] = await collect(store.readStream(tenant.stream(1)));
    expect(read).toMatchObject(event);
    expect(await store.hashAt(position)).toBe(eventHash(contractCodec.encode(event)));
    expect(await store.append({ stream: tenant.stream(1), expected: 0, events: [event] })).toEqual({
      outcome: 'repeated',
      events: [read],
    });
  });

  it('keeps a key of the greatest length, names of properties as long, and numbers to the last bit', async () => {
    const { store } = log();
    const tenant = newTenant();
    const long = '🤝'.repeat(10_000);
    const event = tenant.event(long, {
      data: { [long]: { ['x'.repeat(50_000)]: [Number.MIN_VALUE, Number.MAX_VALUE, -1e-7, 0.1 + 0.2, 2 ** 53 - 1] } },
    });
    await store.append({ stream: tenant.stream(1), expected: 'none', events: [event] });
    expect(await collect(store.readStream(tenant.stream(1)))).toMatchObject([event]);
  });

  it('keeps events of a megabyte, several in one append', async () => {
    const { store } = log();
    const tenant = newTenant();
    const text = 'Grüße '.repeat(150_000); // 8 bytes each
    const events = tenant.events('a', 3).map((event, index) => ({ ...event, data: { text, index } }));
    await store.append({ stream: tenant.stream(1), expected: 'none', events });
    expect(await collect(store.readStream(tenant.stream(1)))).toMatchObject(events);
  });

  it.each([
    ['U+0000', 'a\0b'],
    ['a high surrogate alone', 'a\ud83e'],
    ['a low surrogate alone', '\udd1d'],
  ])('refuses %s wherever it stands, and appends nothing', async (_, text) => {
    const { store } = log();
    const tenant = newTenant();
    const stream = tenant.stream(1);
    for (const bad of [
      { data: { note: text } },
      { data: { list: [{ [text]: 1 }] } },
      { actor: { id: text, kind: 'HUMAN' } as const },
      { idempotencyKey: text },
    ]) {
      const events = [tenant.event('good'), tenant.event('bad', bad)];
      await expect(store.append({ stream, expected: 'none', events })).rejects.toThrow(UnstorableText);
    }
    expect(await collect(store.readStream(stream))).toEqual([]);
    const good = await store.append({ stream, expected: 'none', events: [tenant.event('good')] });
    expect(good).toMatchObject({ outcome: 'appended', revision: 0 });
  });
}

import { describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { linesOf, LONGEST_LINE_BYTES, type Line } from './lines.js';

async function read(...chunks: (string | Buffer)[]): Promise<Line[]> {
  const lines: Line[] = [];
  const body = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  for await (const some of linesOf(body, new AbortController().signal)) lines.push(...some);
  return lines;
}

describe('lines of a body', () => {
  it('are the same however the body is cut', async () => {
    const text = '{"a":"ü"}\n\n{"b":"😀"}\r\n{"c":1}';
    const whole = await read(text);
    expect(whole).toEqual([
      { number: 1, text: '{"a":"ü"}' },
      { number: 3, text: '{"b":"😀"}\r' },
      { number: 4, text: '{"c":1}' },
    ]);
    expect(await read(...Array.from(Buffer.from(text), (byte) => Buffer.from([byte])))).toEqual(whole);
  });

  it('that are too long are named and not kept, whole or in pieces', async () => {
    const long = 'x'.repeat(LONGEST_LINE_BYTES + 1);
    const pieces = Array.from({ length: 60 }, () => 'y'.repeat(10_000));
    const lines = await read(`a\n${long}\nb\n`, ...pieces, '\nc');
    expect(lines.map(({ number, text }) => [number, text])).toEqual([
      [1, 'a'],
      [2, ''],
      [3, 'b'],
      [4, ''],
      [5, 'c'],
    ]);
    expect(lines[3]!.unreadable).toContain('256 KiB');
  });

  it('that are not UTF-8 are named; those beside them are read', async () => {
    const lines = await read('a\n', Buffer.from('Jos\xe9\n', 'latin1'), 'José');
    expect(lines).toEqual([
      { number: 1, text: 'a' },
      { number: 2, text: '', unreadable: 'The line is not UTF-8.' },
      { number: 3, text: 'José' },
    ]);
  });

  it('end with the server', async () => {
    const ending = new AbortController();
    const endless = Readable.from(
      (function* () {
        for (;;) yield 'a\n'.repeat(100_000);
      })(),
    );
    const reading = (async () => {
      for await (const _ of linesOf(endless, ending.signal)) ending.abort();
    })();
    await expect(reading).rejects.toThrow('aborted');
    endless.destroy();
  });
});

import type { Readable } from 'node:stream';
import { EXIT, Failure } from '../failure.js';

export const ENCODINGS = ['utf-8', 'latin1', 'utf-16le', 'utf-16be'] as const;
export type Encoding = (typeof ENCODINGS)[number];

const SNIFFED_BYTES = 64 * 1024;

/** The first bytes of a file: enough to see how it is laid out. */
export async function sniff(bytes: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length >= SNIFFED_BYTES) break;
  }
  return Buffer.concat(chunks);
}

/** UTF-16 says so by its byte order mark. Nothing else is guessed: a wrong guess would be recorded for ever. */
export function encodingOf(start: Buffer): Encoding {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  return start[0] === 0xfe && start[1] === 0xff ? 'utf-16be' : 'utf-8';
}

/** Text of the bytes; throws a `Failure` with the line at the first that is not of the encoding. */
export async function* decoded(bytes: Readable, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let lines = 1;
  for await (const chunk of bytes) {
    let text: string;
    try {
      text = decoder.decode(chunk as Buffer, { stream: true });
    } catch {
      throw misencoded(lines + lineOfFirstWrong(chunk as Buffer, encoding), encoding);
    }
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
    yield text;
  }
}

const lineOfFirstWrong = (chunk: Buffer, encoding: Encoding): number =>
  new TextDecoder(encoding).decode(chunk).split('\uFFFD', 1)[0]!.split('\n').length - 1;

const misencoded = (line: number, encoding: Encoding): Failure =>
  new Failure(
    `Line ${String(line)} is not ${encoding.toUpperCase()}.`,
    EXIT.failed,
    'Say what the file is written in: --encoding latin1 (also for Windows-1252), or convert it to UTF-8.',
  );

import type { Readable } from 'node:stream';

/** PGCOPY, newline, 0xff, carriage return, newline, 0; flags; length of what follows. */
const SIGNATURE_BYTES = 11;
const HEADER_BYTES = SIGNATURE_BYTES + 8;
/** Milliseconds from 1970 to where PostgreSQL counts from: 2000. */
const EPOCH_MS = 946_684_800_000;

/** Words that are remembered: more than any enumeration has, and a power of two. */
const WORDS = 1024;
const LONGEST_WORD = 32;

/** A row of COPY's binary form, read field by field in the order of its columns. */
export class Fields {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  private readonly words: string[] = [];
  private last = '';

  private length(): number {
    const length = this.bytes.readInt32BE(this.at);
    this.at += 4;
    return length;
  }

  text(): string | null {
    const length = this.length();
    if (length < 0) return null;
    const from = this.at;
    this.at += length;
    return this.bytes.toString('utf8', from, this.at);
  }

  /** Of ASCII: an id. */
  id(): string | null {
    const length = this.length();
    if (length < 0) return null;
    const from = this.at;
    this.at += length;
    return this.bytes.toString('latin1', from, this.at);
  }

  /** An id of which rows that follow each other often have the same. */
  sameId(): string {
    const length = this.length();
    const from = this.at;
    this.at += length;
    if (!this.isHere(this.last, from, length)) this.last = this.bytes.toString('latin1', from, this.at);
    return this.last;
  }

  /** One of a few: the same string every time, which is also faster to look things up by. */
  word(): string | null {
    const length = this.length();
    if (length < 0) return null;
    const from = this.at;
    this.at += length;
    const { bytes, words } = this;
    if (length > LONGEST_WORD) return bytes.toString('utf8', from, this.at);
    let [hash, any] = [length, 0];
    for (let at = from; at < this.at; at++) {
      hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
      any |= bytes[at]!;
    }
    if (any > 127) return bytes.toString('utf8', from, this.at); // not of ASCII
    const place = (hash ^ (hash >>> 10)) & (WORDS - 1);
    const known = words[place];
    if (known !== undefined && this.isHere(known, from, length)) return known;
    return (words[place] = bytes.toString('latin1', from, this.at));
  }

  private isHere(text: string, from: number, length: number): boolean {
    if (text.length !== length) return false;
    for (let index = 0; index < length; index++) if (text.charCodeAt(index) !== this.bytes[from + index]) return false;
    return true;
  }

  bool(): boolean {
    return this.length() < 0 ? false : this.bytes[this.at++] === 1;
  }

  smallint(): number | null {
    if (this.length() < 0) return null;
    this.at += 2;
    return this.bytes.readInt16BE(this.at - 2);
  }

  integer(): number | null {
    if (this.length() < 0) return null;
    this.at += 4;
    return this.bytes.readInt32BE(this.at - 4);
  }

  double(): number | null {
    if (this.length() < 0) return null;
    this.at += 8;
    return this.bytes.readDoubleBE(this.at - 8);
  }

  /** Exact up to 2^53. */
  bigint(): number | null {
    if (this.length() < 0) return null;
    this.at += 8;
    return this.bytes.readInt32BE(this.at - 8) * 4_294_967_296 + this.bytes.readUInt32BE(this.at - 4);
  }

  /** A timestamptz as milliseconds since 1970. */
  millis(): number | null {
    const micros = this.bigint();
    return micros === null ? null : Math.floor(micros / 1000) + EPOCH_MS;
  }
}

/** The rows of a binary COPY: those that arrive together are read together, since each wait costs more than a row. */
export async function* tuples<Row>(stream: Readable, read: (fields: Fields) => Row): AsyncGenerator<readonly Row[]> {
  const fields = new Fields();
  let rest: Buffer = Buffer.alloc(0);
  let isBegun = false;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const bytes: Buffer = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    if (!isBegun) {
      if (bytes.length < HEADER_BYTES) {
        rest = bytes;
        continue;
      }
      at = HEADER_BYTES + bytes.readInt32BE(HEADER_BYTES - 4);
      isBegun = true;
    }
    const rows: Row[] = [];
    fields.bytes = bytes;
    let end = endOfTuple(bytes, at);
    for (; end !== undefined && end > 0; end = endOfTuple(bytes, at)) {
      fields.at = at + 2;
      rows.push(read(fields));
      at = end;
    }
    if (rows.length > 0) yield rows;
    rest = bytes.subarray(at);
  }
}

/** Undefined: it is not all there. Negative: there are no more. */
function endOfTuple(bytes: Buffer, from: number): number | undefined {
  if (from + 2 > bytes.length) return undefined;
  const count = bytes.readInt16BE(from);
  if (count < 0) return -1;
  let at = from + 2;
  for (let field = 0; field < count; field++) {
    if (at + 4 > bytes.length) return undefined;
    at += 4 + Math.max(0, bytes.readInt32BE(at));
  }
  return at <= bytes.length ? at : undefined;
}

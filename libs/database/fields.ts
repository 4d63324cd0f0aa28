/** Where PostgreSQL counts time from: 2000. */
const EPOCH_MS = 946_684_800_000;
const DAY_MS = 86_400_000;
/** From here on the native writer is faster than a loop. */
const LONG = 48;
export const TEXT_OID = 25;

/** Values one after the other in PostgreSQL's binary form, each behind its length: as in rows of COPY, and in arrays. */
export abstract class Fields {
  protected bytes: Buffer;
  protected at = 0;

  constructor(room: number) {
    this.bytes = Buffer.allocUnsafe(room);
  }

  null(): void {
    this.length(-1, 0);
  }

  text(text: string): void {
    this.reserve(4 + text.length * 3);
    const from = this.at + 4;
    const length = text.length < LONG ? this.ascii(text, from) : -1;
    this.at = from + (length < 0 ? this.bytes.write(text, from) : length);
    this.bytes.writeInt32BE(this.at - from, from - 4);
  }

  /** Its form has a number before the text: 1. */
  jsonb(text: string): void {
    this.reserve(5 + text.length * 3);
    const from = this.at + 4;
    this.bytes[from] = 1;
    this.at = from + 1 + this.bytes.write(text, from + 1);
    this.bytes.writeInt32BE(this.at - from, from - 4);
  }

  bytea(bytes: Uint8Array): void {
    this.length(bytes.length, bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  smallint(value: number): void {
    this.length(2, 2);
    this.at = this.bytes.writeInt16BE(value, this.at);
  }

  integer(value: number): void {
    this.length(4, 4);
    this.at = this.bytes.writeInt32BE(value, this.at);
  }

  bigint(value: bigint): void {
    this.length(8, 8);
    this.at = this.bytes.writeBigInt64BE(value, this.at);
  }

  /** As text, which is how the value travels elsewhere, there is no -0. */
  double(value: number): void {
    this.length(8, 8);
    this.at = this.bytes.writeDoubleBE(value + 0, this.at);
  }

  boolean(value: boolean): void {
    this.length(1, 1);
    this.bytes[this.at++] = value ? 1 : 0;
  }

  /** Milliseconds since 1970. */
  timestamp(millis: number): void {
    this.length(8, 8);
    this.at = this.bytes.writeBigInt64BE(BigInt(millis - EPOCH_MS) * 1000n, this.at);
  }

  date(millis: number): void {
    this.integer((millis - EPOCH_MS) / DAY_MS);
  }

  uuid(text: string): void {
    this.length(16, 16);
    this.at += this.bytes.write(text.replaceAll('-', ''), this.at, 'hex');
  }

  texts(texts: readonly string[]): void {
    this.reserve(4);
    const from = (this.at += 4);
    this.arrayOf(TEXT_OID, texts.length, false);
    for (const text of texts) this.text(text);
    this.bytes.writeInt32BE(this.at - from, from - 4);
  }

  /** What stands before the items of an array. */
  protected arrayOf(oid: number, length: number, hasNulls: boolean): void {
    this.reserve(20);
    const head = [length > 0 ? 1 : 0, hasNulls ? 1 : 0, oid];
    for (const number of length > 0 ? [...head, length, 1] : head) this.at = this.bytes.writeInt32BE(number, this.at);
  }

  /** The length of a field, and room for it. */
  private length(length: number, room: number): void {
    this.reserve(4 + room);
    this.at = this.bytes.writeInt32BE(length, this.at);
  }

  /** Negative: it is not ASCII. */
  private ascii(text: string, from: number): number {
    const { bytes } = this;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) return -1;
      bytes[from + i] = code;
    }
    return text.length;
  }

  protected reserve(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + bytes));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}

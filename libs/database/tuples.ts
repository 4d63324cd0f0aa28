import { Fields } from './fields.js';

/** PGCOPY, newline, 0xff, carriage return, newline, 0; no flags; no more header. */
const HEADER = Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex');
const PIECE_BYTES = 65_536;
const ROOM = PIECE_BYTES + 4096;

/** Rows in the binary form of COPY, field by field: it costs PostgreSQL half of what text does. */
export class Tuples extends Fields {
  constructor() {
    super(ROOM);
    this.at = HEADER.copy(this.bytes);
  }

  /** Enough for a piece. */
  get isFull(): boolean {
    return this.at >= PIECE_BYTES;
  }

  /** What was written since the last piece. Somebody may still be sending that one, so it is never written again. */
  piece(): Buffer {
    const piece = this.bytes.subarray(0, this.at);
    this.bytes = Buffer.allocUnsafe(ROOM);
    this.at = 0;
    return piece;
  }

  row(fields: number): void {
    this.reserve(2);
    this.at = this.bytes.writeInt16BE(fields, this.at);
  }

  /** The piece with which it is over. */
  last(): Buffer {
    this.row(-1);
    return this.piece();
  }
}

import { Readable, type Duplex } from 'node:stream';
import type pg from 'pg';
import { Fields } from './copied.js';

/** Before the first row: PGCOPY, newline, 0xff, carriage return, newline, 0; flags; length of what follows. */
const HEADER_BYTES = 11 + 8;
/** Messages of the server begin with a letter and their length, which counts itself. `d`: a row. */
const ROW = 'd'.charCodeAt(0);
const MESSAGE_BYTES = 5;
/** Batches that are read ahead of whoever takes them. */
const AHEAD = 4;

/**
 * A query for pg: the rows of `COPY … TO STDOUT (FORMAT binary)`. Those that arrive together come together, since each wait
 * costs more than a row. Each row is a message of its own, and there may be millions: they are read where they lie, since
 * a buffer for each costs a third as much again. Every other message is left to pg.
 */
export class CopiedRows<Row> extends Readable implements AsyncIterable<readonly Row[]> {
  private readonly fields = new Fields();
  private socket: Duplex | undefined;
  /** What pg does with what arrives. */
  private theirs: ((bytes: Buffer) => void) | undefined;
  private rest: Buffer = Buffer.alloc(0);
  private isBegun = false;

  constructor(
    private readonly statement: string,
    private readonly readRow: (fields: Fields) => Row,
  ) {
    super({ objectMode: true, highWaterMark: AHEAD });
  }

  /** pg says when it is our turn. */
  submit(connection: pg.Connection): void {
    this.socket = connection.stream;
    this.theirs = this.socket.listeners('data')[0] as (bytes: Buffer) => void;
    this.socket.off('data', this.theirs).on('data', this.arrived);
    connection.query(this.statement);
  }

  private readonly arrived = (chunk: Buffer): void => {
    if (this.destroyed) return; // whoever left closes the session
    try {
      this.takeFrom(chunk);
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  };

  private takeFrom(chunk: Buffer): void {
    const theirs = this.theirs!;
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const rows: Row[] = [];
    let at = 0;
    while (this.theirs && at + MESSAGE_BYTES <= bytes.length) {
      const end = at + 1 + bytes.readInt32BE(at + 1);
      if (end > bytes.length) break;
      if (bytes[at] === ROW) this.takeRow(bytes, at + MESSAGE_BYTES, end, rows);
      else {
        if (rows.length > 0) this.push(rows.splice(0)); // before it is told that it is over
        theirs(bytes.subarray(at, end));
      }
      at = end;
    }
    this.rest = bytes.subarray(at);
    if (rows.length > 0 && !this.push(rows)) this.socket!.pause();
    if (!this.theirs && this.rest.length > 0) theirs(this.rest);
  }

  private takeRow(bytes: Buffer, from: number, end: number, rows: Row[]): void {
    const { fields } = this;
    fields.bytes = bytes;
    fields.at = from;
    if (!this.isBegun) fields.at += HEADER_BYTES + bytes.readInt32BE(from + HEADER_BYTES - 4);
    this.isBegun = true;
    if (fields.at === end || bytes.readInt16BE(fields.at) < 0) return; // instead of a number of fields: no more rows
    fields.at += 2;
    rows.push(this.readRow(fields));
  }

  override _read(): void {
    if (this.theirs) this.socket!.resume();
  }

  handleCommandComplete(): void {
    // When pg is ready for another query, this one is over.
  }

  handleReadyForQuery(): void {
    this.leave();
    this.push(null);
  }

  handleError(error: Error): void {
    this.leave();
    this.destroy(error);
  }

  /** From here on everything is theirs again. */
  private leave(): void {
    const { socket, theirs } = this;
    if (!socket || !theirs) return;
    this.theirs = undefined;
    socket.off('data', this.arrived).on('data', theirs).resume();
  }
}

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { carryOut } from '../api.js';
import type { ImportResult } from './import-run.js';
import type { RejectedRow } from './rejections.js';

/** What the ledger itself keeps of an import: that it began, how it ended, and which rows it did not take. */
export class InLedger {
  private constructor(private readonly sourceHash: string) {}

  /** `reading`: all that decides what the rows mean. The same file read alike is the same import. */
  static async begin(path: string, reading: object, facts: { source: string; rowType: string; rows: number }) {
    const hash = createHash('sha256').update(JSON.stringify(reading));
    await pipeline(createReadStream(path), hash);
    const sourceHash = hash.digest('hex');
    await carryOut('startImport', { sourceHash, ...facts });
    return new InLedger(sourceHash);
  }

  async complete(result: ImportResult, rejectedRows: readonly RejectedRow[]): Promise<void> {
    const { recorded, repeated, rejectedRows: rejected } = result;
    await carryOut('completeImport', { sourceHash: this.sourceHash, recorded, repeated, rejected, rejectedRows });
  }
}

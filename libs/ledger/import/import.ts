import { slice, type CommandOf } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import { present } from '../present.js';
import { conflict } from '../refusals.js';
import type { importCommands } from './import.inputs.js';

export interface RejectedRow {
  /** Line of the file, counted from 1. */
  readonly line: number;
  readonly code: string;
  readonly reason: string;
}

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type ImportEvent =
  | Event<'ImportStarted', { sourceHash: string; source: string; type: string; rows: number }>
  | Event<
      'ImportCompleted',
      { sourceHash: string; recorded: number; repeated: number; rejected: number; rejectedRows: readonly RejectedRow[] }
    >;

export type ImportCommand = CommandOf<typeof importCommands>;

/** What is known of one file, by what it holds and how it was read. */
interface ImportStream {
  readonly imported: { readonly state: 'STARTED' | 'COMPLETED' | undefined };
}

export const imported = slice<ImportStream['imported'], ImportEvent, ImportCommand, ImportStream>({
  events: {
    ImportStarted: { version: 1, dataClass: 'PUBLIC', personal: [] },
    ImportCompleted: { version: 1, dataClass: 'PUBLIC', personal: [] },
  },

  initial: () => ({ state: undefined }),

  decide: {
    // The same file again is no other import: its rows are known by their keys, and nothing new is said of it.
    StartImport: ({ imported }, { sourceHash, source, rows, rowType }) =>
      imported.state ? [] : [event('ImportStarted', { sourceHash, source, type: rowType, rows })],

    CompleteImport({ imported }, { sourceHash, recorded, repeated, rejected, rejectedRows }) {
      if (!imported.state) return conflict('NONE', 'This import was not started.', ['sourceHash']);
      if (imported.state === 'COMPLETED') return [];
      const counts = { sourceHash, recorded, repeated, rejected };
      return [event('ImportCompleted', { ...counts, rejectedRows: asManyAsFit(rejectedRows ?? []) })];
    },
  },

  evolve: {
    ImportStarted: () => ({ state: 'STARTED' }),
    ImportCompleted: () => ({ state: 'COMPLETED' }),
  },
});

/** Of the rows of one event: an EventStoreDB takes no append of more than 1 MiB unless it is told to. */
const MOST_BYTES = 512 * 1024;

/** The first of them; `rejected` counts them all. */
function asManyAsFit(rows: readonly RejectedRow[]): readonly RejectedRow[] {
  let bytes = 0;
  const end = rows.findIndex((row) => (bytes += Buffer.byteLength(JSON.stringify(row)) + 1) > MOST_BYTES);
  return rows.slice(0, end < 0 ? rows.length : end).map((row) => present({ ...row }));
}

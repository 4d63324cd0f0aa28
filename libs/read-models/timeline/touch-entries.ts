import type { TouchFacts } from '../../ledger/touch/touch.js';
import { moneyOf } from '../money.js';
import { entryKind, type EntryRow, type Told } from './entry.js';

export const touchEntries = entryKind({
  kind: 'TOUCH',
  description: 'A contact that happened.',
  id: 'touchId',
  recorded: 'TouchRecorded',
  corrected: 'TouchCorrected',
  retracted: 'TouchRetracted',
  show({ facts: { costMinor, currency, ...facts } }: Told<TouchFacts>) {
    return { ...facts, cost: moneyOf(costMinor, currency) };
  },
});

/** A touch with what is true of it now. */
export type TouchRow = EntryRow & ReturnType<typeof touchEntries.show>;

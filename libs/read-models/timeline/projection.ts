import type { Projection } from '../../event-sourcing/projection.js';
import { ENTRIES, entryHandlers, type Told } from './entry.js';
import { entryKinds } from './kinds.js';

const channelOf = ({ facts }: Told) => ({ channel: 'channel' in facts ? facts.channel : null });

/** Every entry of a relationship's ledger, one row each, with what is true of it now and both of its clocks. */
export const timeline: Projection = {
  name: 'timeline',
  version: 3,
  tables: {
    entries: {
      columns: { ...ENTRIES.columns, channel: 'text' },
      key: ENTRIES.key,
      indexes: ['(tenant_id, relationship_id, occurred_at, position)'],
    },
  },
  on: Object.fromEntries(
    entryKinds.flatMap((kind) => Object.entries(entryHandlers(kind, { table: 'entries', columns: channelOf }))),
  ),
};

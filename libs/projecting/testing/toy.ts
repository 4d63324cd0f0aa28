import type { Recorded } from '../../event-sourcing/event.js';
import type { Key, Projection } from '../../event-sourcing/projection.js';

// A domain with everything that projections do: rows put unread, read and changed, moved, deleted, and columns that
// follow from other rows. Entries belong to accounts.
export type ToyEvent =
  | { type: 'EntryMade'; data: { entry: string; account: string; amount: number; tags: string[] } }
  | { type: 'EntryMoved'; data: { entry: string; account: string } }
  | { type: 'EntryDeleted'; data: { entry: string } }
  | { type: 'AccountClosed'; data: { account: string } }
  /** The handler throws. */
  | { type: 'HandlerBroken'; data: { entry: string } }
  /** The database refuses the row. */
  | { type: 'RowRefused'; data: { entry: string } };

type Of<Type extends ToyEvent['type']> = Extract<ToyEvent, { type: Type }>['data'];
const dataOf = <Type extends ToyEvent['type']>(event: Recorded): Of<Type> => event.data as Of<Type>;

const entryKey = ({ tenantId }: Recorded, entry: string): Key => [tenantId, entry];
const accountKey = ({ tenantId }: Recorded, account: string): Key => [tenantId, account];

/** `handlers` replaces some: the way a new program differs from the old one. */
export const toy = (name = 'toy', version = 1, handlers: Projection['on'] = {}): Projection => ({
  name,
  version,
  tables: {
    entries: {
      columns: {
        tenant_id: 'text not null',
        entry: 'text not null',
        account: 'text not null',
        amount: 'double precision not null',
        moves: 'bigint not null',
        tags: 'text[] not null',
        event: 'jsonb not null',
        occurred_at: 'timestamptz not null',
      },
      key: ['tenant_id', 'entry'],
      indexes: ['(tenant_id, account, occurred_at)'],
    },
    latest: {
      columns: { tenant_id: 'text not null', entry: 'text not null', position: 'bigint not null' },
      key: ['tenant_id', 'entry'],
    },
    accounts: {
      columns: { tenant_id: 'text not null', account: 'text not null', made: 'integer not null', last_entry: 'text' },
      key: ['tenant_id', 'account'],
      indexes: ['(tenant_id, last_at)'],
      derive: {
        columns: { entries: 'bigint', last_at: 'timestamptz', entry_list: 'text[]' },
        select: `SELECT tenant_id, account, count(*) AS entries, max(occurred_at) AS last_at, array_agg(entry ORDER BY entry) AS entry_list
                   FROM {schema}.entries GROUP BY tenant_id, account`,
      },
    },
  },
  on: {
    EntryMade: {
      reads: (event) => {
        const { entry, account } = dataOf<'EntryMade'>(event);
        return { accounts: [accountKey(event, account)], entries: [entryKey(event, entry)] };
      },
      apply: (event, rows) => {
        const { entry, account, amount, tags } = dataOf<'EntryMade'>(event);
        const replaced = rows.get('entries', entryKey(event, entry));
        if (replaced) rows.touch('accounts', accountKey(event, replaced['account'] as string));
        // Unread on purpose: new or not, the row is replaced.
        rows.put('latest', { tenant_id: event.tenantId, entry, position: event.position });
        const before = rows.get('accounts', accountKey(event, account));
        rows.put('accounts', {
          tenant_id: event.tenantId,
          account,
          made: Number(before?.['made'] ?? 0) + 1,
          last_entry: entry,
        });
        rows.put('entries', {
          tenant_id: event.tenantId,
          entry,
          account,
          amount,
          moves: 0n,
          tags,
          event: { id: event.id, nested: { tags } },
          occurred_at: event.occurredAt,
        });
      },
    },
    EntryMoved: {
      reads: (event) => ({ entries: [entryKey(event, dataOf<'EntryMoved'>(event).entry)] }),
      apply: (event, rows) => {
        const { entry, account } = dataOf<'EntryMoved'>(event);
        const row = rows.get('entries', entryKey(event, entry));
        if (!row) return;
        rows.put('entries', { ...row, account, moves: (row['moves'] as bigint) + 1n });
        rows.touch('accounts', accountKey(event, row['account'] as string));
        rows.touch('accounts', accountKey(event, account));
      },
    },
    EntryDeleted: {
      reads: (event) => ({ entries: [entryKey(event, dataOf<'EntryDeleted'>(event).entry)] }),
      apply: (event, rows) => {
        const key = entryKey(event, dataOf<'EntryDeleted'>(event).entry);
        const row = rows.get('entries', key);
        if (!row) return;
        rows.delete('entries', key);
        rows.touch('accounts', accountKey(event, row['account'] as string));
      },
    },
    AccountClosed: {
      apply: (event, rows) => {
        rows.delete('accounts', accountKey(event, dataOf<'AccountClosed'>(event).account));
      },
    },
    HandlerBroken: {
      apply: () => {
        throw new Error('This handler is broken.');
      },
    },
    RowRefused: {
      apply: (event, rows) => {
        const { entry } = dataOf<'RowRefused'>(event);
        rows.put('entries', { tenant_id: event.tenantId, entry, occurred_at: event.occurredAt });
      },
    },
    ...handlers,
  },
});

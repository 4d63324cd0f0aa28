import type DataLoader from 'dataloader';
import { sql } from 'kysely';
import type { CallerContext } from '../../access/caller.js';
import { inOrder } from '../../graphql/request-context.js';
import type { LedgerLog } from '../ledger/ledger-log.js';
import { loaderOf } from '../loading.js';
import { subjectOf } from '../on.js';
import type { ReadDatabase } from '../read-database.js';
import { ENTRY, type StoredEntry } from '../timeline/entry-lists.js';
import type { EntryRow } from '../timeline/entry.js';
import { shown } from '../timeline/queries.js';

/**
 * The entries that events recorded. The log knows in whose ledger each stands: the timeline has no index of events,
 * which few ask for and every entry would pay for.
 */
export const entryOfEventLoader = (
  db: ReadDatabase,
  log: LedgerLog,
  context: CallerContext,
): DataLoader<string, EntryRow | null> =>
  loaderOf(context, 'entries by event', async (tenantId, eventIds) => {
    const history = log.historyOf(tenantId);
    const events = await Promise.all(eventIds.map((id) => history.event(id)));
    const places = events.flatMap((event) => event ?? []).map((event) => [event.id, subjectOf(event)] as const);
    return inOrder(eventIds, await entriesRecordedBy(db, tenantId, places), ({ eventId }) => eventId);
  });

async function entriesRecordedBy(
  db: ReadDatabase,
  tenantId: string,
  places: readonly (readonly [eventId: string, relationshipId: string])[],
): Promise<EntryRow[]> {
  const rows = await db.rows(sql<StoredEntry>`
    SELECT ${ENTRY}
      FROM unnest(${places.map(([eventId]) => eventId)}::text[], ${places.map(([, relationshipId]) => relationshipId)}::text[])
        AS place (event_id, relationship_id)
      JOIN timeline.entries e USING (relationship_id, event_id)
     WHERE e.tenant_id = ${tenantId}`);
  return rows.map(shown);
}

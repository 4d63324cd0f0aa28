import type DataLoader from 'dataloader';
import type { CallerContext } from '../../access/caller.js';
import { inOrder } from '../../graphql/request-context.js';
import { loaderOf, oneEach } from '../loading.js';
import type { ReadDatabase } from '../read-database.js';
import type { EntryRow } from './entry.js';
import { entriesAt, entriesById, type EntryPlace } from './queries.js';

/** By the id of the entry; of a touch over several relationships the one that was recorded first. */
export const entryLoader = (db: ReadDatabase, context: CallerContext): DataLoader<string, EntryRow | null> =>
  oneEach(context, 'entries by id', (tenantId, ids) => entriesById(db, tenantId, ids));

const placeText = ({ relationshipId, id }: EntryPlace): string => `${relationshipId} ${id}`;

/** By relationship and entry. */
export function loadEntryAt(db: ReadDatabase, context: CallerContext, place: EntryPlace): Promise<EntryRow | null> {
  const loader = loaderOf(context, 'entries in relationships', async (tenantId, texts) => {
    const places = texts.map((text) => {
      const [relationshipId, id] = text.split(' ');
      return { relationshipId: relationshipId!, id: id! };
    });
    return inOrder(texts, await entriesAt(db, tenantId, places), placeText);
  });
  return loader.load(placeText(place));
}

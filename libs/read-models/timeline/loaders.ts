import type DataLoader from 'dataloader';
import type { CallerContext } from '../../access/caller.js';
import { inOrder } from '../../graphql/request-context.js';
import { oneEach, tenantOf } from '../loading.js';
import type { ReadDatabase } from '../read-database.js';
import { entriesAt, entriesById, type EntryPlace, type TouchRow } from './queries.js';

/** By the id of the touch: its first entry. */
export const touchLoader = (db: ReadDatabase, context: CallerContext): DataLoader<string, TouchRow | null> =>
  oneEach(context, 'touches', (tenantId, ids) => entriesById(db, tenantId, ids));

const placeText = ({ relationshipId, id }: EntryPlace): string => `${relationshipId} ${id}`;

/** By relationship and touch: its entry there. */
export function loadTouchAt(db: ReadDatabase, context: CallerContext, place: EntryPlace): Promise<TouchRow | null> {
  const loader = context.loaders.of('touches in relationships', async (texts: readonly string[]) => {
    const places = texts.map((text) => {
      const [relationshipId, id] = text.split(' ');
      return { relationshipId: relationshipId!, id: id! };
    });
    return inOrder(texts, await entriesAt(db, tenantOf(context), places), placeText);
  });
  return loader.load(placeText(place));
}

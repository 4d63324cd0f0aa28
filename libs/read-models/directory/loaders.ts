import type DataLoader from 'dataloader';
import type { CallerContext } from '../../access/caller.js';
import { inOrder } from '../../graphql/request-context.js';
import { loaderOf } from '../loading.js';
import type { ReadDatabase } from '../read-database.js';
import { partiesById, type PartyRow } from './party-queries.js';
import { relationshipsById, type RelationshipRow } from './relationship-queries.js';

// What was merged answers under every id that it was recorded with.

export const partyLoader = (db: ReadDatabase, context: CallerContext): DataLoader<string, PartyRow | null> =>
  loaderOf(context, 'parties', async (tenantId, ids) =>
    inOrder(ids, await partiesById(db, tenantId, ids), ({ asked }) => asked),
  );

export const relationshipLoader = (
  db: ReadDatabase,
  context: CallerContext,
): DataLoader<string, RelationshipRow | null> =>
  loaderOf(context, 'relationships', async (tenantId, ids) =>
    inOrder(ids, await relationshipsById(db, tenantId, ids), ({ asked }) => asked),
  );

import type DataLoader from 'dataloader';
import type { CallerContext } from '../../access/caller.js';
import { oneEach } from '../loading.js';
import type { ReadDatabase } from '../read-database.js';
import { partiesById, type PartyRow } from './party-queries.js';
import { relationshipsById, type RelationshipRow } from './relationship-queries.js';

export const partyLoader = (db: ReadDatabase, context: CallerContext): DataLoader<string, PartyRow | null> =>
  oneEach(context, 'parties', (tenantId, ids) => partiesById(db, tenantId, ids));

export const relationshipLoader = (
  db: ReadDatabase,
  context: CallerContext,
): DataLoader<string, RelationshipRow | null> =>
  oneEach(context, 'relationships', (tenantId, ids) => relationshipsById(db, tenantId, ids));

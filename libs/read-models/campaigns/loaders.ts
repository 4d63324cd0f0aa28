import type DataLoader from 'dataloader';
import type { CallerContext } from '../../access/caller.js';
import { oneEach } from '../loading.js';
import type { ReadDatabase } from '../read-database.js';
import { campaignsById, type CampaignRow } from './queries.js';

export const campaignLoader = (db: ReadDatabase, context: CallerContext): DataLoader<string, CampaignRow | null> =>
  oneEach(context, 'campaigns', (tenantId, ids) => campaignsById(db, tenantId, ids));

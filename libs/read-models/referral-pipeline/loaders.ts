import type DataLoader from 'dataloader';
import type { CallerContext } from '../../access/caller.js';
import { manyEach, oneEach } from '../loading.js';
import type { ReadDatabase } from '../read-database.js';
import { entriesOf, referralsById, type EntryRow, type ReferralRow } from './queries.js';

export const referralLoader = (db: ReadDatabase, context: CallerContext): DataLoader<string, ReferralRow | null> =>
  oneEach(context, 'referrals', (tenantId, ids) => referralsById(db, tenantId, ids));

export const entryLoader = (db: ReadDatabase, context: CallerContext): DataLoader<string, readonly EntryRow[]> =>
  manyEach(context, 'entries of referrals', (tenantId, ids) => entriesOf(db, tenantId, ids));

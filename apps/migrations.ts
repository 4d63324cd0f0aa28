import type { Migrations } from '../libs/database/migrate.js';
import { migrations as eventstoredb } from '../libs/event-store/eventstoredb/migrations.js';
import { migrations as log } from '../libs/event-store/postgres/migrations.js';
import { migrations as projecting } from '../libs/projecting/migrations.js';
import { migrations as health } from '../libs/read-models/health/migrations.js';

/** All tables of the product but those of the read models, which their builds make. */
export const migrations: Migrations = { ...log, ...eventstoredb, ...projecting, ...health };

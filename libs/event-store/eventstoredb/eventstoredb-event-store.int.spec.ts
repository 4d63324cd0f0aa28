import { eventStoreContract } from '../event-store.contract.js';
import { EventStoreDbDouble } from './testing/eventstoredb-double.js';
import { openDoubleLog } from './testing/open-double-log.js';
import { serverFacts } from './testing/server-facts.contract.js';

eventStoreContract('the log in EventStoreDB (its double)', () => openDoubleLog(), { densePositions: false });

serverFacts('the double of EventStoreDB', () => EventStoreDbDouble.start());

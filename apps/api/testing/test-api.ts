import { SignJWT } from 'jose';
import { testDatabase, type TestDatabase } from '../../../libs/database/testing/test-database.js';
import { ROLES, type Role } from '../../../libs/access/caller.js';
import { Codec } from '../../../libs/event-store/codec.js';
import type { EventStore } from '../../../libs/event-store/event-store.js';
import { PostgresEventStore } from '../../../libs/event-store/postgres/postgres-event-store.js';
import { Execute } from '../../../libs/ledger/execute.js';
import { eventTypes, ledger, upcasters } from '../../../libs/ledger/ledger.js';
import { ProjectedPositions } from '../../../libs/projecting/positions.js';
import { startProjector } from '../../../libs/projecting/projector.js';
import type { Projection } from '../../../libs/event-sourcing/projection.js';
import { migrations } from '../../migrations.js';
import { startApi } from '../main.js';

const SECRET = 'a secret of tests, of thirty-two bytes at least';

export interface Answer {
  readonly status: number;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
}

export interface Asking {
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Default all. */
  readonly roles?: readonly Role[];
  /** Default `demo`. */
  readonly tenant?: string;
  /** Sent as it is; undefined: a token of the roles and the tenant. */
  readonly authorization?: string;
}

export interface TestApi {
  readonly url: string;
  readonly database: TestDatabase;
  readonly store: EventStore;
  readonly execute: Execute;
  /** What the log of the server was told. */
  readonly logged: readonly object[];
  token(claims?: {
    readonly roles?: readonly Role[];
    readonly tenant?: string;
    readonly [claim: string]: unknown;
  }): Promise<string>;
  ask(query: string, asking?: Asking): Promise<Answer>;
  stop(): Promise<void>;
}

/** The API over a database of its own, with a projector for the read models. */
export async function testApi(projections: readonly Projection[] = []): Promise<TestApi> {
  const database = await testDatabase(migrations);
  const store = await PostgresEventStore.open({ url: database.url, codec: new Codec(eventTypes, upcasters) });
  const execute = new Execute(store, ledger);
  const positions = new ProjectedPositions(database.pool);
  const projector = startProjector({ store, pool: database.pool, projections });
  const logged: object[] = [];
  const api = await startApi({
    host: '127.0.0.1',
    port: 0,
    store,
    pool: database.pool,
    execute,
    waitForPosition: positions.waitFor.bind(positions),
    access: { secret: SECRET },
    log: { error: (what) => void logged.push(what) },
  });
  const token: TestApi['token'] = ({ roles = ROLES, tenant = 'demo', ...claims } = {}) =>
    new SignJWT({ roles, tenant, exp: Math.floor(Date.now() / 1000) + 3600, ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('ann')
      .sign(new TextEncoder().encode(SECRET));
  return {
    url: api.url,
    database,
    store,
    execute,
    logged,
    token,
    async ask(query, { variables, authorization, ...claims } = {}) {
      const response = await fetch(`${api.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: authorization ?? `Bearer ${await token(claims)}`,
        },
        body: JSON.stringify({ query, variables }),
      });
      return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
    },
    async stop() {
      await api.stop();
      await projector.stop();
      await positions.close();
      await store.close();
      await database.drop();
    },
  };
}

/** The codes of the errors of the request as a whole. */
export const codesOf = ({ errors = [] }: Answer): unknown[] => errors.map(({ extensions }) => extensions['code']);

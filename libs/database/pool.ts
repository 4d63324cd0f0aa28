import pg from 'pg';

export interface PoolOptions {
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** The role that every session takes on; absent: the user of the url, which is the owner. */
  readonly role?: 'rapport_app';
  /** Connections at most. */
  readonly max?: number;
  /** Settings of every session over those of the server: how it plans, how long it waits. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * A pool whose sessions run in UTC, under the role, and answer bigint for int8, an instant (`…Z`, milliseconds) for
 * timestamptz, and text for numeric and date. A session that is terminated does not end the process: its query
 * rejects, and the pool opens another one.
 */
export function openPool(url: string, { applicationName, role, max = 10, settings }: PoolOptions): pg.Pool {
  // As start-up options they cost no round trip. `options` of the url would replace ours without a word.
  const own = new URL(url).searchParams.get('options');
  const all = Object.entries({ timezone: 'UTC', ...(role && { role, ...PATIENCE, ...PLANNING }), ...settings });
  const options = [own, ...all.map(([name, value]) => `-c ${name}=${value}`)].filter(Boolean).join(' ');
  const pool = new pg.Pool({
    connectionString: withOptions(url, options),
    application_name: applicationName,
    max,
    types,
  });
  pool.on('error', () => undefined);
  pool.on('connect', (session) => session.on('error', () => undefined)); // the pool listens only while it is idle
  return pool;
}

// A process that froze in a transaction, or whose host is gone, must not hold its locks for ever: nobody could take over.
const PATIENCE = { idle_in_transaction_session_timeout: '30s' };

// The statements of the product are few, prepared, and find rows by index. Left alone, PostgreSQL plans those with a list
// of ids anew at every execution, which takes longer than to execute them; and a plan that was made while a table was
// empty scans it until the next ANALYZE, however large it has become. What reads whole tables turns scans on for itself.
// What is read often is in memory: where a page is thought to be as far away as on a disk that turns, the first 50 of an
// order are found by sorting thousands, although an index has them.
const PLANNING = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  jit: 'off',
  random_page_cost: '1.1',
};

function withOptions(url: string, options: string): string {
  const changed = new URL(url);
  changed.searchParams.set('options', options);
  return changed.href;
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** `2026-03-09 02:30:00.123456+00`, as a session in UTC writes it. Finer digits than milliseconds are cut. */
function toInstant(text: string): string {
  const fraction = text.slice(20, text.length - 3);
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
}

type Parse = (text: string) => unknown;

const { INT8, TIMESTAMPTZ, DATE, NUMERIC } = pg.types.builtins;
// pg has no names for the types of arrays.
const TEXT_ARRAY = 1009;
const INT8_ARRAY = 1016;
const TIMESTAMPTZ_ARRAY = 1185;
const parserOf = pg.types.getTypeParser as (oid: number, format?: 'text' | 'binary') => Parse;

const asIs: Parse = (text) => text;
const items = parserOf(TEXT_ARRAY) as (text: string) => readonly (string | null)[];
const arrayOf =
  (parse: Parse): Parse =>
  (text) =>
    items(text).map((item) => (item === null ? null : parse(item)));

const parsers: Readonly<Record<number, Parse>> = {
  [INT8]: BigInt,
  [INT8_ARRAY]: arrayOf(BigInt),
  [TIMESTAMPTZ]: toInstant,
  [TIMESTAMPTZ_ARRAY]: arrayOf(toInstant),
  [NUMERIC]: asIs,
  [DATE]: asIs,
};

const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (format === 'binary' ? undefined : parsers[oid]) ?? parserOf(oid, format),
};

import { resolve } from 'node:path';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What the environment says. Nothing is read from files or flags. */
export interface Settings {
  /** Absent in dev: PostgreSQL is embedded under `directory`. */
  readonly databaseUrl: string | undefined;
  /** Absent: the log lives in PostgreSQL. */
  readonly eventStoreUrl: string | undefined;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Where the public keys of the tokens' issuer are; wins over `authSecret`. */
  readonly authJwksUrl: string | undefined;
  /** Shared secret of HS256 tokens. */
  readonly authSecret: string | undefined;
  readonly logLevel: LogLevel;
  /** Absolute path of what `npm start` keeps. */
  readonly directory: string;
  /** Whether the first start of dev fills in demo data. */
  readonly demo: boolean;
}

/** One line per problem, each beginning with the name of the setting. */
export class InvalidSettings extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'InvalidSettings';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * In dev everything has a default, and only the loopback is served. A server must be given its database, the API
 * also the way to check tokens. Throws `InvalidSettings` with all problems at once.
 */
export function readSettings(program: 'dev' | 'api' | 'projector', environment: Environment = process.env): Settings {
  const problems: string[] = [];
  // A variable set to nothing is as good as absent: compose files and CI write them so.
  const given = (name: string) => environment[name]?.trim() || undefined;

  function checked<Value>(name: string, fallback: Value, expects: string, parse: (text: string) => Value | undefined) {
    const text = given(name);
    if (text === undefined) return fallback;
    const value = parse(text);
    if (value === undefined) problems.push(`${name} must be ${expects}.`);
    return value ?? fallback;
  }
  const url = (name: string, expects: string, ...protocols: string[]) =>
    checked<string | undefined>(name, undefined, expects, (text) =>
      protocols.includes(URL.parse(text)?.protocol ?? '') ? text : undefined,
    );

  const settings: Settings = {
    databaseUrl: url('DATABASE_URL', 'postgres://user:password@host:port/database', 'postgres:', 'postgresql:'),
    eventStoreUrl: url('EVENTSTORE_URL', 'esdb://… or esdb+discover://…', 'esdb:', 'esdb+discover:'),
    host: checked('HOST', program === 'dev' ? '127.0.0.1' : '0.0.0.0', 'a loopback address here', (text) =>
      program !== 'dev' || ['127.0.0.1', '::1', 'localhost'].includes(text) ? text : undefined,
    ),
    port: checked('PORT', 4000, 'a whole number from 0 to 65535', (text) =>
      /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined,
    ),
    authJwksUrl: url('AUTH_JWKS_URL', 'http(s)://…', 'https:', 'http:'),
    // RFC 7518, 3.2: a key as long as the hash, at least.
    authSecret: checked<string | undefined>('AUTH_SECRET', undefined, 'at least 32 bytes', (text) =>
      Buffer.byteLength(text) >= 32 ? text : undefined,
    ),
    logLevel: checked('LOG_LEVEL', program === 'dev' ? 'warn' : 'info', `one of ${LOG_LEVELS.join(', ')}`, (text) =>
      LOG_LEVELS.find((level) => level === text),
    ),
    directory: resolve(given('RAPPORT_DIR') ?? '.rapport'),
    demo: checked('RAPPORT_DEMO', true, 'on or off', (text) => ({ on: true, off: false })[text]),
  };
  if (program !== 'dev' && !given('DATABASE_URL')) problems.push('DATABASE_URL is missing.');
  if (program === 'api' && !given('AUTH_JWKS_URL') && !given('AUTH_SECRET')) {
    problems.push('AUTH_JWKS_URL or AUTH_SECRET is missing.');
  }
  if (problems.length > 0) throw new InvalidSettings(problems);
  return settings;
}

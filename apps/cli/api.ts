import { setTimeout as delay } from 'node:timers/promises';
import { EXIT, Failure } from './failure.js';

/** Where the API is and who asks: `RAPPORT_URL` and `RAPPORT_TOKEN`. */
export function apiUrl(path: string): URL {
  const base = process.env['RAPPORT_URL'] ?? 'http://127.0.0.1:4000';
  try {
    return new URL(path, base);
  } catch {
    throw new Failure(`RAPPORT_URL is no address: ${base}`, EXIT.configuration);
  }
}

export function authorization(): Record<string, string> {
  const token = process.env['RAPPORT_TOKEN'];
  return token ? { authorization: `Bearer ${token}` } : {};
}

interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string };
}

/** Read models that have not got there within this time hang. */
const PATIENCE_MS = 60_000;
const AGAIN_MS = 200;

/**
 * Sends one operation and gives its data; an error is a `Failure` that says what the server said. As long as the read models
 * have not got there it asks again: a mutation that reads what it did has an idempotency key.
 */
export async function ask<Data>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Data> {
  for (const until = performance.now() + PATIENCE_MS; ; await delay(AGAIN_MS)) {
    const { data, errors } = await send<Data>(query, variables);
    const [error] = errors ?? [];
    if (!error) return data as Data;
    if (error.extensions?.code === 'STILL_AT' && performance.now() < until) continue;
    throw refusedBy(error.extensions?.code, (errors ?? []).map(({ message }) => message).join('\n'));
  }
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphqlError[];
}

async function send<Data>(query: string, variables: Readonly<Record<string, unknown>>): Promise<Answer<Data>> {
  const response = await fetch(apiUrl('/graphql'), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...authorization() },
    body: JSON.stringify({ query, variables }),
  }).catch(unreachable);
  const text = await response.text();
  if (!/json/.test(response.headers.get('content-type') ?? '')) {
    throw new Failure(`${apiUrl('/graphql').href} answers with ${String(response.status)} and is no Rapport.`);
  }
  return JSON.parse(text) as Answer<Data>;
}

/** Sends one command; a refusal is a `Failure` that says what the server said. */
export async function carryOut(mutation: string, input: object): Promise<void> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!`;
  const query = `mutation ($input: ${type}) { result: ${mutation}(input: $input) { errors { code message } } }`;
  const { result } = await ask<{ result: { errors: readonly { code: string; message: string }[] } }>(query, { input });
  const [error] = result.errors;
  if (error) throw refusedBy(error.code, error.message);
}

export function unreachable(error: unknown): never {
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = reason instanceof Error && 'code' in reason ? ` (${String(reason.code)})` : '';
  const hint = 'Start it with `npm start`, or say where it is: RAPPORT_URL=http://host:port';
  throw new Failure(`No Rapport answers at ${apiUrl('/').origin}${code}.`, EXIT.storeDown, hint);
}

/** The failure that a code of the API means to a shell. */
export function refusedBy(code: string | undefined, message: string): Failure {
  switch (code) {
    case 'UNAVAILABLE':
    case 'OUTCOME_UNKNOWN':
      return new Failure(message, EXIT.storeDown, 'Send it again: what was recorded is not recorded twice.');
    case 'UNAUTHENTICATED':
    case 'FORBIDDEN':
      return new Failure(message, EXIT.configuration, 'Put a token with the right roles into RAPPORT_TOKEN.');
    default:
      return new Failure(message);
  }
}

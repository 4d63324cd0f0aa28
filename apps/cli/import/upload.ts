import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Report, Stopped } from '../../api/import/reports.js';
import { apiUrl, authorization, refusedBy, unreachable } from '../api.js';
import { EXIT, Failure } from '../failure.js';

/** In pieces of any length. */
type Lines = AsyncIterable<string> | Iterable<string>;

/** Sends lines to an endpoint for imports and gives its reports while it does; either side waits for the other. */
export async function* upload(
  endpoint: string,
  lines: Lines,
  dryRun: boolean,
): AsyncGenerator<Exclude<Report, Stopped>> {
  const url = apiUrl(dryRun ? `${endpoint}?dryRun=1` : endpoint);
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', ...authorization() },
  });
  // A failure of ours while lines are made must not look like one of the connection.
  let ours: Error | undefined;
  pipeline(Readable.from(remembering(lines, (error) => (ours = error))), request, () => undefined);
  let response: IncomingMessage | undefined;
  try {
    [response] = (await once(request, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw await failureOf(endpoint, response);
    let done = false;
    for await (const report of reportsOf(response)) {
      if ('error' in report) throw refusedBy(report.error.code, report.error.message);
      done = 'done' in report;
      yield report;
    }
    if (!done) throw new Failure('The server went away before it was done.', EXIT.storeDown, RESUME);
  } catch (error) {
    if (ours !== undefined) throw ours;
    if (error instanceof Failure) throw error;
    if (response) throw new Failure('The connection was lost.', EXIT.storeDown, RESUME);
    unreachable(error);
  } finally {
    request.destroy();
  }
}

const RESUME = 'Run the same command again: what was recorded is not recorded twice.';

/** Tells the errors of the lines from those that the connection throws into whoever makes them. */
async function* remembering(lines: Lines, onError: (error: Error) => void): AsyncGenerator<string> {
  const iterator = Symbol.asyncIterator in lines ? lines[Symbol.asyncIterator]() : lines[Symbol.iterator]();
  const next = async (): Promise<IteratorResult<string>> => {
    try {
      return await iterator.next();
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  };
  try {
    for (let piece = await next(); !piece.done; piece = await next()) yield piece.value;
  } finally {
    await iterator.return?.();
  }
}

async function* reportsOf(response: IncomingMessage): AsyncGenerator<Report> {
  let begun = '';
  for await (const chunk of response.setEncoding('utf8')) {
    const lines = `${begun}${String(chunk)}`.split('\n');
    begun = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as Report;
  }
}

async function failureOf(endpoint: string, response: IncomingMessage): Promise<Failure> {
  const body = await text(response);
  const error = /json/.test(response.headers['content-type'] ?? '')
    ? (JSON.parse(body) as { error?: { code: string; message: string } }).error
    : undefined;
  return error
    ? refusedBy(error.code, error.message)
    : new Failure(`${apiUrl(endpoint).href} answers with ${String(response.statusCode)}.`);
}

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { Readable } from 'node:stream';
import type { Authenticator } from '../../../libs/access/authenticator.js';
import type { EventStore } from '../../../libs/event-store/event-store.js';
import { RequestError } from '../../../libs/graphql/request-error.js';
import type { FaultLog } from '../../../libs/graphql/server/faults.js';
import { requestContext } from '../../../libs/graphql/server/request.js';
import type { Execute } from '../../../libs/ledger/execute.js';
import { ledger } from '../../../libs/ledger/ledger.js';
import { commandClasses } from '../../../libs/ledger/ledger.module.js';
import { knownFailure } from '../known-failures.js';
import { CommandReader } from './command-reader.js';
import { DryRunFull } from './dry-run-store.js';
import { Importer, type ImportContext } from './importer.js';
import { linesOf } from './lines.js';
import type { Report, Stopped } from './reports.js';

const NDJSON = 'application/x-ndjson';

export interface ImportParts {
  readonly store: EventStore;
  readonly execute: Execute;
  readonly authenticator: Authenticator;
  /** With the mutations whose inputs lines are read as; asked for with the first import. */
  readonly schema: () => GraphQLSchema;
  readonly log: FaultLog;
}

/**
 * `POST /import`, `POST /import?dryRun=1`: lines of commands in, lines of reports out while they are carried out. The
 * body may be of any length. A client that does not read the reports is waited for, and in turn has to wait.
 */
export function serveImport(app: FastifyInstance, parts: ImportParts): void {
  const ending = new AbortController();
  app.addHook('preClose', (done) => {
    ending.abort();
    done();
  });
  let importer: Importer | undefined;
  void app.register((scope, _options, ready) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(NDJSON, (_request, body, done) => {
      done(null, body);
    });
    scope.post<{ Body: Readable; Querystring: { dryRun?: string } }>('/import', async (request, reply) => {
      try {
        const context = await contextOf(request, request.query.dryRun, parts.authenticator);
        importer ??= importerOf(parts);
        const lines = linesOf(request.body, ending.signal);
        const reports = answer(importer.run(lines, context), context, parts.log, ending.signal);
        void reply.header('x-correlation-id', context.correlationId).type(`${NDJSON}; charset=utf-8`);
        return await reply.send(Readable.from(reports));
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        const { code } = error.extensions;
        const status = code === 'UNAUTHENTICATED' ? 401 : code === 'FORBIDDEN' ? 403 : 400;
        return reply.code(status).send({ error: { code, message: error.message } });
      }
    });
    ready();
  });
}

function importerOf({ store, execute, schema }: ImportParts): Importer {
  return new Importer(store, execute, ledger, new CommandReader(schema(), commandClasses, ledger));
}

async function contextOf(
  { headers, socket }: FastifyRequest,
  dryRun: string | undefined,
  authenticator: Authenticator,
): Promise<ImportContext> {
  const request = requestContext(headers, socket);
  const { tenantId, actor, roles } = await authenticator.authenticate(request);
  if (!roles.includes('recorder')) throw new RequestError('FORBIDDEN', 'This takes the role recorder.');
  if (dryRun !== undefined && dryRun !== '0' && dryRun !== '1') {
    throw new RequestError('INVALID_REQUEST', 'dryRun is 0 or 1.');
  }
  const { correlationId } = request;
  return { tenantId, actor: { id: actor.id, kind: 'IMPORT' }, correlationId, dryRun: dryRun === '1' };
}

/** A failure becomes the last line; when it is the client that went away nobody is there to read it. */
async function* answer(
  reports: AsyncIterable<Report>,
  { correlationId }: ImportContext,
  log: FaultLog,
  ending: AbortSignal,
): AsyncGenerator<string> {
  try {
    for await (const report of reports) yield line(report);
  } catch (error) {
    yield line({ error: ending.aborted ? ENDING : stopped(error, correlationId, log) });
  }
}

const line = (report: Report): string => `${JSON.stringify(report)}\n`;

const ENDING = { code: 'UNAVAILABLE', message: 'The server is about to end.' };

function stopped(error: unknown, correlationId: string, log: FaultLog): Stopped['error'] {
  if (error instanceof DryRunFull) return { code: 'LIMIT_EXCEEDED', message: error.message };
  const known = error instanceof Error ? knownFailure(error) : undefined;
  if (known) return { code: String(known.extensions['code']), message: known.message };
  if (isCut(error)) return { code: 'INVALID_REQUEST', message: 'The body ended before its end.' };
  log.error({ err: error, correlationId }, 'an import failed');
  return { code: 'INTERNAL', message: `Something failed. The log of the server has it under ${correlationId}.` };
}

const isCut = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ECONNRESET' || error.code === 'ERR_STREAM_PREMATURE_CLOSE');

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { Readable } from 'node:stream';
import type { Role } from '../../../libs/access/caller.js';
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
import { EventImporter } from './event-importer.js';
import { EventReader } from './event-reader.js';
import { Importer, type ImportContext } from './importer.js';
import { linesOf, type Line } from './lines.js';
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

interface LineImporter {
  run(lines: AsyncIterable<readonly Line[]>, context: ImportContext): AsyncIterable<Report>;
}

/**
 * `POST /import`, `POST /import/events`, both also with `?dryRun=1`: lines of commands, or of events, in, lines of reports out while they are carried out. The
 * body may be of any length. A client that does not read the reports is waited for, and in turn has to wait.
 */
export function serveImport(app: FastifyInstance, parts: ImportParts): void {
  const ending = new AbortController();
  app.addHook('preClose', (done) => {
    ending.abort();
    done();
  });
  void app.register((scope, _options, ready) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(NDJSON, (_request, body, done) => {
      done(null, body);
    });
    const serve = (path: string, role: Role, importer: () => LineImporter): void => {
      scope.post<{ Body: Readable; Querystring: { dryRun?: string } }>(path, async (request, reply) => {
        try {
          const context = await contextOf(request, request.query.dryRun, role, parts.authenticator);
          const reports = importer().run(linesOf(request.body, ending.signal), context);
          void reply.header('x-correlation-id', context.correlationId).type(`${NDJSON}; charset=utf-8`);
          return await reply.send(Readable.from(answer(reports, context, parts.log, ending.signal)));
        } catch (error) {
          if (!(error instanceof RequestError)) throw error;
          const { code } = error.extensions;
          const status = code === 'UNAUTHENTICATED' ? 401 : code === 'FORBIDDEN' ? 403 : 400;
          return reply.code(status).send({ error: { code, message: error.message } });
        }
      });
    };
    let commands: Importer | undefined;
    serve('/import', 'recorder', () => (commands ??= importerOf(parts)));
    const events = new EventImporter(parts.store, new EventReader(ledger));
    serve('/import/events', 'operator', () => events);
    ready();
  });
}

function importerOf({ store, execute, schema }: ImportParts): Importer {
  return new Importer(store, execute, ledger, new CommandReader(schema(), commandClasses, ledger));
}

async function contextOf(
  { headers, socket }: FastifyRequest,
  dryRun: string | undefined,
  role: Role,
  authenticator: Authenticator,
): Promise<ImportContext> {
  const request = requestContext(headers, socket);
  const { tenantId, actor, roles } = await authenticator.authenticate(request);
  if (!roles.includes(role)) throw new RequestError('FORBIDDEN', `This takes the role ${role}.`);
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

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { graphql, type GraphQLSchema } from 'graphql';
import { fromMillis, isInstant, parseInstant, type Instant } from '../../../libs/event-sourcing/instant.js';
import { RequestError } from '../../../libs/graphql/request-error.js';
import type { FaultLog } from '../../../libs/graphql/server/faults.js';
import { requestContext } from '../../../libs/graphql/server/request.js';
import { knownFailure } from '../known-failures.js';
import type { HealthCurve } from './health-chart.js';
import type { PlanPicture } from './plan-chart.js';

interface ChartParts {
  readonly schema: () => GraphQLSchema;
  readonly log: FaultLog;
}

const POINTS = 200;
const MOST_ENTRIES = 200;
const YEAR_MS = 365 * 86_400_000;

const CURVE = `query ($id: ID!, $from: DateTime!, $to: DateTime!) {
  relationship(id: $id) {
    id
    health(asOf: $to) { history(from: $from, to: $to, points: ${String(POINTS)}) { at score band definitionVersion } }
    entries(first: ${String(MOST_ENTRIES)}, from: $from, to: $to) { nodes { kind occurredAt } }
  }
}`;

interface Curve {
  readonly relationship: {
    readonly id: string;
    readonly health: { readonly history: HealthCurve['points'] };
    readonly entries: { readonly nodes: HealthCurve['entries'] };
  } | null;
}

const PLAN = `query ($metric: String!, $body: String!, $asOf: DateTime) {
  metricPlan(metric: $metric, body: $body, asOf: $asOf, movers: 0) {
    errors { code message path ... on DefinitionInvalid { line column allowed nearest } }
    inForce { metric version } relationships affected bandMoves { from to count }
    distribution { before { scored mean bins { from to count } } after { scored mean bins { from to count } } }
  }
}`;

interface Plan {
  readonly metricPlan: Omit<PlanPicture, 'names'> & {
    readonly errors: readonly object[];
    readonly inForce: { readonly metric: string; readonly version: number } | null;
  };
}

const STATUS: Readonly<Record<string, number>> = { UNAUTHENTICATED: 401, FORBIDDEN: 403, UNAVAILABLE: 503 };

/**
 * `GET /charts/relationships/{id}/health.svg?from=…&to=…`: the last year unless it is asked otherwise.
 * `POST /charts/metrics/{metric}/plan.svg?asOf=…` with a definition, in YAML or JSON, as its body: how scores would spread.
 * They ask what the caller could ask over GraphQL, with the caller's rights.
 */
export function serveCharts(app: FastifyInstance, parts: ChartParts): void {
  app.get<{ Params: { id: string }; Querystring: { from?: string; to?: string } }>(
    '/charts/relationships/:id/health.svg',
    async (request, reply) => {
      const { params, query } = request;
      const to = moment(query.to, fromMillis(Date.now()));
      const from = to && moment(query.from, fromMillis(Date.parse(to) - YEAR_MS));
      if (!to || !from) return refuse(reply, 400, 'INVALID_REQUEST', BAD_TIME);
      const found = await ask<Curve>(parts, request, reply, CURVE, { id: params.id, from, to });
      if (!found) return reply;
      const { relationship } = found;
      if (!relationship) return refuse(reply, 404, 'NOT_FOUND', 'There is none of that id.');
      const { healthChart } = await import('./health-chart.js'); // whoever asks for no chart does not wait for its library
      const { id: relationshipId, health, entries } = relationship;
      return picture(reply, healthChart({ relationshipId, points: health.history, entries: entries.nodes }));
    },
  );

  void app.register((scope, _options, ready) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
      done(null, body);
    });
    scope.post<{ Params: { metric: string }; Querystring: { asOf?: string }; Body: string | undefined }>(
      '/charts/metrics/:metric/plan.svg',
      async (request, reply) => {
        const { params, query, body = '' } = request;
        const asOf = moment(query.asOf, fromMillis(Date.now()));
        if (!asOf) return refuse(reply, 400, 'INVALID_REQUEST', BAD_TIME);
        const found = await ask<Plan>(parts, request, reply, PLAN, { metric: params.metric, body, asOf });
        if (!found) return reply;
        const { errors, inForce, ...plan } = found.metricPlan;
        if (errors[0]) return reply.code(422).send({ error: errors[0] });
        const { planChart } = await import('./plan-chart.js');
        const before = inForce ? `${inForce.metric}@${String(inForce.version)}` : 'in force';
        return picture(reply, planChart({ ...plan, names: [before, 'proposed'] }));
      },
    );
    ready();
  });
}

/** The data; undefined: it was refused, which the reply says already. */
async function ask<Data>(
  { schema, log }: ChartParts,
  { headers, socket }: FastifyRequest,
  reply: FastifyReply,
  source: string,
  variableValues: Readonly<Record<string, unknown>>,
): Promise<Data | undefined> {
  const contextValue = requestContext(headers, socket);
  const { data, errors } = await graphql({ schema: schema(), source, variableValues, contextValue });
  const [error] = errors ?? [];
  if (!error) return data as Data;
  const cause = error.originalError ?? error;
  const told = cause instanceof RequestError ? cause : knownFailure(cause);
  if (!told) log.error({ err: cause, correlationId: contextValue.correlationId }, 'a chart failed');
  const { code = 'INTERNAL' } = told?.extensions ?? {};
  const message = told?.message ?? 'Something failed here. The log of the server has it under the correlation id.';
  void reply.header('x-correlation-id', contextValue.correlationId);
  refuse(reply, STATUS[String(code)] ?? (told ? 400 : 500), String(code), message);
  return undefined;
}

const refuse = (reply: FastifyReply, status: number, code: string, message: string): FastifyReply =>
  reply.code(status).send({ error: { code, message } });

const picture = (reply: FastifyReply, svg: string): FastifyReply =>
  reply
    .type('image/svg+xml')
    .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
    .send(svg);

const BAD_TIME = 'It is no time with an offset, as 2026-03-09T10:30:00+01:00.';

function moment(text: string | undefined, otherwise: Instant): Instant | undefined {
  if (text === undefined) return otherwise;
  const read = parseInstant(text);
  return isInstant(read) ? read : undefined;
}

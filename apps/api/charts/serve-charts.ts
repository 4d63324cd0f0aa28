import type { FastifyInstance } from 'fastify';
import { graphql, type GraphQLSchema } from 'graphql';
import { fromMillis, isInstant, parseInstant, type Instant } from '../../../libs/event-sourcing/instant.js';
import { RequestError } from '../../../libs/graphql/request-error.js';
import type { FaultLog } from '../../../libs/graphql/server/faults.js';
import { requestContext } from '../../../libs/graphql/server/request.js';
import { knownFailure } from '../known-failures.js';
import type { HealthCurve } from './health-chart.js';

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

const STATUS: Readonly<Record<string, number>> = { UNAUTHENTICATED: 401, FORBIDDEN: 403, UNAVAILABLE: 503 };

/**
 * `GET /charts/relationships/{id}/health.svg?from=…&to=…`: the last year unless it is asked otherwise. It asks what the
 * caller could ask over GraphQL, with the caller's rights.
 */
export function serveCharts(app: FastifyInstance, { schema, log }: ChartParts): void {
  app.get<{ Params: { id: string }; Querystring: { from?: string; to?: string } }>(
    '/charts/relationships/:id/health.svg',
    async ({ params, query, headers, socket }, reply) => {
      const to = moment(query.to, fromMillis(Date.now()));
      const from = to && moment(query.from, fromMillis(Date.parse(to) - YEAR_MS));
      if (!to || !from) return reply.code(400).send({ error: { code: 'INVALID_REQUEST', message: BAD_TIME } });

      const contextValue = requestContext(headers, socket);
      const variableValues = { id: params.id, from, to };
      const { data, errors } = await graphql({ schema: schema(), source: CURVE, variableValues, contextValue });
      const [error] = errors ?? [];
      if (error) {
        const cause = error.originalError ?? error;
        const told = cause instanceof RequestError ? cause : knownFailure(cause);
        if (!told) log.error({ err: cause, correlationId: contextValue.correlationId }, 'a chart failed');
        const { code = 'INTERNAL' } = told?.extensions ?? {};
        const message =
          told?.message ?? 'Something failed here. The log of the server has it under the correlation id.';
        void reply.header('x-correlation-id', contextValue.correlationId);
        return reply.code(STATUS[String(code)] ?? (told ? 400 : 500)).send({ error: { code, message } });
      }
      const { relationship } = data as unknown as Curve;
      if (!relationship)
        return reply.code(404).send({ error: { code: 'NOT_FOUND', message: 'There is none of that id.' } });
      const { healthChart } = await import('./health-chart.js'); // whoever asks for no chart does not wait for its library
      const { id: relationshipId, health, entries } = relationship;
      const svg = healthChart({ relationshipId, points: health.history, entries: entries.nodes });
      return reply
        .type('image/svg+xml')
        .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
        .send(svg);
    },
  );
}

const BAD_TIME = 'from and to are times with an offset, as 2026-03-09T10:30:00+01:00.';

function moment(text: string | undefined, otherwise: Instant): Instant | undefined {
  if (text === undefined) return otherwise;
  const read = parseInstant(text);
  return isInstant(read) ? read : undefined;
}

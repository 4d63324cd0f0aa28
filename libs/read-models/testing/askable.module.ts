import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AbstractGraphQLDriver, GraphQLModule, GraphQLSchemaHost, type GqlModuleOptions } from '@nestjs/graphql';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { graphql, type ExecutionResult } from 'graphql';
import type { RawBuilder } from 'kysely';
import type { CallerContext, Role } from '../../access/caller.js';
import { START } from '../../event-sourcing/position.js';
import { WAIT_FOR_POSITION } from '../../graphql/at-least-position.js';
import { withDirectFields } from '../../graphql/direct-fields.js';
import { Loaders } from '../../graphql/request-context.js';
import { PLAN_METRIC } from '../metric-plan/metric-plan.resolver.js';
import { planMetric, type PlanRequest } from '../metric-plan/plan-metric.js';
import { LedgerLog } from '../ledger/ledger-log.js';
import '../../ledger/ledger.module.js'; // names the enumerations
import { ProjectionOverview } from '../projections/overview.js';
import type { Fields } from '../copied.js';
import { ReadDatabase } from '../read-database.js';
import { readModelResolvers } from '../resolvers.js';
import { TENANT, type GivenLedger } from './given-ledger.js';

/** The schema is all that is wanted: nothing is served. */
class NoTransport extends AbstractGraphQLDriver {
  override start(): Promise<void> {
    return Promise.resolve();
  }
  override stop(): Promise<void> {
    return Promise.resolve();
  }
}

/** Counts what it is asked. */
class CountingDatabase extends ReadDatabase {
  statements = 0;
  copies = 0;
  override rows<Row>(statement: RawBuilder<Row>): Promise<Row[]> {
    this.statements++;
    return super.rows(statement);
  }
  override copied<Row>(text: string, read: (fields: Fields) => Row, before?: string): AsyncGenerator<readonly Row[]> {
    this.copies++;
    return super.copied(text, read, before);
  }
}

export interface Answer extends ExecutionResult<Record<string, never>> {
  /** How many statements it took. */
  readonly statements: number;
  /** How many times facts were read beside that. */
  readonly copies: number;
}

/** The read models as GraphQL, with no transport between. */
export interface Askable {
  ask(query: string, variables?: Record<string, unknown>, roles?: readonly Role[]): Promise<Answer>;
  close(): Promise<void>;
}

export async function askable(ledger: GivenLedger): Promise<Askable> {
  const db = new CountingDatabase(ledger.log.database.pool);
  @Module({
    imports: [GraphQLModule.forRoot<GqlModuleOptions>({ driver: NoTransport, autoSchemaFile: true })],
    providers: [
      { provide: ReadDatabase, useValue: db },
      { provide: LedgerLog, useValue: new LedgerLog(ledger.log.store) },
      { provide: ProjectionOverview, useValue: new ProjectionOverview(ledger.log.database.pool, ledger.log.store) },
      { provide: PLAN_METRIC, useValue: (request: PlanRequest) => planMetric(ledger.log.database.pool, request) },
      { provide: WAIT_FOR_POSITION, useValue: () => Promise.resolve({ reached: true, position: START }) },
      ...withDirectFields(readModelResolvers),
    ],
  })
  class ReadModelsModule {}

  const app = await NestFactory.create(ReadModelsModule, new FastifyAdapter(), { logger: false });
  await app.init();
  const { schema } = app.get(GraphQLSchemaHost);
  return {
    async ask(source, variableValues = {}, roles = ['reader']) {
      db.statements = 0;
      db.copies = 0;
      const contextValue: CallerContext = {
        correlationId: 'test',
        authorization: undefined,
        local: true,
        loaders: new Loaders(),
        caller: { tenantId: TENANT, actor: { id: 'ann', kind: 'HUMAN' }, roles },
      };
      const result = await graphql({ schema, source, variableValues, contextValue });
      return { ...(JSON.parse(JSON.stringify(result)) as Answer), statements: db.statements, copies: db.copies };
    },
    close: () => app.close(),
  };
}

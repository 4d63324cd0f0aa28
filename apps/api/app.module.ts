import { Module, type DynamicModule } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { OperationTypeNode, type GraphQLSchema } from 'graphql';
import type pg from 'pg';
import { AccessModule } from '../../libs/access/access.module.js';
import type { AccessSettings } from '../../libs/access/authenticator.js';
import type { EventStore } from '../../libs/event-store/event-store.js';
import { WAIT_FOR_POSITION, withAtLeastPosition, type WaitForPosition } from '../../libs/graphql/at-least-position.js';
import { GraphqlDriver, type DriverOptions } from '../../libs/graphql/server/driver.js';
import type { FaultLog } from '../../libs/graphql/server/faults.js';
import { withTolerantInput } from '../../libs/graphql/tolerant-input.js';
import { CarryOutModule } from '../../libs/ledger/carry-out.module.js';
import type { Execute } from '../../libs/ledger/execute.js';
import { LedgerLog } from '../../libs/read-models/ledger/ledger-log.js';
import { PLAN_METRIC } from '../../libs/read-models/metric-plan/metric-plan.resolver.js';
import { planMetric, type PlanMetric, type PlanRequest } from '../../libs/read-models/metric-plan/plan-metric.js';
import { ProjectionOverview } from '../../libs/read-models/projections/overview.js';
import { ReadDatabase } from '../../libs/read-models/read-database.js';
import { DEMO_QUERY } from './demo-query.js';
import { knownFailure } from './known-failures.js';
import { resolvers } from './resolvers.js';

/** What the API works with. It opens nothing itself. */
export interface ApiServices {
  readonly store: EventStore;
  /** Where the read models are, as role `rapport_app`. */
  readonly pool: pg.Pool;
  readonly execute: Execute;
  readonly waitForPosition: WaitForPosition;
  /** Where plans of metrics are computed; absent: here, between requests. */
  readonly planElsewhere?: PlanMetric;
  readonly access: AccessSettings;
  readonly log: FaultLog;
}

@Module({})
export class AppModule {
  static of(services: ApiServices): DynamicModule {
    const { store, pool, execute, access, log, waitForPosition } = services;
    const planHere: PlanMetric = (request: PlanRequest) => planMetric(pool, request);
    const graphql: DriverOptions = {
      driver: GraphqlDriver,
      path: '/graphql',
      autoSchemaFile: true,
      transformSchema: (schema) => {
        describeRoots(schema);
        withAtLeastPosition(schema, waitForPosition);
        withTolerantInput(schema);
        return schema;
      },
      log,
      knownFailure,
      graphiql: { title: 'Rapport', defaultQuery: DEMO_QUERY },
    };
    return {
      module: AppModule,
      imports: [
        AccessModule.forRoot(access),
        CarryOutModule.of(execute),
        GraphQLModule.forRoot<DriverOptions>(graphql),
      ],
      providers: [
        { provide: WAIT_FOR_POSITION, useValue: waitForPosition },
        { provide: ReadDatabase, useValue: new ReadDatabase(pool) },
        { provide: PLAN_METRIC, useValue: services.planElsewhere ?? planHere },
        { provide: LedgerLog, useValue: new LedgerLog(store) },
        { provide: ProjectionOverview, useValue: new ProjectionOverview(pool, store) },
        ...resolvers,
      ],
    };
  }
}

/** Nest gives the root types no place for a description. */
function describeRoots(schema: GraphQLSchema): void {
  const descriptions = {
    query: 'What can be asked. Answers come from read models, which follow the ledger.',
    mutation: 'What can be recorded. Each is carried out whole or refused with its reasons in `errors`.',
    subscription: 'What can be followed, from any position on: no loss, no duplicate.',
  };
  for (const operation of Object.values(OperationTypeNode)) {
    const type = schema.getRootType(operation);
    if (type) type.description = descriptions[operation];
  }
}

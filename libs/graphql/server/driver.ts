import { Injectable } from '@nestjs/common';
import { AbstractGraphQLDriver, type GqlModuleOptions } from '@nestjs/graphql';
import type { FastifyInstance } from 'fastify';
import { Faults, type FaultLog, type KnownFailure } from './faults.js';
import { graphiqlPage } from './graphiql.js';
import { serveHttp } from './http.js';
import { Operations } from './operations.js';
import { serveWebsocket } from './websocket.js';

export interface DriverOptions extends GqlModuleOptions<GraphqlDriver> {
  readonly log: FaultLog;
  readonly knownFailure: KnownFailure;
  readonly graphiql: { readonly title: string; readonly defaultQuery: string };
}

/** Puts the schema that Nest builds behind HTTP, event streams and websockets of the application's Fastify. */
@Injectable()
export class GraphqlDriver extends AbstractGraphQLDriver<DriverOptions> {
  private readonly ending = new AbortController();

  start(options: DriverOptions): Promise<void> {
    const app = this.httpAdapterHost.httpAdapter.getInstance<FastifyInstance>();
    const { path = '/graphql', schema, log, knownFailure, graphiql } = options;
    if (!schema) throw new Error('Nest built no schema.');
    const operations = new Operations(schema, new Faults(log, knownFailure));
    serveHttp(app, operations, { path, page: graphiqlPage(graphiql), ending: this.ending.signal });
    const largestMessageBytes = app.initialConfig.bodyLimit ?? 2 ** 20;
    serveWebsocket(app, operations, { path, largestMessageBytes, ending: this.ending.signal });
    return Promise.resolve();
  }

  /** Ends what is followed; a request under way is answered still. */
  stop(): Promise<void> {
    this.ending.abort();
    return Promise.resolve();
  }
}

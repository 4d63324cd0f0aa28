import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { Authenticator } from '../../libs/access/authenticator.js';
import { ProjectionOverview } from '../../libs/read-models/projections/overview.js';
import { AppModule, type ApiServices } from './app.module.js';
import { serveCharts } from './charts/serve-charts.js';
import { serveHealth } from './health.js';
import { serveImport } from './import/serve-import.js';
import { serveMetrics } from './metrics.js';

/** A thousand touches in one request, and a text that is too long, so that it can be refused by its name. */
const LARGEST_BODY_BYTES = 4 * 2 ** 20;

/** The application with all its routes. It listens nowhere yet. `root` is one that contains more (a bench's own mutation). */
export async function createApi(
  services: ApiServices,
  root: DynamicModule = AppModule.of(services),
): Promise<NestFastifyApplication> {
  const { store, pool, execute, log } = services;
  const adapter = new FastifyAdapter({ bodyLimit: LARGEST_BODY_BYTES });
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: false,
    abortOnError: false,
  });
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  const overview = new ProjectionOverview(pool, store);
  serveMetrics(fastify, { store, overview });
  serveHealth(fastify, { store, pool, overview });

  const schema = (): GraphQLSchema => app.get(GraphQLSchemaHost).schema;
  serveImport(fastify, { store, execute, log, schema, authenticator: app.get(Authenticator) });
  serveCharts(fastify, { schema, log });
  return app;
}

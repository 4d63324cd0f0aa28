import { GraphQLSchemaHost } from '@nestjs/graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';
import type { ApiServices } from './app.module.js';
import { createApi } from './create-api.js';

/** The schema as text, from the code alone: nothing is opened, no field is asked. */
export async function printedSchema(): Promise<string> {
  const app = await createApi({ access: {} } as ApiServices); // nothing else is touched before a field is asked
  await app.init();
  const { schema } = app.get(GraphQLSchemaHost);
  await app.close();
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

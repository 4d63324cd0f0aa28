import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  buildSchema,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  parse,
  validate,
  type GraphQLArgument,
  type GraphQLSchema,
} from 'graphql';
import { readFile } from 'node:fs/promises';
import { DEMO_QUERY } from '../apps/api/demo-query.js';
import { printedSchema } from '../apps/api/print-schema.js';
import { NODE_TYPES } from '../libs/graphql/node.js';

interface Described {
  readonly description?: string | null | undefined;
}

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = buildSchema(await printedSchema());
});

describe('the schema', () => {
  it('describes every type, field and argument', () => {
    const bare: string[] = [];
    const look = (name: string, { description }: Described): void => {
      if (!description) bare.push(name);
    };
    for (const type of Object.values(schema.getTypeMap())) {
      if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
      look(type.name, type);
      const fields = isInputObjectType(type) || isInterfaceType(type) || isObjectType(type) ? type.getFields() : {};
      for (const field of Object.values<Described & { name: string; args?: readonly GraphQLArgument[] }>(fields)) {
        look(`${type.name}.${field.name}`, field);
        for (const argument of field.args ?? []) look(`${type.name}.${field.name}(${argument.name})`, argument);
      }
    }
    expect(bare).toEqual([]);
  });

  it('lets every query wait for a position', () => {
    const fields = Object.values(schema.getQueryType()?.getFields() ?? {});
    const without = fields.filter(({ args }) => !args.some(({ name }) => name === 'atLeastPosition'));
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  it('lets every mutation be sent again, and answers with errors in its payload', () => {
    for (const { name, args, type } of Object.values(schema.getMutationType()?.getFields() ?? {})) {
      const names = args.map((argument) => argument.name);
      expect([name, names]).toEqual([name, ['idempotencyKey', expect.stringMatching(/^inputs?$/)]]);
      const payload = schema.getType(String(type).replace('!', ''));
      expect(isObjectType(payload) && Object.keys(payload.getFields())).toEqual(
        expect.arrayContaining(['errors', 'position', 'replayed']),
      );
    }
  });

  it('has a type for every kind of id', () => {
    const node = schema.getType('Node');
    expect(
      isInterfaceType(node) &&
        schema
          .getPossibleTypes(node)
          .map(({ name }) => name)
          .filter((name) => name !== 'ReferralEntry') // shows a referral, whose id is that of a Referral
          .sort(),
    ).toEqual(Object.values(NODE_TYPES).sort());
  });

  it('answers the query that GraphiQL opens with', () => {
    expect(validate(schema, parse(DEMO_QUERY))).toEqual([]);
  });

  it('is the committed one', async () => {
    expect(await readFile(new URL('../schema.graphql', import.meta.url), 'utf8')).toBe(await printedSchema());
  });
});

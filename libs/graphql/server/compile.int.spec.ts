import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { execute, getOperationAST, parse, validate, type GraphQLSchema } from 'graphql';
import { Loaders, type RequestContext } from '../request-context.js';
import { compile } from './compile.js';
import { toyApi, type ToyApi } from './testing/toy-api.js';

let api: ToyApi;
let schema: GraphQLSchema;
beforeAll(async () => {
  api = await toyApi();
  ({ schema } = api.app.get(GraphQLSchemaHost));
});
afterAll(() => api.stop());

const context = (): RequestContext => ({
  correlationId: 'c',
  authorization: undefined,
  local: true,
  loaders: new Loaders(),
});

const PAINT = `mutation ($input: PaintInput!) { paint(input: $input) { painted position replayed
  errors { __typename code message path ... on InvalidInput { allowed nearest } } } }`;

describe('a compiled operation', () => {
  it.each<[query: string, variables: Record<string, unknown>]>([
    ['{ hello }', {}],
    ['{ __typename a: hello stone { weight under { weight } } }', {}],
    ['query ($first: Int) { stones(first: $first) { totalCount nodes { weight } pageInfo { endCursor } } }', {}],
    ['query ($first: Int) { stones(first: $first) { nodes { weight } } }', { first: 2 }],
    ['query ($first: Int = 3) { stones(first: $first) { nodes { weight } } }', {}],
    ['query ($first: Int!) { stones(first: $first) { nodes { weight } } }', {}],
    ['query ($first: Int!) { stones(first: $first) { nodes { weight } } }', { first: null }],
    ['query ($first: Int!) { stones(first: $first) { nodes { weight } } }', { first: 500 }],
    [
      'query ($yes: Boolean!, $no: Boolean = false) { hello @include(if: $yes) stone @include(if: $no) { weight } }',
      { yes: true },
    ],
    [
      'query ($at: DateTime!, $colour: Colour) { at(moment: $at, colour: $colour) }',
      { at: '2026-03-09T02:30:00+01:00', colour: 'RED' },
    ],
    [
      'query ($at: DateTime!, $colour: Colour) { at(moment: $at, colour: $colour) }',
      { at: '2026-03-09T02:30', colour: 'REED' },
    ],
    ['query ($p: Position) { shown(atLeastPosition: $p) }', { p: 'p0' }],
    ['query ($p: Position) { shown(atLeastPosition: $p) }', { p: 'p9' }],
    ['query ($p: Position) { shown(atLeastPosition: $p) }', {}],
    ['{ fault hello forbidden unavailable }', {}],
    ['{ forbidden hello }', {}],
    [PAINT, { input: { at: '2026-03-09T02:30:00Z' } }],
    [PAINT, { input: { at: '2026-03-09T02:30:00Z', colour: 'GREEN', minutes: 5 } }],
    [PAINT, { input: { at: '2026-03-09T02:30:00Z', colour: null } }],
    [PAINT, { input: { at: '2026-03-09', colour: 'GREN', minutes: -1 } }],
    [PAINT, { input: { at: 5, colour: 7, shape: 'round' } }],
    [PAINT, { input: [] }],
    [PAINT, {}],
    [
      `query ($a: Boolean!) { ...F } fragment F on Query { stone { ... on Stone @skip(if: $a) { weight } } }`,
      { a: false },
    ],
  ])('answers like the interpreter: %s %j', async (query, variables) => {
    const document = parse(query);
    expect(validate(schema, document)).toEqual([]);
    const compiled = compile(schema, document, getOperationAST(document)!);
    expect(compiled).toBeDefined();
    const interpreted = await execute({ schema, document, variableValues: variables, contextValue: context() });
    expect(plain(await compiled!(context(), variables))).toEqual(plain(interpreted));
  });

  it.each([
    '{ hello(name: "you") }',
    '{ at(moment: "2026-03-09T02:30:00Z") }',
    '{ at(moment: 5) }',
    'mutation { paint(input: { colour: GREN, at: 5 }) { painted } }',
    'mutation ($minutes: Minutes) { paint(input: { colour: RED, at: null, minutes: $minutes }) { painted } }',
    'query ($name: String = "you") { hello(name: $name) }',
  ])('is never made of %s', (query) => {
    const document = parse(query);
    expect(compile(schema, document, getOperationAST(document)!)).toBeUndefined();
  });
});

// Where an error stands in the document is told in other words; its message and path are not.
const plain = ({
  data,
  errors,
}: {
  data?: unknown;
  errors?: readonly { message: string; path?: unknown }[];
}): unknown => ({
  data: JSON.parse(JSON.stringify(data ?? null)) as unknown,
  errors: errors?.map(({ message, path }) => ({ message, path })).sort((a, b) => (a.message < b.message ? -1 : 1)),
});

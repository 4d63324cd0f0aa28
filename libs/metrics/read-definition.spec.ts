import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { assert, constantFrom, integer, property } from 'fast-check';
import { readFileSync } from 'node:fs';
import { CHANNELS as ALL_CHANNELS, RELATIONSHIP_KINDS } from './fact.js';
import { RelationshipKind } from '../ledger/relationship/relationship.words.js';
import { Channel } from '../ledger/touch/touch.words.js';
import { checkShape } from './check-shape.js';
import { DEFAULT_DEFINITION } from './default-definition.js';
import { canonicalBody, contentHash, mostSpecific } from './definition.js';
import { DefinitionInvalid } from './definition-problem.js';
import { ATTRIBUTION_SCHEMA, DEFINITION_SCHEMA } from './definition-schema.js';
import { compile } from './fold.js';
import { checkedDefinition, readDefinition } from './read-definition.js';
import { readDefault } from './testing/default.js';

const read = (text: string) => {
  const said = readDefinition(text);
  return 'problems' in said ? said.problems : [];
};
const TEXT = `metric: mine
components:
  - name: recency
    type: recency
    weight: 1
    mode: AGE
    halfLifeDays: 60
    when: outcome == "CONNECTED"
bands:
  - { name: ALL, from: 0 }
`;
const after = (line: RegExp, ...lines: string[]) => TEXT.replace(line, (found) => [found, ...lines].join('\n'));

describe('a definition', () => {
  it('is read from YAML and JSON alike', () => {
    const yaml = readDefinition(TEXT);
    if ('problems' in yaml) throw new Error();
    expect(readDefinition(JSON.stringify(yaml.definition))).toEqual(yaml);
    expect(checkedDefinition(yaml.definition)).toEqual(yaml);
  });

  it('has one hash, however it was written down', () => {
    const definition = readDefault();
    const { metric, ...others } = definition;
    expect(contentHash({ ...others, metric })).toBe(contentHash(definition));
    expect(contentHash({ ...definition, cadenceDays: 31 })).not.toBe(contentHash(definition));
    expect(canonicalBody(definition)).toContain('"metric":"relationship-health"');
  });

  it('serves the kinds that it names before one that names none', () => {
    const [all, care] = [{ relationshipKinds: [] }, { relationshipKinds: ['CARE'] }];
    expect(mostSpecific([all, care], 'CARE')).toBe(care);
    expect(mostSpecific([all, care], 'VENDOR')).toBe(all);
    expect(mostSpecific([care], 'VENDOR')).toBeUndefined();
  });

  it('that ships is a good one', () => {
    expect(read(DEFAULT_DEFINITION)).toEqual([]);
  });

  it('that ships is explained word for word', () => {
    expect(readFileSync('docs/metrics.md', 'utf8')).toContain(DEFAULT_DEFINITION);
  });

  it('knows the channels and kinds of relationship that the ledger knows', () => {
    expect(ALL_CHANNELS).toEqual(Object.keys(Channel));
    expect(RELATIONSHIP_KINDS).toEqual(Object.keys(RelationshipKind));
  });
});

describe('what is wrong with a definition is said with', () => {
  it('the line, the column, what is allowed and the nearest name', () => {
    expect(read(TEXT.replace('halfLifeDays: 60', 'halfLifeDay: 60'))).toEqual([
      expect.objectContaining({ path: ['components', '0'], message: 'It needs halfLifeDays.', line: 3, column: 5 }),
      expect.objectContaining({
        ...{ path: ['components', '0', 'halfLifeDay'], nearest: 'halfLifeDays', line: 7, column: 5 },
        allowed: expect.arrayContaining(['halfLifeDays', 'weight']),
      }),
    ]);
  });

  it('the type of component that was meant', () => {
    expect(read(TEXT.replace('type: recency', 'type: recensy'))).toEqual([
      expect.objectContaining({ path: ['components', '0', 'type'], nearest: 'recency', line: 4, column: 11 }),
    ]);
  });

  it('the place in an expression and the field that was meant', () => {
    expect(read(TEXT.replace('outcome ==', 'outcom =='))).toEqual([
      expect.objectContaining({
        ...{ path: ['components', '0', 'when'], nearest: 'outcome', line: 8, column: 11 },
        message: 'A fact has no field outcom.',
      }),
    ]);
    const [problem] = read(TEXT.replace(/outcome.*/, `"asked || chanel == 'FAX'"`));
    expect(problem).toMatchObject({ nearest: 'channel', line: 8, column: 21 });
  });

  it.each([
    ['weights that sum to 0', TEXT.replace('weight: 1', 'weight: 0'), 'The weights sum to 0: at least one is more.'],
    ['a half-life of 0', TEXT.replace('halfLifeDays: 60', 'halfLifeDays: 0'), 'It is more than 0.'],
    ['a weight below 0', TEXT.replace('weight: 1', 'weight: -1'), 'It is at least 0.'],
    ['an infinite weight', TEXT.replace('weight: 1', 'weight: .inf'), 'This is a number.'],
    ['a condition that is a number', TEXT.replace(/outcome.*/, '"1 + 1"'), 'It gives int, not a condition.'],
    ['a weight that is a condition', after(/ {4}when.*/, '    weigh: asked'), 'It gives bool, not a number.'],
    ['a condition that does not parse', TEXT.replace(/outcome.*/, 'outcome =='), 'Unexpected token: EOF'],
    ['bands without a lowest', TEXT.replace('from: 0', 'from: 10'), 'The lowest band starts at 0.'],
    ['bands upside down', after(/bands:/, '  - { name: LOW, from: 0 }'), 'Bands go from the highest to the lowest.'],
    ['a second of a name', after(/bands:/, '  - { name: ALL, from: 50 }'), 'There is another ALL.'],
    ['a key twice', after(/metric: mine/, 'metric: yours'), 'Map keys must be unique'],
    ['no YAML', 'metric: [', 'Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['nothing', '', 'This is fields with values.'],
    ['a book', 'x'.repeat(200_001), 'It is longer than any definition.'],
    ['a bomb', bomb(), 'Excessive alias count indicates a resource exhaustion attack'],
  ])('words: %s', (_, text, message) => {
    expect(read(text).map((problem) => problem.message)).toContain(message);
  });

  it('words: components that do not go together', () => {
    const wrong = (...components: object[]) => {
      const said = checkedDefinition({ metric: 'x', components, bands: [{ name: 'ALL', from: 0 }] });
      return 'problems' in said ? said.problems.map(({ message }) => message) : [];
    };
    const trust = { type: 'trust', name: 't', weight: 1, halfLifeDays: 9, kappa: 1, selfOrientationFloor: 0.5 };
    const promises = { type: 'commitments', name: 'c', weight: 0 };
    expect(wrong(trust)).toEqual([expect.stringContaining('needs a component of type commitments')]);
    expect(wrong(trust, promises)).toEqual([]);
    expect(wrong(trust, promises, { ...promises, name: 'd' })).toEqual([
      'There is at most one component of type commitments.',
    ]);
    const referral = { type: 'referral', name: 'r', weight: 1, mode: 'TARGET', halfLifeDays: 400 };
    expect(wrong(referral)).toEqual(['With mode TARGET it needs target.']);
    expect(wrong({ ...referral, mode: 'BASELINE' })).toEqual(['It is less than the half-life of the past.']);
    const mix = { type: 'mix', name: 'm', weight: 1, halfLifeDays: 9, targetBp: { EMAIL: 9000 } };
    expect(wrong(mix)).toEqual(['It sums to 9000, not 10000.']);
  });

  it('an exception that carries all of it, where a definition is run that was not read', () => {
    const definition = readDefault();
    const recency = { ...definition.components[0]!, when: 'chanel == "X"' };
    expect(() => compile({ ...definition, components: [recency] })).toThrow(DefinitionInvalid);
  });
});

describe('a definition of how credit is split', () => {
  const CREDIT = `metric: referral-credit
attribution:
  model: POSITION
  lookbackDays: 60
  firstShare: 0.5
`;

  it('is read like one of a score', () => {
    expect(readDefinition(CREDIT)).toEqual({
      definition: { metric: 'referral-credit', attribution: { model: 'POSITION', lookbackDays: 60, firstShare: 0.5 } },
    });
  });

  it('is told what is wrong with it in the same way', () => {
    expect(read(CREDIT.replace('POSITION', 'POSITIONS'))).toEqual([
      expect.objectContaining({ path: ['attribution', 'model'], nearest: 'POSITION', line: 3 }),
    ]);
    expect(read(CREDIT.replace('60', '0'))).toEqual([
      expect.objectContaining({ path: ['attribution', 'lookbackDays'], message: 'It is at least 1.', line: 4 }),
    ]);
    expect(read(CREDIT.replace('0.5', '0.7'))).toEqual([
      expect.objectContaining({ message: 'The first and the last touch earn more than there is.' }),
    ]);
  });

  it('has a schema for editors', () => {
    const shipped = JSON.parse(readFileSync('libs/metrics/attribution.schema.json', 'utf8')) as object;
    expect(shipped).toEqual(JSON.parse(JSON.stringify(ATTRIBUTION_SCHEMA)));
  });
});

describe('the shipped schema', () => {
  const shipped = JSON.parse(readFileSync('libs/metrics/definition.schema.json', 'utf8')) as object;
  const isValid = new Ajv2020({ allowUnionTypes: true }).compile(shipped);

  it('is the one that definitions are read by', () => {
    expect(shipped).toEqual(JSON.parse(JSON.stringify(DEFINITION_SCHEMA)));
    expect(isValid(readDefault())).toBe(true);
  });

  it('accepts what the reader accepts, and nothing else', () => {
    const values = [
      '',
      'AGE',
      'referral',
      'x y',
      0,
      1,
      -1,
      0.5,
      2e6,
      1e300,
      true,
      null,
      [],
      {},
      { EMAIL: 10_000 },
      ['CARE'],
    ];
    const keys = ['weight', 'type', 'when', 'target', 'unknown', 'EMAIL', '__proto__', 'toString'];
    let refused = 0;
    assert(
      property(
        integer({ min: 0 }),
        constantFrom(...values),
        constantFrom(...keys),
        integer({ min: 0, max: 2 }),
        (at, value, key, how) => {
          const definition = JSON.parse(JSON.stringify(readDefault())) as object;
          const places = placesIn(definition);
          const { holder, name } = places[at % places.length]!;
          if (how === 0) Reflect.set(holder, name, value);
          else if (how === 1) Reflect.deleteProperty(holder, name);
          else Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
          const copy: unknown = JSON.parse(JSON.stringify(definition));
          const isAccepted = isValid(copy);
          if (!isAccepted) refused += 1;
          expect([checkShape(DEFINITION_SCHEMA, copy).length === 0, copy]).toEqual([isAccepted, copy]);
        },
      ),
      { numRuns: 800 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});

function placesIn(value: unknown): { holder: object; name: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [{ holder: value, name }, ...placesIn(inner)]);
}

function bomb(): string {
  const lines = ['a: &a [x, x, x, x, x, x, x, x]'];
  for (const [from, to] of ['ab', 'bc', 'cd', 'de']) {
    lines.push(`${to!}: &${to!} [${Array.from({ length: 8 }, () => `*${from!}`).join(', ')}]`);
  }
  return lines.join('\n');
}

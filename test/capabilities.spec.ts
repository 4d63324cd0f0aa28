import { describe, expect, it } from '@jest/globals';
import { buildSchema, isObjectType } from 'graphql';
import { existsSync, readFileSync } from 'node:fs';

const page = readFileSync('docs/capabilities.md', 'utf8');
const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
const mutations = Object.keys(schema.getMutationType()!.getFields());
const queries = Object.keys(schema.getQueryType()!.getFields());

const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (Need|-+) /.test(line))
  .map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, 5),
  ) as [string, string, string, string][];
const named = (cell: string): string[] => [...cell.matchAll(/`([\w.]+)`/g)].map(([, name]) => name!);

describe('what people need', () => {
  it('fills several pages', () => {
    expect(rows.length).toBeGreaterThan(40);
  });

  it.each(rows)('has its mutations, its fields and its test: %s', (_, record, see, test) => {
    for (const name of named(record)) if (name !== 'occurredAt') expect(mutations).toContain(name);
    for (const name of named(see)) {
      const [owner, field] = name.includes('.') ? (name.split('.') as [string, string]) : ['Query', name];
      const type = schema.getType(owner === 'Entry' ? 'Touch' : owner);
      if (owner === 'Query') expect(queries).toContain(field);
      else expect(isObjectType(type) && Object.keys(type.getFields())).toContain(field);
    }
    expect(existsSync(test)).toBe(true);
  });
});

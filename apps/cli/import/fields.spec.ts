import { describe, expect, it } from '@jest/globals';
import { buildSchema, isInputObjectType, type GraphQLSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { FIELDS, type ImportType } from './fields.js';

const schema: GraphQLSchema = buildSchema(readFileSync('schema.graphql', 'utf8'));

function inputFields(name: string): string[] {
  const type = schema.getType(name);
  return isInputObjectType(type) ? Object.keys(type.getFields()) : [];
}

/** What the import makes of fields that no input has. */
const MADE: Readonly<Record<ImportType, readonly string[]>> = {
  touches: ['id', 'from', 'to', 'relationship', 'at', 'kind', 'costMinor', 'currency'],
  relationships: ['id', 'at', 'steward', 'intervalDays', 'graceDays'],
  parties: ['id', 'npi', 'email', 'phone', 'at'],
};

describe('fields of a file', () => {
  it.each([
    ['touches', 'RecordTouchInput', ['participants', 'occurredAt', 'cost', 'touchId']],
    ['relationships', 'OpenRelationshipInput', ['occurredAt']],
    ['parties', 'RegisterPartyInput', ['identities', 'occurredAt']],
  ] as const)('of %s are those of %s', (type, input, otherwise) => {
    const passed = Object.keys(FIELDS[type]).filter((name) => !MADE[type].includes(name));
    expect([...passed, ...otherwise].sort()).toEqual(inputFields(input).sort());
  });

  it.each(Object.keys(FIELDS) as ImportType[])('of %s have names that mean one field only', (type) => {
    const names = Object.entries(FIELDS[type]).flatMap(([name, { aliases = [] }]) => [name.toLowerCase(), ...aliases]);
    expect(names.filter((name, index) => names.indexOf(name) < index)).toEqual([]);
  });
});

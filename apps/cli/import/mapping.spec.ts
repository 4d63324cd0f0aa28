import { describe, expect, it } from '@jest/globals';
import { Mapping, type MappingOptions } from './mapping.js';
import { rowKinds } from './rows/kinds.js';

const touches = (columns: string[], options: Partial<MappingOptions> = {}): Mapping =>
  new Mapping(rowKinds.touches.fields, columns, { map: [], set: [], ...options });
const timeOf = (cell: unknown, offset?: string): unknown => {
  const fields = touches(['at'], { offset }).read({ at: cell });
  return 'code' in fields ? fields['code'] : fields['at'];
};

describe('columns', () => {
  it('mean the field whose name or other name they bear', () => {
    const { columns } = touches(['Sender', 'RECIPIENT', 'time_stamp', 'Channel', 'mood']);
    expect([...columns]).toEqual([
      ['Sender', 'from'],
      ['RECIPIENT', 'to'],
      ['time_stamp', 'at'],
      ['Channel', 'channel'],
    ]);
  });

  it('mean what they are told to, whichever side of the sign they are on', () => {
    const columns = ['x', 'y', 'z'];
    const map: [string, string][] = [
      ['x', 'from'],
      ['to', 'y'],
      ['z', 'time'],
    ];
    expect([...touches(columns, { map }).columns.values()]).toEqual(['from', 'to', 'at']);
  });

  it('that are told come before own names, and these before other names', () => {
    const mapping = touches(['from', 'sender'], { map: [['sender', 'from']] });
    expect([...mapping.columns]).toEqual([['sender', 'from']]);
    expect([...touches(['source', 'from']).columns]).toEqual([['from', 'from']]);
  });

  it.each([
    [['a'], [['b', 'from']], 'The file has no column b'],
    [['a'], [['a', 'frm']], 'There is no field frm'],
    [['src', 'sender'], [], 'Both src and sender would be from'],
  ] as [string[], [string, string][], string][])('of %j cannot be told %j', (columns, map, message) => {
    expect(() => touches(columns, { map })).toThrow(message);
  });
});

describe('cells', () => {
  it('become words, numbers and text; empty ones are not there', () => {
    const mapping = touches(['channel', 'minutes', 'note', 'topic'], { set: [['intent', 'give']] });
    expect(mapping.read({ channel: ' phone call', minutes: '12', note: '12', topic: '' })).toEqual({
      intent: 'GIVE',
      channel: 'PHONE_CALL',
      minutes: 12,
      note: '12',
    });
  });

  it.each([
    ['1082008561', '2004-04-15T05:56:01.000Z'],
    ['1082008561.25', '2004-04-15T05:56:01.250Z'],
    [1082008561, '2004-04-15T05:56:01.000Z'],
    ['1082008561000', '2004-04-15T05:56:01.000Z'],
    ['0', '1970-01-01T00:00:00.000Z'],
    ['2024-02-30T00:00:00Z', 'INVALID_INPUT'],
    ['2024-03-01T12:00:00+02:00', '2024-03-01T10:00:00.000Z'],
    ['2024-03-01 12:00:00', 'NAIVE_TIMESTAMP'],
    ['03/01/2024', 'INVALID_INPUT'],
    ['99999999999999999', 'INVALID_INPUT'],
  ])('of times: %s is %s', (cell, expected) => {
    expect(timeOf(cell)).toBe(expected);
  });

  it.each([
    ['2024-03-01 12:00:00', '2024-03-01T11:00:00.000Z'],
    ['2024-03-01 12:00', '2024-03-01T11:00:00.000Z'],
    ['2024-03-01', '2024-02-29T23:00:00.000Z'],
    ['2024-03-01T12:00:00Z', '2024-03-01T12:00:00.000Z'],
  ])('of times without offset take that of the file: %s is %s', (cell, expected) => {
    expect(timeOf(cell, '+01:00')).toBe(expected);
  });
});

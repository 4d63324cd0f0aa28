import { describe, expect, it } from '@jest/globals';
import type { Row } from '../event-sourcing/projection.js';
import { WorkingRows, type RowsOptions } from './rows.js';
import { compile } from './tables.js';

const projection = compile({
  name: 'things',
  version: 1,
  tables: { things: { columns: { tenant_id: 'text', id: 'integer', size: 'integer' }, key: ['tenant_id', 'id'] } },
  on: {},
});
/** What a thing takes with its key. */
const BYTES = 160;
const rowsWith = (options: Partial<RowsOptions> = {}) =>
  new WorkingRows(projection, { capacity: 100 * BYTES, empty: false, strict: false, ...options });
const thing = (id: number, size = 0): Row => ({ tenant_id: 'demo', id, size });
const taken = (rows: WorkingRows) =>
  [...(rows.take().get('things')?.changes ?? [])].map(([key, { row, stored }]) => [
    key.split('\0')[1],
    row?.['size'],
    stored,
  ]);

describe('the rows of a batch', () => {
  it('hands over each row once, as the last event left it', () => {
    const rows = rowsWith();
    rows.put('things', thing(1));
    rows.put('things', thing(2));
    rows.put('things', thing(1, 5));
    expect(rows.changed).toBe(2);
    expect(taken(rows)).toEqual([
      ['1', 5, 'unknown'],
      ['2', 0, 'unknown'],
    ]);
    expect(taken(rows)).toEqual([]);
  });

  it('knows which rows the database holds: those it was told of, and those it was handed', () => {
    const rows = rowsWith();
    rows.remember('things', 'demo\0' + '1', thing(1));
    rows.remember('things', 'demo\0' + '2', null);
    rows.put('things', thing(1, 1));
    rows.put('things', thing(2, 1));
    expect(taken(rows)).toEqual([
      ['1', 1, true],
      ['2', 1, false],
    ]);
    rows.delete('things', ['demo', 2]);
    expect(taken(rows)).toEqual([['2', undefined, true]]);
    rows.put('things', thing(2, 3));
    expect(taken(rows)).toEqual([['2', 3, false]]);
  });

  it('knows every row of a build that was empty, until it has to forget some', () => {
    const rows = rowsWith({ empty: true, capacity: 4 * BYTES });
    for (let id = 1; rows.complete; id++) {
      expect(rows.get('things', ['demo', id])).toBeUndefined();
      rows.put('things', thing(id));
      rows.take();
    }
    expect(() => rows.get('things', ['demo', 1])).toThrow('things (demo, 1) without naming it');
  });

  it('keeps the rows that are read', () => {
    const rows = rowsWith({ capacity: 4 * BYTES });
    rows.put('things', thing(0));
    for (let id = 1; id < 50; id++) {
      expect(rows.get('things', ['demo', 0])).toEqual(thing(0));
      rows.remember('things', `demo\0${String(id)}`, null);
      rows.take();
    }
  });

  it('forgets rows that nobody reads, but not before they are written', () => {
    const rows = rowsWith({ empty: true });
    rows.put('things', thing(1));
    expect(taken(rows)).toEqual([['1', 0, false]]);
    expect(rows.knows('things', 'demo\0' + '1')).toBe(true);
    rows.put('things', thing(2));
    expect(taken(rows)).toEqual([['2', 0, 'unknown']]);
    expect(rows.knows('things', 'demo\0' + '1')).toBe(false);
    rows.put('things', thing(2, 1));
    expect(taken(rows)).toEqual([['2', 1, true]]);
  });

  it('never goes back to what a row was before it was replaced unread', () => {
    const rows = rowsWith({ capacity: 2 * BYTES });
    rows.remember('things', 'demo\0' + '1', thing(1));
    rows.take();
    rows.remember('things', 'demo\0' + '2', thing(2));
    rows.take(); // the first is among the older ones by now
    rows.put('things', thing(1, 7));
    rows.take();
    rows.take();
    expect(rows.knows('things', 'demo\0' + '1') ? rows.get('things', ['demo', 1]) : 'to be looked up').toEqual(
      thing(1, 7),
    );
  });

  it('lets a handler get what it named, and put only columns that there are, when it is strict', () => {
    const rows = rowsWith({ strict: true });
    rows.put('things', thing(1));
    rows.name(['things' + 'demo\0' + '1']);
    expect(rows.get('things', ['demo', 1])).toEqual(thing(1));
    rows.name([]);
    expect(() => rows.get('things', ['demo', 1])).toThrow('without naming it');
    expect(() => {
      rows.put('things', { ...thing(1), colour: 'red' });
    }).toThrow('things has no column colour');
    expect(() => {
      rows.put('nothings', thing(1));
    }).toThrow('There is no table nothings');
  });
});

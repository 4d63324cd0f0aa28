import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { deriveId, type RelationshipId } from '../../event-sourcing/id.js';
import type { PageRequest } from '../../graphql/paging.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import type { TouchFacts } from '../../ledger/touch/touch.js';
import { cursorOf } from '../ordering.js';
import { day, GivenLedger, partyId, relationshipId, SAID, TENANT, touchId } from '../testing/given-ledger.js';
import {
  byTime,
  countEntries,
  entriesAt,
  entriesById,
  entryPages,
  type EntryFilter,
  type TouchRow,
} from './queries.js';

const opened = (id: RelationshipId): LedgerEvent => {
  const sides = { a: partyId('we'), b: partyId('they') };
  return event(
    'RelationshipOpened',
    { relationshipId: id, ...sides, kind: 'CARE', intent: 'RELATIONAL' } as const,
    day(0),
  );
};
const touched = (name: string, days: number, more: Partial<TouchFacts> = {}): LedgerEvent =>
  event('TouchRecorded', { touchId: touchId(name), ...SAID, ...more }, day(days));
const targetEventId = deriveId('evt', 'the recording');
const STANDING: EntryFilter = { includeRetracted: false };
const ALL: PageRequest = { first: 200, after: undefined };

describe('the timeline', () => {
  let ledger: GivenLedger;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
  });
  afterAll(() => ledger.close());

  const page = async (
    id: RelationshipId,
    more: Partial<EntryFilter> = {},
    request = ALL,
    way: 'ASC' | 'DESC' = 'ASC',
  ): Promise<TouchRow[]> => {
    const rows = await entryPages(ledger.db, TENANT, [id], { ...STANDING, ...more }, byTime(way), request);
    return rows.slice(0, request.first); // beyond that they only tell that more follows
  };
  const names = (rows: readonly TouchRow[], of: readonly string[]): (string | undefined)[] =>
    rows.map(({ id }) => of.find((name) => touchId(name) === id));

  it('shows what is true of an entry now, and what became of it', async () => {
    const id = relationshipId('amended');
    const [, recorded] = await ledger.record(
      id,
      opened(id),
      touched('am', 10, { costMinor: 990, currency: 'EUR', note: 'We met.', topic: 'plans' }),
    );
    const replacement = { ...SAID, channel: 'MEAL', occurredAt: day(9), note: 'We ate.' } as const;
    const [correction] = await ledger.record(
      id,
      event('TouchCorrected', { touchId: touchId('am'), targetEventId, reason: 'It was lunch.', replacement }, day(11)),
    );
    const [retraction] = await ledger.record(
      id,
      event('TouchRetracted', { touchId: touchId('am'), targetEventId, reason: 'Wrong person.' }, day(12)),
    );
    await ledger.shown();
    const [entry, ...others] = await page(id, { includeRetracted: true });
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      id: touchId('am'),
      kind: 'TOUCH',
      relationshipId: id,
      eventId: recorded,
      occurredAt: day(9),
      channel: 'MEAL',
      note: 'We ate.',
      cost: null,
      retracted: true,
      amendments: [
        { kind: 'CORRECTED', eventId: correction, reason: 'It was lunch.' },
        { kind: 'RETRACTED', eventId: retraction, reason: 'Wrong person.' },
      ],
    });
    expect(entry!.amendments[0]!.recordedAt >= entry!.recordedAt).toBe(true);
    expect(entry).not.toHaveProperty('topic');
    expect(await page(id)).toEqual([]);
  });

  it('filters by kind, channel and business time', async () => {
    const id = relationshipId('filtered');
    const all = ['fi 1', 'fi 2', 'fi 3'];
    await ledger.record(
      id,
      opened(id),
      touched('fi 1', 10),
      touched('fi 2', 20, { channel: 'MEAL' }),
      touched('fi 3', 30, { channel: 'FAX' }),
    );
    await ledger.shown();
    expect(names(await page(id, { channels: ['MEAL', 'FAX'] }), all)).toEqual(['fi 2', 'fi 3']);
    expect(names(await page(id, { from: day(10), to: day(30) }), all)).toEqual(['fi 1', 'fi 2']);
    expect(await page(id, { kinds: [] })).toEqual([]);
    expect(names(await page(id, { kinds: ['TOUCH'], channels: ['FAX'] }), all)).toEqual(['fi 3']);
    expect(await countEntries(ledger.db, TENANT, [id], { ...STANDING, from: day(20) })).toEqual([{ id, count: 2 }]);
  });

  it('pages through ties in the order of the ledger, both ways, while entries come in', async () => {
    const id = relationshipId('tied');
    const all = ['ti 1', 'ti 2', 'ti 3', 'ti 4', 'ti 5', 'ti late', 'ti early'];
    await ledger.record(id, opened(id), ...all.slice(0, 5).map((name) => touched(name, 10)));
    await ledger.shown();
    const first = await page(id, {}, { first: 2, after: undefined });
    expect(names(first, all)).toEqual(['ti 1', 'ti 2']);
    const after = cursorOf(first[1]!.occurredAt, first[1]!);

    await ledger.record(id, touched('ti early', 5), touched('ti late', 10));
    await ledger.shown();
    expect(names(await page(id, {}, { first: 2, after }), all)).toEqual(['ti 3', 'ti 4']);
    expect(names(await page(id, {}, { first: 9, after }), all)).toEqual(['ti 3', 'ti 4', 'ti 5', 'ti late']);
    expect(names(await page(id, {}, { first: 9, after }, 'DESC'), all)).toEqual(['ti 1', 'ti early']);
    expect(names(await page(id, {}, ALL, 'DESC'), all)).toEqual([
      'ti late',
      'ti 5',
      'ti 4',
      'ti 3',
      'ti 2',
      'ti 1',
      'ti early',
    ]);
  });

  it('keeps one touch over two relationships as one entry in each', async () => {
    const [one, two] = [relationshipId('shared one'), relationshipId('shared two')];
    await ledger.record(one, opened(one), touched('shared', 10));
    await ledger.record(two, opened(two), touched('shared', 10));
    await ledger.record(
      two,
      event('TouchRetracted', { touchId: touchId('shared'), targetEventId, reason: 'Not there.' }, day(12)),
    );
    await ledger.shown();
    const [first] = await entriesById(ledger.db, TENANT, [touchId('shared')]);
    expect(first).toMatchObject({ relationshipId: one, retracted: false });
    const places = [two, one].map((relationshipId) => ({ relationshipId, id: touchId('shared') }));
    const found = await entriesAt(ledger.db, TENANT, places);
    expect(new Map(found.map((entry) => [entry.relationshipId, entry.retracted]))).toEqual(
      new Map([
        [one, false],
        [two, true],
      ]),
    );
  });

  it('is empty for another tenant', async () => {
    const rows = await entryPages(ledger.db, 'other', [relationshipId('tied')], STANDING, byTime('ASC'), ALL);
    expect(rows).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { deriveId, type CommitmentId, type PartyId, type RelationshipId } from '../../event-sourcing/id.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import { askable, type Askable } from '../testing/askable.module.js';
import { day, GivenLedger, opened, partyId, relationshipId } from '../testing/given-ledger.js';
import { statusAt } from './queries.js';

const [we, they] = [partyId('we'), partyId('they')];
const commitmentId = (name: string): CommitmentId => deriveId('cmt', name);
const made = (name: string, days: number, dueDays: number, owedBy: PartyId = we): LedgerEvent => {
  const owed = { owedBy, owedTo: owedBy === we ? they : we, text: name, dueAt: day(dueDays) };
  return event('CommitmentMade', { commitmentId: commitmentId(name), ...owed }, day(days));
};
const kept = (name: string, days: number): LedgerEvent =>
  event('CommitmentKept', { commitmentId: commitmentId(name), lateDays: 0 }, day(days));
const renegotiated = (name: string, days: number, dueDays: number): LedgerEvent =>
  event('CommitmentRenegotiated', { commitmentId: commitmentId(name), newDueAt: day(dueDays) }, day(days));
const ALL = ['OPEN', 'OVERDUE', 'KEPT', 'BROKEN', 'WAIVED', 'DECLINED'];

/** Days after the first of 2026 that have not come yet when this is read. */
const FAR = 36_500;

describe('commitments', () => {
  let ledger: GivenLedger;
  let read: Askable;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
    read = await askable(ledger);
  });
  afterAll(async () => {
    await read.close();
    await ledger.close();
  });

  const FIELDS = `id text status dueAt firstDueAt reminders remindedAt renegotiations endedAt lateDays
    steps { step eventId occurredAt newDueAt note retracted amendments { kind reason } } amendments { kind reason }`;
  const listed = async (id: RelationshipId, status?: readonly string[]) => {
    const query = `query ($id: ID!, $status: [CommitmentStatus!]) {
      relationship(id: $id) { commitments(status: $status) { totalCount nodes { ${FIELDS} } } } }`;
    const { data, errors } = await read.ask(query, { id, status });
    expect(errors).toBeUndefined();
    return data?.['relationship']?.['commitments'] as unknown as { totalCount: number; nodes: { text: string }[] };
  };
  const texts = async (id: RelationshipId, status?: readonly string[]) =>
    (await listed(id, status)).nodes.map(({ text }) => text);

  it('are listed by where they stand, the earliest date first', async () => {
    const id = relationshipId('listed');
    const ended = (type: 'CommitmentBroken' | 'CommitmentWaived' | 'CommitmentDeclined', name: string): LedgerEvent =>
      event(type, { commitmentId: commitmentId(name) }, day(15));
    await ledger.record(
      id,
      opened(id),
      made('open', 1, FAR),
      made('overdue', 1, 20),
      made('kept', 1, 10),
      made('broken', 1, 11),
      made('waived', 1, 12),
      made('declined', 1, 13),
      made('never made', 1, 14),
      kept('kept', 12),
      ended('CommitmentBroken', 'broken'),
      ended('CommitmentWaived', 'waived'),
      ended('CommitmentDeclined', 'declined'),
      event('CommitmentRetracted', {
        commitmentId: commitmentId('never made'),
        targetEventId: deriveId('evt', 'any'),
        reason: 'No.',
      }),
    );
    await ledger.shown();
    expect(await texts(id)).toEqual(['kept', 'broken', 'waived', 'declined', 'overdue', 'open']);
    for (const status of ALL) expect(await texts(id, [status])).toEqual([status.toLowerCase()]);
    expect(await listed(id, ['OPEN', 'OVERDUE'])).toMatchObject({
      totalCount: 2,
      nodes: [{ status: 'OVERDUE' }, { status: 'OPEN' }],
    });
    const due = { status: 'OPEN', dueAt: day(20) } as const;
    expect([statusAt(due, day(20)), statusAt(due, day(20.001))]).toEqual(['OPEN', 'OVERDUE']);
    expect(await listed(id, ['KEPT'])).toMatchObject({ nodes: [{ status: 'KEPT', endedAt: day(12), lateDays: 2 }] });
  });

  it('say what follows from steps in the order in which they were so, not in which they were recorded', async () => {
    const id = relationshipId('late');
    const reminded = (days: number): LedgerEvent =>
      event('CommitmentReminded', { commitmentId: commitmentId('late'), note: 'Called.' }, day(days));
    const [, , , late] = await ledger.record(
      id,
      opened(id),
      made('late', 1, 10),
      kept('late', 20),
      renegotiated('late', 9, 19),
      renegotiated('late', 5, 12),
      reminded(8),
      reminded(6),
    );
    await ledger.shown();
    expect((await listed(id)).nodes[0]).toMatchObject({
      status: 'KEPT',
      dueAt: day(19),
      firstDueAt: day(10),
      renegotiations: 2,
      reminders: 2,
      remindedAt: day(8),
      lateDays: 1,
      steps: [
        { step: 'RENEGOTIATED', occurredAt: day(5), newDueAt: day(12), note: null },
        { step: 'REMINDED', occurredAt: day(6), note: 'Called.' },
        { step: 'REMINDED', occurredAt: day(8) },
        { step: 'RENEGOTIATED', occurredAt: day(9), eventId: late, retracted: false, amendments: [] },
        { step: 'KEPT', occurredAt: day(20) },
      ],
    });
    await ledger.record(
      id,
      event('CommitmentStepRetracted', {
        commitmentId: commitmentId('late'),
        targetEventId: late!,
        reason: 'Nobody agreed.',
      }),
    );
    await ledger.shown();
    const { nodes } = await listed(id);
    expect(nodes[0]).toMatchObject({ dueAt: day(12), renegotiations: 1, lateDays: 8 });
    expect(nodes[0]).toHaveProperty('steps.3.retracted', true);
    expect(nodes[0]).toHaveProperty('steps.3.amendments', [{ kind: 'RETRACTED', reason: 'Nobody agreed.' }]);
  });

  it('say what follows from a step as it really was', async () => {
    const id = relationshipId('step corrected');
    const name = 'step corrected';
    const [, , keeping] = await ledger.record(id, opened(id), made(name, 1, 10), kept(name, 12));
    const replacement = { occurredAt: day(9), note: 'By mail.' };
    const target = { commitmentId: commitmentId(name), targetEventId: keeping!, reason: 'Three days before.' };
    await ledger.record(id, event('CommitmentStepCorrected', { ...target, replacement }));
    await ledger.shown();
    expect((await listed(id)).nodes).toMatchObject([
      {
        status: 'KEPT',
        endedAt: day(9),
        lateDays: 0,
        steps: [
          { step: 'KEPT', eventId: keeping, occurredAt: day(9), note: 'By mail.', amendments: [{ kind: 'CORRECTED' }] },
        ],
      },
    ]);
  });

  it('show what is true after a correction', async () => {
    const id = relationshipId('corrected');
    const replacement = { owedBy: they, owedTo: we, text: 'better', dueAt: day(30), occurredAt: day(2) };
    await ledger.record(
      id,
      opened(id),
      made('worse', 1, 20),
      event('CommitmentCorrected', {
        commitmentId: commitmentId('worse'),
        targetEventId: deriveId('evt', 'any'),
        reason: 'Misread.',
        replacement,
      }),
    );
    await ledger.shown();
    expect((await listed(id)).nodes).toMatchObject([
      { text: 'better', dueAt: day(30), amendments: [{ kind: 'CORRECTED', reason: 'Misread.' }] },
    ]);
  });

  it('that are due are found in the whole tenant, the earliest first, by who owes them', async () => {
    const owner = partyId('owner of dues');
    for (const [name, dueDays] of [
      ['due a', 2000],
      ['due b', 1990],
      ['due c', 2010],
    ] as const) {
      const id = relationshipId(name);
      await ledger.record(id, opened(id), made(name, 1900, dueDays, owner));
    }
    await ledger.record(relationshipId('due a'), kept('due a', 1950));
    await ledger.shown();
    const query = `query ($before: DateTime, $ownerId: ID, $first: Int!, $after: String) {
      commitmentsDue(before: $before, ownerId: $ownerId, first: $first, after: $after) {
        totalCount nodes { text owedBy { id } relationship { id } } pageInfo { hasNextPage endCursor } } }`;
    const due = async (variables: object) =>
      (await read.ask(query, { first: 20, ...variables })).data?.['commitmentsDue'];
    expect(await due({ before: day(2010), ownerId: owner })).toMatchObject({
      totalCount: 1,
      nodes: [{ text: 'due b', relationship: { id: relationshipId('due b') } }],
    });
    const first = await due({ before: day(2011), ownerId: owner, first: 1 });
    expect(first).toMatchObject({ totalCount: 2, nodes: [{ text: 'due b' }], pageInfo: { hasNextPage: true } });
    const after = (first as unknown as { pageInfo: { endCursor: string } }).pageInfo.endCursor;
    expect(await due({ before: day(2011), ownerId: owner, after })).toMatchObject({ nodes: [{ text: 'due c' }] });
    expect(await due({ before: day(1980), ownerId: owner })).toMatchObject({ totalCount: 0, nodes: [] });
  });

  it('need no more statements for many relationships than for one', async () => {
    const ask = (first: number) =>
      read.ask(`{ relationships(first: ${String(first)}) { nodes { commitments(status: OPEN) {
        totalCount nodes { text owedBy { id } owedTo { id } relationship { id } } } } } }`);
    const [one, many] = [await ask(1), await ask(50)];
    expect([one.errors, many.errors]).toEqual([undefined, undefined]);
    expect(many.statements).toBe(one.statements);
  });

  it('were what was known of them, at any business time', async () => {
    const id = relationshipId('seen');
    const [, , , keeping] = await ledger.record(
      id,
      opened(id),
      made('se 1', 1, 20),
      made('se 2', 2, 10),
      kept('se 1', 15),
      renegotiated('se 2', 5, 30),
    );
    await ledger.shown();
    const before = await ledger.moment();
    const seen = async (more: { asOf?: string; asKnown?: string; status?: string[]; after?: string }) => {
      const query = `query ($id: ID!, $asOf: DateTime, $asKnown: DateTime, $status: [CommitmentStatus!], $after: String) {
        relationship(id: $id) { commitments(status: $status, asOf: $asOf, asKnown: $asKnown, first: 1, after: $after) {
          totalCount pageInfo { endCursor hasNextPage } nodes { text status dueAt steps { step } amendments { kind } } } } }`;
      const { data, errors } = await read.ask(query, { id, ...more });
      expect(errors).toBeUndefined();
      return data?.['relationship']?.['commitments'] as unknown as {
        totalCount: number;
        pageInfo: { endCursor: string; hasNextPage: boolean };
        nodes: unknown[];
      };
    };
    const all = async (more: { asOf?: string; asKnown?: string; status?: string[] }) => {
      const nodes: unknown[] = [];
      let page = await seen(more);
      while (nodes.push(...page.nodes) && page.pageInfo.hasNextPage) {
        page = await seen({ ...more, after: page.pageInfo.endCursor });
      }
      expect(page.totalCount).toBe(nodes.length);
      return nodes;
    };
    const second = { text: 'se 2', status: 'OPEN', dueAt: day(30), steps: [{ step: 'RENEGOTIATED' }], amendments: [] };
    const first = { text: 'se 1', status: 'KEPT', dueAt: day(20), steps: [{ step: 'KEPT' }], amendments: [] };
    expect(await all({ asOf: day(1) })).toEqual([{ ...first, status: 'OPEN', steps: [] }]);
    expect(await all({ asOf: day(4) })).toMatchObject([{ text: 'se 2', dueAt: day(10) }, { text: 'se 1' }]);
    expect(await all({ asOf: day(16) })).toEqual([first, second]);
    expect(await all({ asOf: day(31), status: ['OVERDUE'] })).toMatchObject([{ text: 'se 2' }]);

    const facts = { owedBy: we, owedTo: they, text: 'se 2, really', dueAt: day(12), occurredAt: day(2) };
    const amendment = { targetEventId: deriveId('evt', 'any'), reason: 'Misheard.' };
    await ledger.record(
      id,
      event('CommitmentStepCorrected', {
        ...{ commitmentId: commitmentId('se 1'), targetEventId: keeping!, reason: 'A day later.' },
        replacement: { occurredAt: day(25), lateDays: 5 },
      }),
      event('CommitmentCorrected', { commitmentId: commitmentId('se 2'), ...amendment, replacement: facts }),
      made('se 3', 1, 11),
    );
    await ledger.record(id, event('CommitmentRetracted', { commitmentId: commitmentId('se 1'), ...amendment }));
    await ledger.shown();
    expect(await all({ asOf: day(16), asKnown: before })).toEqual([first, second]);
    expect(await all({ asOf: day(16), asKnown: await ledger.moment() })).toMatchObject([
      { text: 'se 3', status: 'OVERDUE' },
      { text: 'se 2, really', dueAt: day(30), amendments: [{ kind: 'CORRECTED' }] },
    ]);
  });

  it('are the same after a rebuild', async () => {
    const before = [await listed(relationshipId('listed')), await listed(relationshipId('late'))];
    await ledger.rebuild();
    expect([await listed(relationshipId('listed')), await listed(relationshipId('late'))]).toEqual(before);
  });
});

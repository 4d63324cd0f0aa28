import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { event } from '../event-sourcing/event.js';
import { deriveId } from '../event-sourcing/id.js';
import { day, GivenLedger, partyId, relationshipId, SAID, touchId } from './testing/given-ledger.js';
import { askable, type Askable } from './testing/askable.module.js';

const TIES = 60;
const tie = (i: number) => relationshipId(`tie ${String(i)}`);

describe('read models over GraphQL', () => {
  let ledger: GivenLedger;
  let read: Askable;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
    for (const name of ['we', 'they', 'carer', 'clinic']) await register(name);
    await Promise.all(Array.from({ length: TIES }, (_, i) => openTie(i)));
    await ledger.shown();
    read = await askable(ledger);
  });
  afterAll(async () => {
    await read.close();
    await ledger.close();
  });

  async function register(name: string): Promise<void> {
    const kind = name === 'clinic' ? 'ORGANISATION' : 'PERSON';
    const known = { partyId: partyId(name), kind, displayName: name, roles: [] } as const;
    const aff = { affiliationId: deriveId('aff', name), organizationId: partyId('clinic') };
    await ledger.record(
      partyId(name),
      event('PartyRegistered', known, day(0)),
      event('PartyIdentified', { system: 'MRN', value: name }, day(0)),
      event('AffiliationStarted', aff, day(0)),
    );
  }

  /** Its last touch is on day 10 + i: the first ties are the longest overdue. */
  async function openTie(i: number): Promise<void> {
    const friend = `friend ${String(i)}`;
    await register(friend);
    const sides = { a: partyId('we'), b: partyId(friend) };
    await ledger.record(
      tie(i),
      event(
        'RelationshipOpened',
        { relationshipId: tie(i), ...sides, kind: 'CARE', intent: 'RELATIONAL' } as const,
        day(0),
      ),
      event('StewardAssigned', { stewardId: partyId('carer'), role: 'PRIMARY' } as const, day(1)),
      event('CadenceSet', { intervalDays: 30, graceDays: 5 }, day(1)),
      ...[2, 5, 10 + i].map((days, k) =>
        event('TouchRecorded', { touchId: touchId(`${String(i)} ${String(k)}`), ...SAID, minutes: 15 }, day(days)),
      ),
    );
  }

  const DETAIL = `query ($id: ID!, $asOf: DateTime!) {
    relationship(id: $id) {
      id kind stage openedAt a { displayName } b { displayName } cadence { intervalDays graceDays since }
      stewards { role since party { displayName } }
      entries(first: 2) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { id kind channel occurredAt retracted ... on Touch { direction intent minutes cost { amountMinor }
          participants { side party { displayName } } relationship { id } } }
      }
      touches(asOf: $asOf) {
        count recent: count(window: 6) per30Days byChannel { key count } bySteward { key count }
        gaps { n meanDays varianceDays2 maxDays medianDays } meanGapDays longestGapDays
        adherence lastTouchAt dueAt overdueDays status
      }
    }
  }`;

  it('answers for a relationship all that is asked of it', async () => {
    const { data, errors } = await read.ask(DETAIL, { id: tie(0), asOf: day(50) });
    expect(errors).toBeUndefined();
    expect(data?.['relationship']).toMatchObject({
      a: { displayName: 'we' },
      b: { displayName: 'friend 0' },
      cadence: { intervalDays: 30, graceDays: 5, since: day(1) },
      stewards: [{ role: 'PRIMARY', since: day(1), party: { displayName: 'carer' } }],
      entries: {
        totalCount: 3,
        pageInfo: { hasNextPage: true },
        nodes: [
          { id: touchId('0 2'), kind: 'TOUCH', occurredAt: day(10), minutes: 15, relationship: { id: tie(0) } },
          {
            id: touchId('0 1'),
            kind: 'TOUCH',
            occurredAt: day(5),
            participants: [{}, { party: { displayName: 'they' } }],
          },
        ],
      },
      touches: {
        count: 3,
        recent: 0,
        per30Days: 1.8,
        byChannel: [{ key: 'EMAIL', count: 3 }],
        bySteward: [{ key: partyId('carer'), count: 3 }],
        gaps: { n: 2, meanDays: 4, varianceDays2: 1, maxDays: 5, medianDays: 4 },
        meanGapDays: 4,
        longestGapDays: 5,
        adherence: 0.8,
        lastTouchAt: day(10),
        dueAt: day(40),
        overdueDays: 5,
        status: 'OVERDUE',
      },
    });
  });

  it('reads a relationship with 20 entries and its touches in three statements', async () => {
    const query = `query ($id: ID!) { relationship(id: $id) {
      id kind stage entries(first: 20) { nodes { occurredAt ... on Touch { direction note } } }
      touches { count adherence status overdueDays } } }`;
    const { errors, statements } = await read.ask(query, { id: tie(0) });
    expect(errors).toBeUndefined();
    expect(statements).toBe(3);
  });

  it('needs no more statements for a list of 50 than for one of 5', async () => {
    const query = `query ($first: Int!) {
      relationships(first: $first, orderBy: { field: LAST_TOUCH, direction: DESC }) {
        totalCount
        nodes {
          id stage cadence { intervalDays } channelMixTarget { channel }
          a { displayName identities { value } }
          b { displayName identities { value } contactPoints { value } affiliations { organization { displayName } }
              relationships(first: 3) { totalCount nodes { id a { id } } } }
          stewards { party { displayName } }
          entries(first: 3) { totalCount nodes { id ... on Touch { relationship { id } participants { party { id } } } } }
          touches { status dueAt count per30Days adherence byChannel { key } gaps { medianDays } }
        }
      }
    }`;
    const few = await read.ask(query, { first: 5 });
    const many = await read.ask(query, { first: 50 });
    expect([few.errors, many.errors]).toEqual([undefined, undefined]);
    expect(many.data?.['relationships']?.['nodes']).toHaveLength(50);
    // Reads of one kind that begin while another is under way go together: one more or less is chance.
    expect(Math.abs(many.statements - few.statements)).toBeLessThanOrEqual(2);
  });

  it('reads a list of 50 with stewards and where each stands in three statements', async () => {
    const query = `{ relationships(first: 50) {
      nodes { id kind stewards { party { displayName } } touches { status dueAt overdueDays lastTouchAt } } } }`;
    const { errors, statements } = await read.ask(query);
    expect(errors).toBeUndefined();
    expect(statements).toBe(3);
  });

  it('counts a list only when asked', async () => {
    expect((await read.ask('{ parties(first: 5) { nodes { id } } }')).statements).toBe(1);
    const counted = await read.ask('{ parties(first: 0) { totalCount nodes { id } } }');
    expect(counted).toMatchObject({ data: { parties: { totalCount: TIES + 4, nodes: [] } }, statements: 2 });
  });

  it('follows cursors to the end of a list, whatever it is sorted by', async () => {
    const query = `query ($after: String, $field: RelationshipOrderField!) {
      relationships(first: 17, after: $after, orderBy: { field: $field }) {
        nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } } }`;
    for (const field of ['OPENED_AT', 'LAST_TOUCH', 'DUE_AT']) {
      const seen = new Set<string>();
      for (let after: string | null = null; ;) {
        const { data }: { data?: unknown } = await read.ask(query, { after, field });
        const { nodes, pageInfo } = (data as Listed).relationships;
        expect(pageInfo.hasPreviousPage).toBe(after !== null);
        for (const { id } of nodes) seen.add(id);
        after = pageInfo.endCursor;
        if (!pageInfo.hasNextPage) break;
      }
      expect(seen.size).toBe(TIES);
    }
  });

  it('lists what is overdue, the longest first', async () => {
    const query = `query ($stewardId: ID, $before: DateTime) { overdueTouches(stewardId: $stewardId, before: $before, first: 2) {
      totalCount nodes { id touches { overdueDays } } } }`;
    // Touched on day 10 + i, due 30 days later, overdue after 5 more: by day 55 those with i < 10 are.
    const asked = { stewardId: partyId('carer'), before: day(55) };
    const { data } = await read.ask(query, asked);
    expect(data?.['overdueTouches']).toMatchObject({ totalCount: 10, nodes: [{ id: tie(0) }, { id: tie(1) }] });
    const nobody = await read.ask(query, { ...asked, stewardId: partyId('we') });
    expect(nobody.data?.['overdueTouches']).toMatchObject({ totalCount: 0, nodes: [] });
  });

  it('finds anything by its id', async () => {
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`;
    const ids = [partyId('we'), tie(3), touchId('3 1'), touchId('unknown'), 'nonsense', 'pty_'];
    const { data, errors } = await read.ask(query, { ids });
    expect(errors).toBeUndefined();
    expect(data?.['nodes']).toEqual([
      { __typename: 'Party', id: ids[0] },
      { __typename: 'Relationship', id: ids[1] },
      { __typename: 'Touch', id: ids[2] },
      null,
      null,
      null,
    ]);
  });

  it('shows an event only to an auditor', async () => {
    const [id] = await ledger.record(partyId('we'), event('PartyIdentified', { system: 'NAME', value: 'us' }, day(9)));
    const query = `query ($id: ID!) { node(id: $id) { __typename } }`;
    expect((await read.ask(query, { id })).data?.['node']).toBeNull();
    expect((await read.ask(query, { id }, ['auditor'])).data?.['node']).toEqual({ __typename: 'LedgerEvent' });
  });

  it.each([
    ['a page that is too large', '{ parties(first: 201) { nodes { id } } }'],
    ['a page of negative size', '{ relationships(first: -1) { nodes { id } } }'],
    ['what is no cursor', '{ relationships(after: "abc") { nodes { id } } }'],
    ['too many ids', `{ nodes(ids: [${'"x", '.repeat(201)}]) { id } }`],
    ['a window of no day', `{ relationship(id: "${tie(0)}") { touches { count(window: 0) } } }`],
  ])('refuses %s with a typed error', async (_, query) => {
    const { errors } = await read.ask(query);
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
  });

  it('refuses the cursor of another list with a typed error', async () => {
    const { data } = await read.ask(
      '{ relationships(first: 1, orderBy: { field: DUE_AT }) { pageInfo { endCursor } } }',
    );
    const cursor = Buffer.from('[null,"p1"]').toString('base64url');
    const { errors } = await read.ask(`{ relationships(after: "${cursor}") { nodes { id } } }`);
    expect(data).toBeDefined();
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', path: ['after'] } }]);
  });
});

interface Listed {
  readonly relationships: {
    readonly nodes: readonly { readonly id: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly endCursor: string };
  };
}

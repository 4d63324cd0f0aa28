import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { event } from '../../event-sourcing/event.js';
import type { EventId, PartyId, RelationshipId } from '../../event-sourcing/id.js';
import { askable, type Askable } from '../testing/askable.module.js';
import { day, GivenLedger, partyId, relationshipId, SAID, touchId } from '../testing/given-ledger.js';

/** What random stories are made of. Numbers name parties and ties, counted round. */
interface Story {
  readonly ties: readonly {
    readonly a: number;
    readonly b: number;
    readonly kind: 'CARE' | 'PEER';
    readonly opens: number;
    readonly lasts: number | null;
    readonly intervalDays: number | null;
    readonly touches: readonly number[];
  }[];
  /** Pairs to merge; one that is merged already is unmerged instead. */
  readonly steps: readonly (readonly [absorbed: number, survivor: number])[];
}

const PARTIES = 5;
const party = fc.nat({ max: PARTIES - 1 });
const days = fc.integer({ min: 1, max: 100 });
const story: fc.Arbitrary<Story> = fc.record({
  ties: fc.array(
    fc.record({
      a: party,
      b: party,
      kind: fc.constantFrom('CARE', 'CARE', 'PEER'),
      opens: days,
      lasts: fc.option(fc.integer({ min: 0, max: 60 }), { freq: 2 }),
      intervalDays: fc.option(fc.integer({ min: 1, max: 30 })),
      touches: fc.array(days, { maxLength: 3 }),
    }),
    { minLength: 2, maxLength: 9 },
  ),
  steps: fc.array(fc.tuple(party, party), { minLength: 1, maxLength: 8 }),
});

const ANSWERS = `query ($parties: [ID!]!, $ties: [ID!]!, $first: ID!) {
  parties: nodes(ids: $parties) { ... on Party {
    id displayName roles identities { value } contactPoints { value } preferences { topic value } mergedFrom { id }
    attributes(asOf: "2026-06-01T00:00:00Z") { key value } needs { code } consents(asOf: "2026-06-01T00:00:00Z") { channel status }
    relationships(first: 50) { totalCount nodes { id } } } }
  ties: nodes(ids: $ties) { ... on Relationship {
    id a { id } b { id } kind stage openedAt endedAt stewards { party { id } } cadence { intervalDays since }
    entries(first: 50) { totalCount nodes { id occurredAt } }
    touches(asOf: "2026-06-01T00:00:00Z") { count lastTouchAt dueAt overdueDays status adherence byChannel { key count } } } }
  listed: relationships(filter: { partyId: $first }, first: 50, orderBy: { field: LAST_TOUCH }) { totalCount nodes { id } }
}`;

interface Answers {
  readonly parties: readonly { readonly id: string; readonly relationships: Listed }[];
  readonly ties: readonly { readonly id: string; readonly touches: { readonly count: number } }[];
  readonly listed: Listed;
}
interface Listed {
  readonly totalCount: number;
  readonly nodes: readonly { readonly id: string }[];
}

describe('merged parties', () => {
  let ledger: GivenLedger;
  let read: Askable;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    read = await askable(ledger);
    ledger.project();
  });
  afterAll(async () => {
    await read.close();
    await ledger.close();
  });

  const registered = (id: PartyId, name: string) =>
    event('PartyRegistered', { partyId: id, kind: 'PERSON', displayName: name, roles: [] } as const, day(0));
  const merge = async (absorbedId: PartyId, survivorId: PartyId): Promise<EventId> => {
    const evidence = 'One phone number.';
    const [id] = await ledger.record(
      absorbedId,
      event('PartiesMerged', { survivorId, absorbedId, evidence }, day(150)),
    );
    return id!;
  };
  const unmerge = async (absorbedId: PartyId, survivorId: PartyId, mergeEventId: EventId): Promise<void> => {
    await ledger.record(absorbedId, event('PartiesUnmerged', { survivorId, absorbedId, mergeEventId }, day(151)));
  };

  /** Tells a story under names of its own, and how to ask about it. */
  class Telling {
    readonly merged = new Map<number, { readonly into: number; readonly eventId: EventId }>();
    readonly ties: Story['ties'];

    constructor(
      readonly name: string,
      readonly story: Story,
    ) {
      this.ties = story.ties.map((tie) => (tie.a === tie.b ? { ...tie, b: (tie.b + 1) % PARTIES } : tie));
    }

    party = (n: number): PartyId => partyId(`${this.name} ${String(n)}`);
    tie = (n: number): RelationshipId => relationshipId(`${this.name} ${String(n)}`);

    async facts(): Promise<void> {
      for (let n = 0; n < PARTIES; n++) {
        const who = `${this.name} ${String(n)}`;
        await ledger.record(
          this.party(n),
          registered(this.party(n), `party ${String(n)}`),
          event('PartyIdentified', { system: 'MRN', value: who }, day(1)),
          event('PreferenceRecorded', { topic: 'calls', value: `preference ${String(n)}` }, day(n)),
          event('ConsentGranted', { purpose: 'MARKETING', channel: 'SMS', basis: 'Form.' } as const, day(n)),
        );
      }
      for (const [n, { a, b, kind, opens, lasts, intervalDays, touches }] of this.ties.entries()) {
        const [id, sides] = [this.tie(n), { a: this.party(a), b: this.party(b) }];
        await ledger.record(
          id,
          event(
            'RelationshipOpened',
            { relationshipId: id, ...sides, kind, intent: 'RELATIONAL' } as const,
            day(opens),
          ),
          ...(intervalDays ? [event('CadenceSet', { intervalDays, graceDays: 1 }, day(opens))] : []),
          ...touches.map((at, k) =>
            event('TouchRecorded', { touchId: touchId(`${this.name} ${String(n)} ${String(k)}`), ...SAID }, day(at)),
          ),
          ...(lasts === null
            ? []
            : [event('RelationshipEnded', { from: 'PROSPECT', manner: 'GRACEFUL' } as const, day(opens + lasts))]),
        );
      }
    }

    async step([absorbed, survivor]: Story['steps'][number]): Promise<void> {
      const known = this.merged.get(absorbed);
      if (known) return this.takeBack(absorbed);
      if (absorbed === survivor || this.merged.has(survivor) || this.rootOf(survivor) === absorbed) return;
      const eventId = await merge(this.party(absorbed), this.party(survivor));
      this.merged.set(absorbed, { into: survivor, eventId });
    }

    async takeBack(absorbed: number): Promise<void> {
      const { into, eventId } = this.merged.get(absorbed)!;
      await unmerge(this.party(absorbed), this.party(into), eventId);
      this.merged.delete(absorbed);
    }

    rootOf = (n: number): number => (this.merged.has(n) ? this.rootOf(this.merged.get(n)!.into) : n);

    rootsOf = (tie: number): readonly number[] => [this.ties[tie]!.a, this.ties[tie]!.b].map(this.rootOf);

    /** Which tie speaks for each: by comparing every two of them, until nothing changes. */
    heads(): readonly number[] {
      const end = (n: number) => (this.ties[n]!.lasts === null ? Infinity : this.ties[n]!.opens + this.ties[n]!.lasts);
      const isMerged = (n: number) => this.merged.has(n) || [...this.merged.values()].some(({ into }) => into === n);
      const pair = (n: number) => {
        const { a, b, kind } = this.ties[n]!;
        return isMerged(a) || isMerged(b)
          ? `${String(this.rootOf(a))} ${String(this.rootOf(b))} ${kind}`
          : `alone ${String(n)}`;
      };
      const earlier = (x: number, y: number) => {
        const byOpening = this.ties[x]!.opens - this.ties[y]!.opens;
        return byOpening < 0 || (byOpening === 0 && x < y) ? x : y;
      };
      const joined = (x: number, y: number) => {
        const [first, second] = earlier(x, y) === x ? [x, y] : [y, x];
        return pair(x) === pair(y) && this.ties[second]!.opens < end(first);
      };
      const heads = this.ties.map((_, n) => n);
      for (let changed = true; changed;) {
        changed = false;
        for (const x of heads.keys()) {
          for (const y of heads.keys()) {
            if (x === y || heads[x] === heads[y] || !joined(x, y)) continue;
            const head = earlier(heads[x]!, heads[y]!);
            heads[x] = heads[y] = head;
            changed = true;
          }
        }
      }
      return heads;
    }

    /** All answers, with names in the place of ids. */
    async answers(): Promise<string> {
      const { text } = await this.ask();
      return text;
    }

    async ask(): Promise<{ readonly data: Answers; readonly text: string }> {
      await ledger.shown();
      const names = new Map<string, string>();
      for (let n = 0; n < PARTIES; n++) names.set(this.party(n), `party ${String(n)}`);
      for (const n of this.ties.keys()) names.set(this.tie(n), `tie ${String(n)}`);
      const parties = Array.from({ length: PARTIES }, (_, n) => this.party(n));
      const ties = this.ties.map((_, n) => this.tie(n));
      const { data, errors } = await read.ask(ANSWERS, { parties, ties, first: parties[0] });
      expect(errors).toBeUndefined();
      const answers = data as unknown as Answers;
      const text = JSON.stringify(answers).replace(/"(pty|rel)_\w+"/g, (id) => names.get(id.slice(1, -1)) ?? 'unknown');
      return { data: answers, text: text.replaceAll(/"tch_\w+"/g, 'touch').replaceAll(this.name, '') };
    }
  }

  let told = 0;
  it('answer as if they had never been two, and again as two as if they had never been one', async () => {
    const tell = async (random: Story) => {
      const number = String(told++);
      const [merging, plain] = [new Telling(`merging ${number}`, random), new Telling(`plainly ${number}`, random)];
      await merging.facts();
      await plain.facts();
      const expected = await plain.answers();
      expect(await merging.answers()).toBe(expected);
      for (const step of random.steps) await merging.step(step);

      const { data } = await merging.ask();
      const heads = merging.heads();
      expect(data.parties.map(({ id }) => id)).toEqual(data.parties.map((_, n) => merging.party(merging.rootOf(n))));
      expect(data.ties.map(({ id }) => id)).toEqual(heads.map((head) => merging.tie(head)));
      const lists = [data.listed, ...data.parties.map(({ relationships }) => relationships)];
      for (const [n, { totalCount, nodes }] of lists.entries()) {
        const top = merging.rootOf(Math.max(0, n - 1));
        const own = heads.filter((_, tie) => merging.rootsOf(tie).includes(top));
        expect(nodes.map(({ id }) => id).sort()).toEqual([...new Set(own)].map((head) => merging.tie(head)).sort());
        expect(totalCount).toBe(nodes.length);
      }
      for (const [n, tie] of data.ties.entries()) {
        const members = merging.ties.filter((_, other) => heads[other] === heads[n]);
        const last = Math.max(...members.flatMap(({ touches }) => touches), -1);
        const count = members.reduce((sum, { touches }) => sum + touches.length, 0);
        expect(tie).toMatchObject({
          touches: { count, lastTouchAt: last < 0 ? null : day(last) },
          entries: { totalCount: count },
          endedAt: members.some(({ lasts }) => lasts === null)
            ? null
            : day(Math.max(...members.map(({ opens, lasts }) => opens + lasts!))),
        });
      }

      for (const absorbed of [...merging.merged.keys()]) await merging.takeBack(absorbed);
      expect(await merging.answers()).toBe(expected);
      for (const step of random.steps) await merging.step(step); // for the rebuild below
    };
    await fc.assert(fc.asyncProperty(story, tell), { numRuns: process.env['RAPPORT_LONG'] ? 200 : 12 });
  });

  it('have the rows that a rebuild gives them', async () => {
    const random: Story = {
      ties: [0, 1, 2].map((a) => ({
        a,
        b: 3,
        kind: 'CARE',
        opens: 1 + a,
        lasts: null,
        intervalDays: 9,
        touches: [a + 5],
      })),
      steps: [
        [0, 1],
        [1, 2],
        [4, 3],
        [4, 3],
      ],
    };
    const telling = new Telling('rebuilt', random);
    await telling.facts();
    for (const step of random.steps) await telling.step(step);
    const { data } = await telling.ask();
    expect(new Set(data.ties.map(({ id }) => id))).toEqual(new Set([telling.tie(0)]));
    await ledger.rebuild(); // which compares every row
    expect((await telling.ask()).data).toEqual(data);
  });

  it('show the survivor with all that is known of either, under every id and name', async () => {
    const [absorbed, survivor] = [partyId('Absorbed'), partyId('Survivor')];
    await ledger.record(
      survivor,
      registered(survivor, 'Survivor'),
      event('PartyIdentified', { system: 'MRN', value: 'S' }, day(1)),
      event('PreferenceRecorded', { topic: 'calls', value: 'at noon' }, day(3)),
    );
    await ledger.record(
      absorbed,
      registered(absorbed, 'Absorbed'),
      event('PartyIdentified', { system: 'MRN', value: 'A' }, day(1)),
      event('PreferenceRecorded', { topic: 'calls', value: 'after six' }, day(4)),
      event('PartyRoleStarted', { role: 'PATIENT' } as const, day(2)),
    );
    const before = await ledger.moment();
    const eventId = await merge(absorbed, survivor);
    await ledger.shown();
    const query = `query ($id: ID!, $before: DateTime!) {
      party(id: $id) { ...Shown } partyByIdentity(system: "MRN", value: "A") { ...Shown }
      was: party(id: $id, asKnown: $before) { ...Shown }
    }
    fragment Shown on Party { id displayName roles identities { value } preferences { value }
      mergedFrom { id survivorId eventId } }`;
    const shown = {
      id: survivor,
      displayName: 'Survivor',
      roles: ['PATIENT'],
      identities: [{ value: 'S' }, { value: 'A' }],
      preferences: [{ value: 'after six' }],
      mergedFrom: [{ id: absorbed, survivorId: survivor, eventId }],
    };
    const was = { displayName: 'Absorbed', roles: ['PATIENT'], identities: [{ value: 'A' }], mergedFrom: [] };
    const { data, errors } = await read.ask(query, { id: absorbed, before });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ party: shown, partyByIdentity: shown, was: { id: absorbed, ...was } });
  });

  it('count a contact once that was recorded with both', async () => {
    const telling = new Telling('twice', {
      ties: [0, 1].map((a) => ({ a, b: 2, kind: 'CARE', opens: 1, lasts: null, intervalDays: null, touches: [5 + a] })),
      steps: [[1, 0]],
    });
    await telling.facts();
    const both = event('TouchRecorded', { touchId: touchId('with both'), ...SAID }, day(9));
    await ledger.record(telling.tie(0), both);
    await ledger.record(telling.tie(1), both);
    await telling.step([1, 0]);
    expect((await telling.ask()).data.ties[0]).toMatchObject({ touches: { count: 3, lastTouchAt: day(9) } });
  });

  it('were two as it was known before, with touches of their own', async () => {
    const telling = new Telling('known', {
      ties: [0, 1].map((a) => ({ a, b: 2, kind: 'CARE', opens: 1, lasts: null, intervalDays: null, touches: [5 + a] })),
      steps: [[1, 0]],
    });
    await telling.facts();
    const before = await ledger.moment();
    await telling.step([1, 0]);
    const between = await ledger.moment();
    await telling.takeBack(1);
    await ledger.shown();
    const query = `query ($id: ID!, $before: DateTime!, $between: DateTime!) { relationship(id: $id) {
      id now: touches { count } before: touches(asKnown: $before) { count } between: touches(asKnown: $between) { count } } }`;
    for (const id of [telling.tie(0), telling.tie(1)]) {
      const { data } = await read.ask(query, { id, before, between });
      expect(data?.['relationship']).toEqual({ id, now: { count: 1 }, before: { count: 1 }, between: { count: 2 } });
    }
    const party = `query ($id: ID!, $before: DateTime!, $between: DateTime!) {
      now: party(id: $id) { id } before: party(id: $id, asKnown: $before) { id mergedFrom { id } }
      between: party(id: $id, asKnown: $between) { id mergedFrom { id } relationships { totalCount } } }`;
    const id = telling.party(1);
    expect((await read.ask(party, { id, before, between })).data).toEqual({
      now: { id },
      before: { id, mergedFrom: [] },
      between: { id: telling.party(0), mergedFrom: [{ id }], relationships: { totalCount: 2 } },
    });
  });
});

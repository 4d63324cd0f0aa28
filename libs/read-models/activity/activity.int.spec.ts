import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { event } from '../../event-sourcing/event.js';
import { deriveId, type PartyId, type RelationshipId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import type { TrustActionKind } from '../../ledger/trust/trust.words.js';
import { askable, type Askable } from '../testing/askable.module.js';
import { day, GivenLedger, partyId, relationshipId, SAID, TENANT, touchId } from '../testing/given-ledger.js';
import { touchStats, type Bucket, type StatsDimension, type StatsFilter } from '../touch-frequency/stats-queries.js';
import { bucketOf, CAMPAIGNS, STEWARDS, tale, told, type ToldTouch } from './testing/tales.js';

const [we, they, ann] = [partyId('we'), partyId('they'), partyId('ann')];
const AMENDMENT = { targetEventId: deriveId('evt', 'the recording'), reason: 'It was otherwise.' };
const DIMENSIONS: Readonly<Record<Exclude<StatsDimension, 'RELATIONSHIP_KIND'>, (touch: ToldTouch) => string | null>> =
  {
    CHANNEL: ({ facts }) => facts.channel,
    DIRECTION: ({ facts }) => facts.direction,
    INTENT: ({ facts }) => facts.intent,
    FUNCTION: ({ facts }) => facts.function ?? null,
    PHASE: ({ facts }) => facts.phase ?? null,
    CAMPAIGN: ({ facts }) => facts.campaignId ?? null,
    STEWARD: ({ stewardId }) => stewardId,
  };
const BUCKETS = ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const;

describe('activity', () => {
  let ledger: GivenLedger;
  let read: Askable;
  let touches: ToldTouch[] = [];

  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
    for (const party of [we, they, ...STEWARDS]) {
      const known = { partyId: party, kind: 'PERSON', displayName: party, roles: [] } as const;
      await ledger.record(party, event('PartyRegistered', known, day(0)));
    }
    const tales = fc.sample(tale, 30).map((steps, i) => {
      const id = relationshipId(`tale ${String(i)}`);
      return { id, ...told(id, { a: we, b: i % 2 ? they : partyId('else') }, steps) };
    });
    await Promise.all(
      tales.map(async ({ id, events }) => {
        for (const one of events) await ledger.record(id, one);
      }),
    );
    touches = tales.flatMap((one) => one.touches);
    await ledger.shown();
    read = await askable(ledger);
  }, 60_000);
  afterAll(async () => {
    await read.close();
    await ledger.close();
  });

  const answer = async (query: string, variables: Record<string, unknown> = {}) => {
    const { data, errors } = await read.ask(query, variables);
    expect(errors).toBeUndefined();
    return data as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };

  it('sums touches by every group and stretch of time as the slow reference does, live and rebuilt', async () => {
    await expectSums();
    await ledger.rebuild();
    await expectSums();
  }, 60_000);

  async function expectSums(): Promise<void> {
    const filters: { readonly filter: StatsFilter; readonly holds: (touch: ToldTouch) => boolean }[] = [
      { filter: {}, holds: () => true },
      { filter: { stewardId: ann }, holds: ({ stewardId }) => stewardId === ann },
      { filter: { campaignId: CAMPAIGNS[0]! }, holds: ({ facts }) => facts.campaignId === CAMPAIGNS[0] },
      { filter: { partyId: they }, holds: ({ relationshipId: id }) => WITH_THEM.has(id) },
      {
        filter: { from: day(100), to: day(300), channels: ['MEAL', 'FAX'], directions: ['MUTUAL'] },
        holds: ({ at, facts }) =>
          at >= day(100) && at < day(300) && facts.channel !== 'EMAIL' && facts.direction === 'MUTUAL',
      },
    ];
    for (const { filter, holds } of filters) {
      const held = touches.filter(holds);
      for (const [dimension, keyOf] of Object.entries(DIMENSIONS)) {
        await expectRows(filter, held, { groupBy: dimension as StatsDimension, keyOf });
      }
      for (const bucket of BUCKETS) {
        await expectRows(filter, held, { bucket, bucketOf: ({ at }) => bucketOf(at, bucket) });
      }
    }
  }

  interface By {
    readonly groupBy?: StatsDimension;
    readonly bucket?: Bucket;
    readonly keyOf?: (touch: ToldTouch) => string | null;
    readonly bucketOf?: (touch: ToldTouch) => Instant;
  }

  async function expectRows(filter: StatsFilter, held: readonly ToldTouch[], by: By): Promise<void> {
    const rows = await touchStats(ledger.db, TENANT, filter, by.groupBy, by.bucket, 5000);
    const text = (key: unknown, bucket: unknown): string => JSON.stringify([key ?? null, bucket ?? null]);
    const found = rows.map(({ key, bucket, ...sums }) => [text(key, bucket), sums]);
    const groups = Map.groupBy(held, (touch) => text(by.keyOf?.(touch), by.bucketOf?.(touch)));
    const wanted = [...groups].map(([key, some]) => [
      key,
      {
        count: some.length,
        relationships: new Set(some.map(({ relationshipId }) => relationshipId)).size,
        minutes: some.reduce((sum, { facts }) => sum + BigInt(facts.minutes ?? 0), 0n),
      },
    ]);
    expect({ by, filter, rows: Object.fromEntries(found) as unknown }).toEqual({
      by,
      filter,
      rows: Object.fromEntries(wanted) as unknown,
    });
  }

  it('keeps the score of a steward', async () => {
    const hers = touches.filter(({ stewardId, at }) => stewardId === ann && at >= day(50) && at < day(700));
    const ours = (...intents: string[]) =>
      hers
        .filter(({ facts }) => intents.includes(facts.intent))
        .reduce((sum, { facts }) => sum + { OUTBOUND: 1, MUTUAL: 0.5, INBOUND: 0 }[facts.direction], 0);
    const { stewardScorecard } = await answer(
      `query ($id: ID!, $from: DateTime, $to: DateTime) {
        stewardScorecard(stewardId: $id, from: $from, to: $to) { touches relationships minutes gives asks listeningShareBp } }`,
      { id: ann, from: day(50), to: day(700) },
    );
    const listened = hers.filter(({ facts }) => facts.intent === 'LISTEN').length;
    expect(stewardScorecard).toEqual({
      touches: hers.length,
      relationships: new Set(hers.map((touch) => touch.relationshipId)).size,
      minutes: hers.reduce((sum, { facts }) => sum + (facts.minutes ?? 0), 0),
      gives: ours('GIVE', 'CELEBRATE'),
      asks: ours('ASK', 'SELL'),
      listeningShareBp: expect.closeTo((listened * 10_000) / hers.length, -0.2) as unknown,
    });
  });

  it('has no score of who carried nothing', async () => {
    const { stewardScorecard } = await answer(
      `query ($id: ID!) { stewardScorecard(stewardId: $id) { touches asksShareBp listeningShareBp inboundShareBp } }`,
      { id: they },
    );
    expect(stewardScorecard).toEqual({ touches: 0, asksShareBp: null, listeningShareBp: null, inboundShareBp: null });
  });

  const FIELDS = `
    channelMix(window: 300, asOf: $asOf) { shares { channel count shareBp } target { channel shareBp } distanceBp }
    reciprocity(window: 300, asOf: $asOf) { inbound outbound inboundBp }
    asksVersusGives(window: 300, asOf: $asOf) { asks gives shareBp }
    byFunction(window: 300, asOf: $asOf) { function touches lastTouchAt sentimentBp }
    weakestFunction(window: 300, asOf: $asOf) { function }`;

  it('shows of a relationship what its contacts in a window are like', async () => {
    const id = relationshipId('tale 1');
    await ledger.record(id, event('ChannelMixTargetSet', { sharesBp: { EMAIL: 10_000 } }, day(1)));
    await ledger.shown();
    const asOf = day(500);
    const { relationship } = await answer(`query ($id: ID!, $asOf: DateTime) { relationship(id: $id) { ${FIELDS} } }`, {
      id,
      asOf,
    });
    const seen = touches.filter((touch) => touch.relationshipId === id && touch.at > day(200) && touch.at <= asOf);
    const by = (keyOf: (touch: ToldTouch) => unknown) => Map.groupBy(seen, keyOf);
    const { shares } = relationship!['channelMix'] as { shares: { channel: string; count: number; shareBp: number }[] };
    const emailBp = shares.find(({ channel }) => channel === 'EMAIL')?.shareBp ?? 0;
    expect(shares.map(({ channel, count }) => [channel, count]).sort()).toEqual(
      [...by(DIMENSIONS.CHANNEL)].map(([channel, some]) => [channel, some.length]).sort(),
    );
    const half = (by(DIMENSIONS.DIRECTION).get('MUTUAL')?.length ?? 0) / 2;
    expect(relationship).toMatchObject({
      channelMix: {
        target: [{ channel: 'EMAIL', shareBp: 10_000 }],
        distanceBp: seen.length === 0 ? null : 10_000 - emailBp,
      },
      reciprocity: {
        inbound: (by(DIMENSIONS.DIRECTION).get('INBOUND')?.length ?? 0) + half,
        outbound: (by(DIMENSIONS.DIRECTION).get('OUTBOUND')?.length ?? 0) + half,
      },
    });
    expect(
      new Map(
        (relationship!['byFunction'] as { function: string; touches: number }[]).map((one) => [
          one.function,
          one.touches,
        ]),
      ),
    ).toEqual(new Map([...by(DIMENSIONS.FUNCTION)].map(([part, some]) => [part, some.length])));
  });

  it('needs no more statements for a list of 20 than for one of 5', async () => {
    const query = `query ($first: Int!, $asOf: DateTime) { relationships(first: $first) { nodes { ${FIELDS} touches { count }
      liking(asOf: $asOf) { count } commitments(asOf: $asOf, status: [OPEN]) { totalCount nodes { status } }
      known: asksVersusGives(asKnown: $asOf) { asks } parts: byFunction(asKnown: $asOf) { touches } } } }`;
    const few = await read.ask(query, { first: 5, asOf: day(500) });
    const many = await read.ask(query, { first: 20, asOf: day(500) });
    expect([few.errors, many.errors]).toEqual([undefined, undefined]);
    expect(many.statements).toBe(few.statements);
  });

  it('counts what our side did for trust, kept and broke, and what is thought of its parts', async () => {
    const [id, steward] = [relationshipId('full'), partyId('full steward')];
    const action = (name: string, kind: TrustActionKind, by = we) =>
      event(
        'TrustActionRecorded',
        { actionId: deriveId('act', name), by, to: by === we ? they : we, kind, customized: false, asked: false },
        day(10),
      );
    const commitmentId = (name: string) => deriveId('cmt', name);
    const promised = (name: string, owedBy = we) => {
      const made = { commitmentId: commitmentId(name), owedBy, owedTo: owedBy === we ? they : we, text: 'A call.' };
      return event('CommitmentMade', { ...made, dueAt: day(20) }, day(5));
    };
    const ended = (type: 'CommitmentKept' | 'CommitmentBroken', name: string, days: number): LedgerEvent =>
      type === 'CommitmentKept'
        ? event(type, { commitmentId: commitmentId(name), lateDays: 0 }, day(days))
        : event(type, { commitmentId: commitmentId(name) }, day(days));
    const [about] = (
      await ledger.record(
        id,
        event('TouchRecorded', { touchId: touchId('full'), ...SAID, intent: 'ASK', function: 'FOOD' } as const, day(9)),
        event(
          'RelationshipOpened',
          { relationshipId: id, a: we, b: they, kind: 'CARE', intent: 'UNKNOWN' } as const,
          day(1),
        ),
        event('StewardAssigned', { stewardId: steward, role: 'PRIMARY' } as const, day(2)),
        ...(['VALUE_GIVEN', 'CARE', 'GIFT', 'PRESSURE', 'BROKEN_PROMISE', 'SHOWED_UP_WITHOUT_ASK'] as const).map(
          (kind) => action(kind, kind),
        ),
        action('theirs', 'GUIDANCE', they),
        action('never', 'GUIDANCE'),
        event('TrustActionRetracted', { actionId: deriveId('act', 'never'), ...AMENDMENT }),
        ...['kept', 'broken', 'later', 'open'].map((name) => promised(name)),
        promised('theirs', they),
        ended('CommitmentKept', 'kept', 15),
        ended('CommitmentBroken', 'broken', 25),
        ended('CommitmentBroken', 'later', 700),
        ended('CommitmentKept', 'theirs', 15),
      )
    ).slice(0, 1);
    const twice = commitmentId('twice');
    const [, early] = await ledger.record(id, promised('twice'), ended('CommitmentKept', 'twice', 12));
    await ledger.record(
      id,
      event('CommitmentStepRetracted', { commitmentId: twice, targetEventId: early!, reason: 'Not yet.' }),
      ended('CommitmentKept', 'twice', 16),
    );
    const said = { feedbackId: deriveId('fbk', 'full'), by: they, kind: 'COMPLAINT', sentimentBp: -6000 } as const;
    await ledger.record(id, event('FeedbackReceived', { ...said, aboutEventId: about! }, day(30)));
    await ledger.shown();

    const { relationship, stewardScorecard } = await answer(
      `query ($id: ID!, $steward: ID!, $asOf: DateTime, $from: DateTime) {
        relationship(id: $id) { asksVersusGives(asOf: $asOf) { asks gives shareBp } weakestFunction(asOf: $asOf) { function sentimentBp } }
        stewardScorecard(stewardId: $steward, from: $from, to: $asOf) { touches asks gives commitmentsKept commitmentsBroken } }`,
      { id, steward, asOf: day(100), from: day(3) },
    );
    expect(relationship).toEqual({
      asksVersusGives: { asks: 2, gives: 3, shareBp: 4000 },
      weakestFunction: { function: 'FOOD', sentimentBp: -6000 },
    });
    expect(stewardScorecard).toEqual({ touches: 1, asks: 2, gives: 3, commitmentsKept: 2, commitmentsBroken: 1 });
  });

  it('knows a steward under either id after a merge, and under each again after it was taken back', async () => {
    const [id, former, later] = [relationshipId('stewarded'), partyId('former steward'), partyId('later steward')];
    for (const party of [former, later]) {
      const known = { partyId: party, kind: 'PERSON', displayName: party, roles: [] } as const;
      await ledger.record(party, event('PartyRegistered', known, day(0)));
    }
    const touched = (days: number) =>
      event('TouchRecorded', { touchId: touchId(`stewarded ${String(days)}`), ...SAID }, day(days));
    await ledger.record(
      id,
      event(
        'RelationshipOpened',
        { relationshipId: id, a: we, b: they, kind: 'PEER', intent: 'UNKNOWN' } as const,
        day(2000),
      ),
      event('CadenceSet', { intervalDays: 30, graceDays: 0 }, day(2000)),
      event('StewardAssigned', { stewardId: former, role: 'PRIMARY' } as const, day(2000)),
      touched(2001),
      event(
        'StewardHandedOver',
        { fromStewardId: former, stewardId: later, role: 'PRIMARY', warmIntro: true } as const,
        day(2002),
      ),
      touched(2003),
      touched(2004),
    );
    const seen = async (stewardId: PartyId) => {
      await ledger.shown();
      const stretch = `from: "${day(2030)}", to: "${day(2040)}"`;
      const { relationship, touchStats, stewardScorecard, overdueTouches, calendar } = await answer(
        `query ($id: ID!, $tie: ID!, $before: DateTime) {
          relationship(id: $tie) { touches(asOf: $before) { bySteward { key count } } }
          touchStats(groupBy: STEWARD, filter: { stewardId: $id }) { key count }
          stewardScorecard(stewardId: $id) { touches }
          overdueTouches(stewardId: $id, before: $before) { totalCount }
          calendar(stewardId: $id, ${stretch}) { totalCount } }`,
        { id: stewardId, tie: id, before: day(2050) },
      );
      return [
        (relationship!['touches'] as { bySteward: unknown }).bySteward,
        touchStats,
        ...[stewardScorecard!['touches'], overdueTouches!['totalCount'], calendar!['totalCount']],
      ];
    };
    const two = [
      { key: later, count: 2 },
      { key: former, count: 1 },
    ];
    expect(await seen(former)).toEqual([two, two.slice(1), 1, 0, 0]);
    expect(await seen(later)).toEqual([two, two.slice(0, 1), 2, 1, 1]);
    const merge = { survivorId: former, absorbedId: later, evidence: 'One badge.' };
    const [mergeEventId] = await ledger.record(later, event('PartiesMerged', merge, day(2010)));
    const one = [{ key: former, count: 3 }];
    for (const stewardId of [former, later]) expect(await seen(stewardId)).toEqual([one, one, 3, 1, 1]);
    const unmerge = { survivorId: former, absorbedId: later, mergeEventId: mergeEventId! };
    await ledger.record(later, event('PartiesUnmerged', unmerge, day(2011)));
    expect(await seen(former)).toEqual([two, two.slice(1), 1, 0, 0]);
  });

  it('says what falls due, the earliest first', async () => {
    const due = (name: string) => relationshipId(`due ${name}`);
    for (const [name, days] of [
      ['late', 1000],
      ['soon', 1012],
      ['then', 1010],
      ['far', 1100],
    ] as const) {
      await ledger.record(
        due(name),
        event(
          'RelationshipOpened',
          { relationshipId: due(name), a: we, b: they, kind: 'PEER', intent: 'UNKNOWN' } as const,
          day(days),
        ),
        event('CadenceSet', { intervalDays: 30, graceDays: 0 }, day(days)),
        event('StewardAssigned', { stewardId: ann, role: 'PRIMARY' } as const, day(days)),
      );
    }
    await ledger.shown();
    const query = `query ($id: ID, $from: DateTime, $to: DateTime) {
      calendar(stewardId: $id, from: $from, to: $to) { totalCount nodes { id touches(asOf: $from) { dueAt } } } }`;
    const asked = { id: ann, from: day(1035), to: day(1045) };
    expect((await answer(query, asked))['calendar']).toEqual({
      totalCount: 2,
      nodes: [
        { id: due('then'), touches: { dueAt: day(1040) } },
        { id: due('soon'), touches: { dueAt: day(1042) } },
      ],
    });
    expect((await answer(query, { ...asked, id: they }))['calendar']).toEqual({ totalCount: 0, nodes: [] });
  });
});

const WITH_THEM: ReadonlySet<RelationshipId> = new Set(
  Array.from({ length: 30 }, (_, i) => i).flatMap((i) => (i % 2 ? relationshipId(`tale ${String(i)}`) : [])),
);

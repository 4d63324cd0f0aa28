import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { deriveId, type RelationshipId } from '../../event-sourcing/id.js';
import { toMillis, type Instant } from '../../event-sourcing/instant.js';
import { streamName } from '../../event-sourcing/stream.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import { BUILT_IN } from '../../ledger/metric/built-in.js';
import { contentHash, type MetricDefinition } from '../../metrics/definition.js';
import { compile } from '../../metrics/fold.js';
import { factsOf } from '../facts/queries.js';
import { askable, type Askable } from '../testing/askable.module.js';
import { day, GivenLedger, opened, partyId, relationshipId, SAID, TENANT, touchId } from '../testing/given-ledger.js';

const [we, they] = [partyId('we'), partyId('they')];
const targetEventId = deriveId('evt', 'the recording');
const metric = BUILT_IN.metric;
const touched = (name: string, days: number, more: object = {}): LedgerEvent =>
  event('TouchRecorded', { touchId: touchId(name), ...SAID, ...more }, day(days));
const SIMPLE: MetricDefinition = {
  metric,
  cadenceDays: 30,
  components: [{ name: 'recency', type: 'recency', mode: 'AGE', halfLifeDays: 30, weight: 1 }],
  bands: [
    { name: 'GREEN', from: 70 },
    { name: 'RED', from: 0 },
  ],
};
const COMPONENTS = 'components { name value weight contribution missing evidence }';
const ALL = `score band nextBandChangeAt definition { metric version } asOf asKnown factCount topReasons caps { name at } ${COMPONENTS}`;

interface Shown {
  readonly nextBandChangeAt: Instant;
  readonly score: number;
  readonly band: string;
  readonly definition: { readonly metric: string; readonly version: number };
  readonly components: readonly { readonly name: string; readonly value: number; readonly contribution: number }[];
  readonly explain: readonly {
    readonly kind: string;
    readonly points: number;
    readonly event: { id: string } | null;
  }[];
  readonly history: readonly { readonly score: number; readonly definitionVersion: string }[];
}

describe('health', () => {
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

  let decisions = 0;
  const decided = async (type: string, data: object, days: number): Promise<void> => {
    const key = `decision ${String(++decisions)}`;
    const outcome = await ledger.log.store.append({
      stream: streamName('metric', TENANT, metric),
      expected: decisions === 1 ? 'none' : decisions - 2,
      events: [
        {
          ...{ type, data, schemaVersion: 1, tenantId: TENANT, occurredAt: day(days), dataClass: 'PUBLIC' },
          ...{ id: deriveId('evt', key), correlationId: key, idempotencyKey: key, inputHash: '00' },
          actor: { id: 'ana', kind: 'HUMAN' },
        },
      ],
    });
    if (outcome.outcome !== 'appended') throw new Error(outcome.outcome);
    ledger.head = outcome.position;
  };
  const healths = async (id: RelationshipId, fields: string): Promise<Readonly<Record<string, Shown>>> => {
    await ledger.shown();
    const { data, errors } = await read.ask(`query ($id: ID!) { relationship(id: $id) { ${fields} } }`, { id });
    expect(errors).toBeUndefined();
    return data!['relationship']!;
  };
  const total = (points: readonly { readonly points: number }[]) => points.reduce((sum, each) => sum + each.points, 0);

  it('is computed from the facts by the definition that ships, and says what it is made of', async () => {
    const id = relationshipId('plain');
    const commitmentId = deriveId('cmt', 'plain');
    const [, , touch] = await ledger.record(
      id,
      opened(id),
      touched('pl 1', 2, { direction: 'INBOUND' }),
      touched('pl 2', 30),
      event('CommitmentMade', { commitmentId, owedBy: we, owedTo: they, text: 'A plan.', dueAt: day(40) }, day(31)),
      event('CommitmentKept', { commitmentId, lateDays: 0 }, day(39)),
    );
    const { health } = await healths(id, `health(asOf: "${day(45)}") { ${ALL} }`);
    expect(health).toMatchObject({
      definition: { metric, version: 1 },
      asOf: day(45),
      asKnown: null,
      factCount: 5,
      caps: [],
    });
    const facts = (await factsOf(ledger.db, TENANT, [id])).get(id)!;
    const program = compile(BUILT_IN.body);
    const known = { asOf: toMillis(day(45)) };
    expect(health!.score).toBe(program.value(program.foldAll(facts, known), known.asOf).score);
    const next = program.nextBandChangeAt(program.foldAll(facts, known), known.asOf)!;
    expect(toMillis(health!.nextBandChangeAt)).toBe(next);
    expect(total(health!.components.map(({ contribution: points }) => ({ points })))).toBe(health!.score);
    expect(health!.components).toContainEqual(
      expect.objectContaining({ name: 'recency', value: 1, evidence: [touch] }),
    );
  });

  it('was something else as of another day, and as far as was known', async () => {
    const id = relationshipId('two clocks');
    await ledger.record(id, opened(id), touched('tc 1', 10));
    const then = await ledger.moment();
    await ledger.record(
      id,
      touched('tc late', 60),
      event('TouchRetracted', { touchId: touchId('tc 1'), targetEventId, reason: 'Nobody came.' }, day(70)),
    );
    const at = (asKnown: string) => `health(asOf: "${day(80)}"${asKnown}) { ${ALL} }`;
    const { now, known, before } = await healths(
      id,
      `now: ${at('')} known: ${at(`, asKnown: "${then}"`)} before: health(asOf: "${day(5)}") { ${ALL} }`,
    );
    const recency = (shown: Shown | undefined) => shown?.components.find(({ name }) => name === 'recency')?.value;
    expect(recency(now)).toBe(1); // 20 days after the late one
    expect(recency(known)).toBeCloseTo(2 ** (-40 / 45), 9); // 70 days after the one that was then believed
    expect(recency(before)).toBe(1); // the opening is the first mark
  });

  it('has versions beside each other, and a history that changes over when another comes into force', async () => {
    const id = relationshipId('versions');
    await ledger.record(id, opened(id), touched('ve', 10));
    const hash = contentHash(SIMPLE);
    await decided('MetricDefinitionPublished', { metric, version: 2, body: SIMPLE, hash, reason: 'Simpler.' }, 15);
    const asOf = `asOf: "${day(40)}"`;
    const both = `a: health(${asOf}) { ${ALL} } b: health(${asOf}, definition: "${metric}@2") { ${ALL} }`;
    expect(await healths(id, both)).toMatchObject({
      a: { definition: { version: 1 } },
      b: { definition: { version: 2 }, score: 50, band: 'RED' },
    });

    await decided('MetricDefinitionActivated', { metric, version: 2 }, 20);
    const span = `from: "${day(19)}", to: "${day(21)}"`;
    const { health } = await healths(
      id,
      `health(${asOf}) { ${ALL} history(${span}, points: 3) { at score band definitionVersion }
         explain(${span}) { kind at points capPoints because components { name points } event { id } } }`,
    );
    expect(health!.definition.version).toBe(2);
    expect(health!.history.map(({ definitionVersion }) => definitionVersion)).toEqual([
      `${metric}@1`,
      `${metric}@2`,
      `${metric}@2`,
    ]);
    expect(health!.explain.map(({ kind }) => kind)).toEqual(['TIME', 'DEFINITION', 'TIME']);
    expect(total(health!.explain)).toBe(health!.history[2]!.score - health!.history[0]!.score);

    await decided('MetricDefinitionRolledBack', { metric, from: 2, to: 1, reason: 'Too simple.' }, 50);
    expect(await healths(id, `then: health(${asOf}) { ${ALL} } now: health { ${ALL} }`)).toMatchObject({
      then: { definition: { version: 2 } },
      now: { definition: { version: 1 } },
    });
  });

  interface Listed {
    readonly version: number;
    readonly active: boolean;
    readonly hash: string;
    readonly body: string;
  }
  const definitions = async (): Promise<readonly Listed[]> => {
    const query =
      '{ metricDefinitions { metric version active hash body reason publishedBy terms { version since } } }';
    const { data, errors } = await read.ask(query);
    expect(errors).toBeUndefined();
    return data!['metricDefinitions'] as unknown as readonly Listed[];
  };

  it('says what happened between two days, exactly', async () => {
    const id = relationshipId('explained');
    const [, first, second] = await ledger.record(id, opened(id), touched('ex 1', 10), touched('ex 2', 70));
    const span = `from: "${day(5)}", to: "${day(90)}"`;
    const { health } = await healths(
      id,
      `health(asOf: "${day(90)}") { topReasons history(${span}, points: 2) { score }
         explain(${span}) { kind points because event { id occurredAt } } }`,
    );
    expect(health!.explain.flatMap(({ event }) => event?.id ?? [])).toEqual([first, second]);
    expect(total(health!.explain)).toBe(health!.history[1]!.score - health!.history[0]!.score);
    expect(health).toMatchObject({ topReasons: expect.arrayContaining([expect.stringMatching(/points$/)]) });
  });

  it('of many relationships takes as many statements as of one', async () => {
    const ids = ['one', 'two', 'three'].map((name) => relationshipId(`many ${name}`));
    for (const id of ids) await ledger.record(id, opened(id), touched(id, 10));
    await ledger.shown();
    const query = `query ($first: Int!) { relationships(first: $first) { nodes { id health { score band } } } }`;
    const [few, more] = [await read.ask(query, { first: 1 }), await read.ask(query, { first: 10 })];
    expect(more.errors).toBeUndefined();
    expect(more.statements).toBe(few.statements);
  });

  it('was computed without what was learnt later, which the ledger lists', async () => {
    const id = relationshipId('late');
    await ledger.record(id, opened(id));
    const then = await ledger.moment();
    const [late] = await ledger.record(id, touched('la', 3));
    await ledger.shown();
    const query = `{ ledger { lateFacts(asOf: "${then}") { totalCount nodes { eventId relationshipId kind stands } } } }`;
    const { data, errors } = await read.ask(query, {}, ['auditor']);
    expect(errors).toBeUndefined();
    expect(data!['ledger']).toEqual({
      lateFacts: { totalCount: 1, nodes: [{ eventId: late, relationshipId: id, kind: 'TOUCH', stands: true }] },
    });
  });

  it('by a definition that there is not says which there are', async () => {
    const { errors } = await read.ask(
      `query ($id: ID!) { relationship(id: $id) { health(definition: "${metric}@7") { score } } }`,
      { id: relationshipId('plain') },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', allowed: [`${metric}@1`, `${metric}@2`] } }]);
  });

  it('definitions are listed with bodies that have their hashes', async () => {
    const { data } = await read.ask(`{ metricDefinition(metric: "${metric}") { version active body hash } }`);
    expect(data!['metricDefinition']).toMatchObject({ version: 1, active: true, hash: BUILT_IN.hash });
    for (const { body, hash } of await definitions()) {
      expect(contentHash(JSON.parse(body) as MetricDefinition)).toBe(hash);
    }
  });
});

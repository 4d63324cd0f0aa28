import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { migrate } from '../../database/migrate.js';
import { event } from '../../event-sourcing/event.js';
import { deriveId, type EventId } from '../../event-sourcing/id.js';
import { toMillis } from '../../event-sourcing/instant.js';
import { migrations as log } from '../../event-store/postgres/migrations.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import { BUILT_IN } from '../../ledger/metric/built-in.js';
import type { MetricDefinition } from '../../metrics/definition.js';
import { compile } from '../../metrics/fold.js';
import { migrations as projecting } from '../../projecting/migrations.js';
import { factsOf } from '../facts/queries.js';
import { askable, type Askable } from '../testing/askable.module.js';
import { GivenDecisions } from '../testing/given-decisions.js';
import { day, GivenLedger, opened, partyId, relationshipId, SAID, TENANT, touchId } from '../testing/given-ledger.js';
import { statesOfEdition } from './editions.js';
import { followHealth } from './follow-health.js';
import { LiveHealth } from './live-health.js';
import { migrations } from './migrations.js';

const metric = BUILT_IN.metric;
const PARTIES = 3;
const TIES = 8;
const tie = (i: number) => relationshipId(`kept ${String(i)}`);
/** Nobody of it is ever merged. */
const APART = relationshipId('kept apart');
const side = (i: number) => partyId(`kept ${String(i % PARTIES)}`);
const SIMPLE: MetricDefinition = {
  metric,
  components: [{ name: 'recency', type: 'recency', mode: 'AGE', halfLifeDays: 30, weight: 1 }],
  bands: [{ name: 'ALL', from: 0 }],
};

interface Step {
  readonly what: 'touch' | 'retract' | 'correct' | 'promise' | 'keep' | 'merge' | 'follow';
  readonly tie: number;
  readonly days: number;
}
const steps = fc.array(
  fc.record({
    what: fc.constantFrom<Step['what'][]>(
      ...(['touch', 'touch', 'touch', 'retract', 'correct', 'promise', 'keep', 'merge', 'follow', 'follow'] as const),
    ),
    tie: fc.nat({ max: TIES - 1 }),
    days: fc.integer({ min: 1, max: 200 }),
  }),
  { minLength: 5, maxLength: 12 },
);

interface Told {
  readonly id: string;
  readonly health: {
    readonly score: number | null;
    readonly nextBandChangeAt: string | null;
    readonly components: readonly { readonly name: string; readonly value: number | null }[];
  };
}

describe('kept states', () => {
  let ledger: GivenLedger;
  let read: Askable;
  let health: LiveHealth;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
    read = await askable(ledger);
    for (let i = 0; i < PARTIES; i++) {
      const registered = { partyId: side(i), kind: 'PERSON', displayName: 'P', roles: [] } as const;
      await ledger.record(side(i), event('PartyRegistered', registered, day(0)));
    }
    for (let i = 0; i < TIES; i++) {
      const of = { relationshipId: tie(i), a: side(i), b: side(i + 1), kind: 'CARE', intent: 'RELATIONAL' } as const;
      await ledger.record(tie(i), event('RelationshipOpened', of, day(0)), touched(`first ${String(i)}`, 5 + i));
    }
    await ledger.record(APART, opened(APART), touched('apart', 5));
    await ledger.shown();
    health = await LiveHealth.takeOver(ledger.log.database.pool);
    await settle();
  });
  afterAll(async () => {
    await read.close();
    await ledger.close();
  });

  const touched = (name: string, days: number): LedgerEvent =>
    event('TouchRecorded', { touchId: touchId(name), ...SAID }, day(days));
  const settle = async (): Promise<void> => {
    while (await health.proceed());
  };
  const ALL = [APART, ...Array.from({ length: TIES }, (_, i) => tie(i))];
  const ask = async (days: number, ids: readonly string[] = ALL, args = '') => {
    const { data, errors, copies } = await read.ask(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Relationship {
         id health(asOf: "${day(days)}"${args}) { score nextBandChangeAt components { name value } } } } }`,
      { ids },
    );
    expect(errors).toBeUndefined();
    return { told: data!['nodes'] as unknown as readonly Told[], copies };
  };
  /** What is told is what the facts of each say. */
  const expectRight = async (days: number, body = BUILT_IN.body, ids = ALL): Promise<number> => {
    const { told, copies } = await ask(days, ids);
    const facts = await factsOf(
      ledger.db,
      TENANT,
      told.map(({ id }) => id),
    );
    const program = compile(body);
    const asOf = toMillis(day(days));
    for (const { id, health: said } of told) {
      const state = program.foldAll(facts.get(id)!, { asOf });
      const { score, components } = program.value(state, asOf);
      const wanted = [score, ...components.map(({ value }) => value)];
      [said.score, ...said.components.map(({ value }) => value)].forEach((value, i) => {
        expect(value === null).toBe(wanted[i] === null);
        expect(Math.abs((value ?? 0) - (wanted[i] ?? 0))).toBeLessThan(1e-9);
      });
      const next = program.nextBandChangeAt(state, asOf);
      expect(said.nextBandChangeAt === null).toBe(next === undefined);
      if (next !== undefined) expect(Math.abs(Date.parse(said.nextBandChangeAt!) - next)).toBeLessThan(1000);
    }
    return copies;
  };

  it('tell what the facts say, without reading them', async () => {
    expect(await expectRight(100)).toBe(0);
    expect(await expectRight(6)).toBe(1); // before the last of them
  });

  it('are not asked about a relationship that has changed since, until they follow', async () => {
    await ledger.record(tie(2), touched('since', 50));
    await ledger.shown();
    expect((await ask(100, [tie(2)])).copies).toBe(1);
    expect((await ask(100, [tie(3)])).copies).toBe(0);
    expect(await expectRight(100)).toBe(1);
    await settle();
    expect(await expectRight(100)).toBe(0);
    const retraction = { touchId: touchId('since'), targetEventId: deriveId('evt', 'since'), reason: 'Nobody came.' };
    await ledger.record(tie(2), event('TouchRetracted', retraction, day(60)));
    await ledger.shown();
    expect(await expectRight(100)).toBe(1);
    await settle();
    expect(await expectRight(100)).toBe(0);
  });

  it('say nothing of what was known, and of what the facts alone tell', async () => {
    const known = await ledger.moment();
    expect((await ask(100, [tie(3)], `, asKnown: "${known}"`)).copies).toBe(1);
    const { data, copies } = await read.ask(
      `query ($id: ID!) { relationship(id: $id) { health(asOf: "${day(100)}") { score factCount topReasons
         components { evidence } explain(from: "${day(0)}", to: "${day(100)}") { points } } } }`,
      { id: tie(3) },
    );
    expect(data!['relationship']).toMatchObject({ health: { factCount: 2 } });
    expect(copies).toBe(1);
  });

  it('tell the same as the facts whatever happens, before they follow and after', async () => {
    const touches: { readonly tie: number; readonly name: string }[] = [];
    const promises: { readonly tie: number; readonly commitmentId: ReturnType<typeof deriveId<'cmt'>> }[] = [];
    const merges = new Map<number, { readonly into: number; readonly id: EventId }>();
    let [count, kept] = [0, 0];
    const take = async ({ what, tie: i, days }: Step): Promise<void> => {
      const name = `step ${String(++count)}`;
      const targetEventId = deriveId('evt', name);
      const old = touches.at(days % Math.max(1, touches.length));
      const promise = promises.pop();
      if (what === 'follow') await settle();
      else if (what === 'touch') {
        touches.push({ tie: i, name });
        await ledger.record(tie(i), touched(name, days));
      } else if (what === 'retract' && old) {
        touches.splice(touches.indexOf(old), 1);
        const retraction = { touchId: touchId(old.name), targetEventId, reason: 'No.' };
        await ledger.record(tie(old.tie), event('TouchRetracted', retraction, day(days)));
      } else if (what === 'correct' && old) {
        const replacement = { ...SAID, direction: 'INBOUND', occurredAt: day(days) } as const;
        const correction = { touchId: touchId(old.name), targetEventId, reason: 'They.', replacement };
        await ledger.record(tie(old.tie), event('TouchCorrected', correction, day(days)));
      } else if (what === 'keep' && promise) {
        const { commitmentId } = promise;
        await ledger.record(tie(promise.tie), event('CommitmentKept', { commitmentId, lateDays: 0 }, day(days)));
      } else if (what === 'promise') {
        const commitmentId = deriveId('cmt', name);
        promises.push({ tie: i, commitmentId });
        const made = { commitmentId, owedBy: side(i), owedTo: side(i + 1), text: 'A plan.', dueAt: day(days + 20) };
        await ledger.record(tie(i), event('CommitmentMade', made, day(days)));
      } else if (what === 'merge') {
        const [absorbed, into] = [i % PARTIES, (i + 1) % PARTIES];
        const merged = merges.get(absorbed);
        const [absorbedId, survivorId] = [side(absorbed), side(merged?.into ?? into)];
        if (merged) {
          const undone = { survivorId, absorbedId, mergeEventId: merged.id };
          await ledger.record(absorbedId, event('PartiesUnmerged', undone, day(days)));
          merges.delete(absorbed);
        } else if (merges.size === 0) {
          const one = { survivorId, absorbedId, evidence: 'One number.' };
          const [id] = await ledger.record(absorbedId, event('PartiesMerged', one, day(days)));
          merges.set(absorbed, { into, id: id! });
        }
      }
    };
    for (const story of fc.sample(steps, { numRuns: 25, seed: 7 })) {
      for (const step of story) await take(step);
      await ledger.shown();
      for (const days of [250, 90]) if ((await expectRight(days)) === 0) kept++;
      if (count % 2 === 0) {
        await settle();
        for (const days of [250, 90]) if ((await expectRight(days)) === 0) kept++;
      }
    }
    expect(kept).toBeGreaterThan(0);
  }, 60_000);

  it('never tell less than what is recorded, while they follow', async () => {
    const follower = followHealth(ledger.log.database.pool, () => undefined);
    try {
      for (let i = 0; i < 30; i++) {
        await ledger.record(tie(i % TIES), touched(`during ${String(i)}`, 201 + i / 10));
        await ledger.shown();
        for (let look = 0; look < 3; look++) await expectRight(250);
      }
    } finally {
      await follower.stop();
    }
    health = await LiveHealth.takeOver(ledger.log.database.pool);
    await settle();
  });

  it('are of one definition: of another there is none until an edition of it is built', async () => {
    await settle();
    const decisions = new GivenDecisions(ledger, metric);
    await decisions.publish(2, SIMPLE);
    await decisions.activate(2);
    expect(await expectRight(250, SIMPLE)).toBeGreaterThan(0);
    await settle();
    expect(await ask(250, [APART])).toMatchObject({ copies: 0 });
    await expectRight(250, SIMPLE);
    await decisions.rollBack(2, 1);
    expect(await ask(250, [APART])).toMatchObject({ copies: 0 });
    await settle();
    await expectRight(250);
  });

  /** As after an update of the program that cuts time otherwise. */
  const forgetAll = async (): Promise<void> => {
    const { owner, url } = ledger.log.database;
    await owner.query(`DELETE FROM kysely_migration WHERE name = '0303_health_tiles'`);
    expect(await migrate(url, { ...log, ...projecting, ...migrations })).toEqual(['0303_health_tiles']);
    health = await LiveHealth.takeOver(ledger.log.database.pool);
  };

  it('are built anew where what stands there was written by an older program', async () => {
    await forgetAll();
    expect(await expectRight(250)).toBeGreaterThan(0);
    await settle();
    expect(await ask(250, [APART])).toMatchObject({ copies: 0 });
    await expectRight(250);
  });

  it('are not of relationships that were one when they were built, and have parted since', async () => {
    const parties = { us: partyId('us'), them: partyId('them'), twin: partyId('twin') };
    for (const id of Object.values(parties)) {
      const registered = { partyId: id, kind: 'PERSON', displayName: 'P', roles: [] } as const;
      await ledger.record(id, event('PartyRegistered', registered, day(0)));
    }
    const ids = [relationshipId('of them'), relationshipId('of the twin')];
    for (const [i, b] of [parties.them, parties.twin].entries()) {
      const of = { relationshipId: ids[i]!, a: parties.us, b, kind: 'CARE', intent: 'RELATIONAL' } as const;
      const opened = event('RelationshipOpened', of, day(0));
      await ledger.record(ids[i]!, opened, touched(`parted ${String(i)}`, 20 + 180 * i));
    }
    const both = { survivorId: parties.them, absorbedId: parties.twin };
    const merged = event('PartiesMerged', { ...both, evidence: 'One number.' }, day(10));
    const [mergeEventId] = await ledger.record(parties.twin, merged);
    await ledger.shown();
    await forgetAll();
    await settle();
    await ledger.record(parties.twin, event('PartiesUnmerged', { ...both, mergeEventId: mergeEventId! }, day(210)));
    await ledger.shown();
    await expectRight(250, BUILT_IN.body, ids);
  });

  it('that are written by another kernel, or not there any more, leave it to the facts', async () => {
    const { pool } = ledger.log.database;
    const rows = await ledger.db.rows(sql<{ edition: number }>`SELECT edition FROM health.editions ORDER BY 1`);
    const tables = rows.map(({ edition }) => statesOfEdition(edition));
    for (const table of tables) await pool.query(`UPDATE ${table} SET meaning = '0 ' || meaning`);
    expect(await expectRight(250)).toBeGreaterThan(0);
    for (const table of tables) await pool.query(`ALTER TABLE ${table} RENAME TO ${table.split('.')[1]!}_gone`);
    expect(await expectRight(250)).toBeGreaterThan(0);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql, type RawBuilder } from 'kysely';
import { event } from '../../event-sourcing/event.js';
import { deriveId } from '../../event-sourcing/id.js';
import { toMillis } from '../../event-sourcing/instant.js';
import { streamName } from '../../event-sourcing/stream.js';
import type { LedgerEvent } from '../../ledger/ledger.js';
import { BUILT_IN } from '../../ledger/metric/built-in.js';
import { contentHash, type MetricDefinition } from '../../metrics/definition.js';
import { compile } from '../../metrics/fold.js';
import type { Fact } from '../../metrics/fact.js';
import { factsOf } from '../facts/queries.js';
import { askable, type Askable } from '../testing/askable.module.js';
import { day, GivenLedger, opened, relationshipId, SAID, TENANT, touchId } from '../testing/given-ledger.js';
import { servingOf } from './editions.js';
import { followHealth } from './follow-health.js';
import { scoresAt as scoresInOrder } from './listing.js';
import { LiveHealth } from './live-health.js';
import { slotsAt, TOLERANCE } from './pieces.js';

const TIES = 450;
const tie = (i: number) => relationshipId(`live ${String(i)}`);
const touched = (name: string, days: number): LedgerEvent =>
  event('TouchRecorded', { touchId: touchId(name), ...SAID }, day(days));
const metric = BUILT_IN.metric;
const AGE: MetricDefinition = {
  metric,
  components: [{ name: 'recency', type: 'recency', mode: 'AGE', halfLifeDays: 30, weight: 1 }],
  bands: [
    { name: 'GREEN', from: 70 },
    { name: 'RED', from: 0 },
  ],
};

describe('live health', () => {
  let ledger: GivenLedger;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
    await Promise.all(
      Array.from({ length: TIES }, (_, i) => ledger.record(tie(i), opened(tie(i)), touched(`li ${String(i)}`, i / 5))),
    );
    await ledger.shown();
  });
  afterAll(() => ledger.close());

  const take = () => LiveHealth.takeOver(ledger.log.database.pool);
  const settle = async (health: LiveHealth): Promise<void> => {
    while (await health.proceed());
  };
  let decisions = 0;
  const decided = async (type: string, data: object): Promise<void> => {
    const key = `decision ${String(++decisions)}`;
    const outcome = await ledger.log.store.append({
      stream: streamName('metric', TENANT, metric),
      expected: decisions === 1 ? 'none' : decisions - 2,
      events: [
        {
          ...{ type, data, schemaVersion: 1, tenantId: TENANT, occurredAt: day(0), dataClass: 'PUBLIC' },
          ...{ id: deriveId('evt', key), correlationId: key, idempotencyKey: key, inputHash: '00' },
          actor: { id: 'ana', kind: 'HUMAN' },
        },
      ],
    });
    if (outcome.outcome !== 'appended') throw new Error(outcome.outcome);
    ledger.head = outcome.position;
    await ledger.shown();
  };

  const serving = async () => (await servingOf(ledger.db, TENANT, []))!;
  /** Of the edition that serves: relationships and scores, as a list finds them at a moment. */
  const scoresAt = async (days: number): Promise<ReadonlyMap<string, number>> => {
    const slots = slotsAt(toMillis(day(days)));
    const { pieces } = await serving();
    const rows = await ledger.db.rows(sql<{ id: string; score: number }>`
      SELECT p.relationship_id AS id, p.score FROM ${pieces} p WHERE p.slot = ANY(${slots}) ORDER BY p.score DESC`);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    return new Map(rows.map(({ id, score }) => [id, score]));
  };
  const exactly = async (body: MetricDefinition, days: number): Promise<ReadonlyMap<string, number>> => {
    const ids = Array.from({ length: TIES }, (_, i) => tie(i));
    const facts = await factsOf(ledger.db, TENANT, ids);
    const program = compile(body);
    const asOf = toMillis(day(days));
    const scoreOf = (own: readonly Fact[]) => program.value(program.foldAll(own, { asOf }), asOf).score;
    return new Map([...facts].map(([id, own]) => [id, scoreOf(own) ?? -1]));
  };
  const expectRight = async (body: MetricDefinition, days: number): Promise<void> => {
    const [found, wanted] = [await scoresAt(days), await exactly(body, days)];
    expect(found.size).toBe(TIES);
    for (const [id, score] of wanted) expect(Math.abs(found.get(id)! - score)).toBeLessThanOrEqual(TOLERANCE * 1.1);
  };
  const versions = async (): Promise<readonly { readonly id: string; readonly xmin: string }[]> =>
    ledger.db.rows(sql`
      SELECT relationship_id AS id, min(xmin::text) AS xmin FROM ${(await serving()).pieces}
       GROUP BY relationship_id ORDER BY 1`);
  const rowsOfAll = async () => {
    const { pieces, bandChanges } = await serving();
    return ledger.db.rows(sql`
      SELECT relationship_id, (SELECT array_agg(round(p.score::numeric, 9) ORDER BY p.slot) FROM ${pieces} p
                                WHERE p.relationship_id = r.relationship_id)::text AS pieces,
             (SELECT array_agg((c.at, c.band, c.was) ORDER BY c.at) FROM ${bandChanges} c
               WHERE c.relationship_id = r.relationship_id)::text AS changes
        FROM directory.relationships r ORDER BY 1`);
  };

  it('is right at any moment, and no time rewrites a row', async () => {
    const health = await take();
    await settle(health);
    await expectRight(BUILT_IN.body, 100);
    await expectRight(BUILT_IN.body, 1000);
    const before = await versions();
    await settle(health);
    expect((await versions()).filter(({ xmin }, i) => xmin !== before[i]!.xmin)).toEqual([]);
  });

  it('of a relationship with a late, or a retracted, fact is computed anew; of the others it stays', async () => {
    const health = await take();
    await settle(health);
    const before = await versions();
    const [late, retracted] = [tie(3), tie(400)];
    await ledger.record(late, touched('late', 95));
    const targetEventId = deriveId('evt', 'the recording');
    const retraction = { touchId: touchId('li 400'), targetEventId, reason: 'Nobody came.' };
    await ledger.record(retracted, event('TouchRetracted', retraction, day(96)));
    await ledger.shown();
    await settle(health);
    await expectRight(BUILT_IN.body, 120);
    const after = await versions();
    const changed = after.filter(({ xmin }, i) => xmin !== before[i]!.xmin).map(({ id }) => id);
    expect(changed.toSorted()).toEqual([late, retracted].toSorted());
  });

  it('by another definition is built beside the one that serves, whoever goes on with it', async () => {
    const first = await take();
    await settle(first);
    const before = await versions();
    const reason = 'Only age.';
    await decided('MetricDefinitionPublished', { metric, version: 2, body: AGE, hash: contentHash(AGE), reason });
    await decided('MetricDefinitionActivated', { metric, version: 2 });
    await first.proceed();
    await expectRight(BUILT_IN.body, 130);

    const second = await take();
    await expect(first.proceed()).rejects.toThrow('another owner');
    await expectRight(BUILT_IN.body, 130);
    await settle(second);
    await expectRight(AGE, 130);

    await decided('MetricDefinitionRolledBack', { metric, from: 2, to: 1, reason });
    await settle(second);
    await expectRight(BUILT_IN.body, 130);
    expect((await versions()).filter(({ xmin }, i) => xmin !== before[i]!.xmin)).toEqual([]);
  });

  it('is the same when it is made from nothing', async () => {
    const before = await rowsOfAll();
    const { pool } = ledger.log.database;
    await pool.query('DELETE FROM health.serving; DELETE FROM health.editions');
    await settle(await take());
    const after = await rowsOfAll();
    expect(after.length).toBe(TIES);
    expect(after.filter((row, i) => JSON.stringify(row) !== JSON.stringify(before[i]))).toEqual([]);
  });

  it('foretells who comes into another band, and when', async () => {
    const id = tie(7);
    const changes = await ledger.db.rows<{ at: ReturnType<typeof day>; band: string }>(sql`
      SELECT at, band FROM ${(await serving()).bandChanges} WHERE relationship_id = ${id} ORDER BY at`);
    expect(changes.length).toBeGreaterThan(1);
    const facts = (await factsOf(ledger.db, TENANT, [id])).get(id)!;
    const program = compile(BUILT_IN.body);
    const state = program.foldAll(facts, { asOf: Infinity });
    for (const { at, band } of changes.slice(1)) {
      expect(program.value(state, toMillis(at)).band).toBe(band);
      expect(program.value(state, toMillis(at) - 60_000).band).not.toBe(band);
    }
  });

  it('tells who comes into a band in a stretch of time, the earliest first', async () => {
    const read = await askable(ledger);
    const query = `query ($after: String) {
      bandChanges(from: "${day(100)}", before: "${day(130)}", to: "RED", first: 50, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } nodes { at band was relationship { id health { band } } } } }`;
    interface Told {
      readonly totalCount: number;
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
      readonly nodes: readonly { readonly at: string; readonly band: string; readonly relationship: { id: string } }[];
    }
    try {
      const found: Told['nodes'][number][] = [];
      const told = async (after: string | null): Promise<Told> => {
        const { data, errors } = await read.ask(query, { after });
        expect(errors).toBeUndefined();
        return data!['bandChanges'] as unknown as Told;
      };
      let page = await told(null);
      found.push(...page.nodes);
      for (; page.pageInfo.hasNextPage; found.push(...page.nodes)) page = await told(page.pageInfo.endCursor);
      expect(page.totalCount).toBe(found.length);
      expect(found.map(({ at }) => at)).toEqual(found.map(({ at }) => at).toSorted());
      const program = compile(BUILT_IN.body);
      const facts = await factsOf(
        ledger.db,
        TENANT,
        Array.from({ length: TIES }, (_, i) => tie(i)),
      );
      const wanted = [...facts].flatMap(([id, own]) => {
        const state = program.foldAll(own, { asOf: Infinity });
        const [last, end] = [Math.max(...own.map(({ occurredAt }) => occurredAt)), toMillis(day(130))];
        for (
          let at: number | undefined = last;
          at !== undefined && at < end;
          at = program.nextBandChangeAt(state, at)
        ) {
          if (at > last && at >= toMillis(day(100)) && program.value(state, at).band === 'RED') return [id];
        }
        return [];
      });
      expect(wanted.length).toBeGreaterThan(50);
      expect(found.map(({ relationship }) => relationship.id).toSorted()).toEqual(wanted.toSorted());
    } finally {
      await read.close();
    }
  });

  it('is found by index, in order: lists, bands, and changes to come', async () => {
    const { bandChanges } = await serving();
    const planOf = async (query: RawBuilder<unknown>): Promise<string> => {
      const rows = await ledger.db.rows<{ readonly 'QUERY PLAN': string }>(sql`EXPLAIN ${query}`);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    };
    const scores = scoresInOrder(await serving(), day(100), 'DESC');
    const list = await planOf(
      sql`SELECT * FROM ${scores} h WHERE h.score < 70 ORDER BY h.score DESC, h.position DESC LIMIT 51`,
    );
    const coming = await planOf(
      sql`SELECT * FROM ${bandChanges} c WHERE NOT c.is_first AND c.band = 'RED' AND c.at >= ${day(100)} AND c.at < ${day(107)}
           ORDER BY c.at, c.position LIMIT 51`,
    );
    for (const plan of [list, coming]) {
      expect(plan).toContain('Index');
      expect(plan).not.toMatch(/Seq Scan|Sort \(/);
    }
    expect(list).toContain('Merge Append');
  });

  interface Listed {
    readonly totalCount: number;
    readonly pageInfo: { readonly endCursor: string };
    readonly nodes: readonly {
      readonly id: string;
      readonly health: { readonly score: number; readonly band: string };
    }[];
  }
  const listed = async (read: Askable, args: string, after: string | null = null): Promise<Listed> => {
    const query = `query ($after: String) {
      relationships(${args}, first: 100, after: $after) {
        totalCount pageInfo { endCursor } nodes { id health { score band } } } }`;
    const { data, errors } = await read.ask(query, { after });
    expect(errors).toBeUndefined();
    return data!['relationships'] as unknown as Listed;
  };

  it('sorts and filters lists by how relationships are now', async () => {
    const read = await askable(ledger);
    try {
      const nodes: Listed['nodes'][number][] = [];
      let after: string | null = null;
      for (let page = 0; page < 5; page++) {
        const list = await listed(read, 'orderBy: { field: HEALTH, direction: DESC }', after);
        nodes.push(...list.nodes);
        after = list.pageInfo.endCursor;
        expect(list.totalCount).toBe(TIES);
      }
      expect(new Set(nodes.map(({ id }) => id)).size).toBe(TIES);
      nodes.slice(1).forEach(({ health }, i) => {
        expect((health?.score ?? -1) - (nodes[i]!.health?.score ?? -1)).toBeLessThanOrEqual(2 * TOLERANCE * 1.1);
      });
      const { bands } = BUILT_IN.body;
      for (const { name } of bands) {
        const inBand = await listed(read, `filter: { band: "${name}" }, orderBy: { field: HEALTH, direction: ASC }`);
        for (const { health } of inBand.nodes) {
          const near = bands.some(({ from }) => Math.abs(health.score - from) <= TOLERANCE * 1.1);
          expect(health.band === name || near).toBe(true);
        }
      }
      const all = await Promise.all(bands.map(({ name }) => listed(read, `filter: { band: "${name}" }`)));
      expect(all.reduce((sum, { totalCount }) => sum + totalCount, 0)).toBe(TIES);
    } finally {
      await read.close();
    }
  });

  it('is followed by one of several processes, and by another one when that ends', async () => {
    const { pool } = ledger.log.database;
    const followers = [followHealth(pool, () => undefined), followHealth(pool, () => undefined)];
    const follows = async (name: string, days: number): Promise<void> => {
      await ledger.record(tie(1), touched(name, days));
      await ledger.shown();
      await ledger.log.eventually(async () => {
        const { rows } = await pool.query<{ position: bigint }>(
          `SELECT position FROM projecting.builds WHERE schema_name = 'health'`,
        );
        return rows[0]!.position >= ledger.head;
      });
      await expectRight(BUILT_IN.body, days + 10);
    };
    try {
      await follows('fo 1', 140);
      await followers[0]!.stop();
      await follows('fo 2', 150);
    } finally {
      await Promise.all(followers.map((follower) => follower.stop()));
    }
  });
});

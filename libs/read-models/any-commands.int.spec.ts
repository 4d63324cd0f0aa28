import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sample } from 'fast-check';
import { sql } from 'kysely';
import { migrate } from '../database/migrate.js';
import { event } from '../event-sourcing/event.js';
import { NOW } from '../event-sourcing/testing/given.js';
import { toMillis } from '../event-sourcing/instant.js';
import type { Position } from '../event-sourcing/position.js';
import { migrations as log } from '../event-store/postgres/migrations.js';
import { Execute, isRefusal } from '../ledger/execute.js';
import { ledger as deciders } from '../ledger/ledger.js';
import { tapes, TOPICS, World } from '../ledger/testing/any-commands.js';
import { migrations as projecting } from '../projecting/migrations.js';
import { definitionsOf, referencesOf } from './health/definitions.js';
import { servingOf } from './health/editions.js';
import { followHealth, type HealthFollower } from './health/follow-health.js';
import { LiveHealth } from './health/live-health.js';
import { migrations } from './health/migrations.js';
import { parityOf } from './health/parity.js';
import { day, GivenLedger, partyId, relationshipId, SAID, TENANT, touchId } from './testing/given-ledger.js';

/** Commands that record facts: those of the machinery would steer the projector. */
const FACTS = TOPICS.map((topic) => topic.filter((one) => deciders.of(new one()).address.prefix !== undefined));
const TENANTS = Array.from({ length: 2 * FACTS.length }, (_, number) => `tenant_${String(number)}`);
const TWINS = [0, 1, 2, 3];

describe('any commands in any order', () => {
  let ledger: GivenLedger;
  let health: HealthFollower;
  const problems: string[] = [];
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    const { pool, url } = ledger.log.database;
    await migrate(url, { ...log, ...projecting, ...migrations });
    ledger.project();
    health = followHealth(pool, (problem) => problems.push(problem));
  });
  afterAll(async () => {
    await health.stop();
    await ledger.close();
  });

  /** A relationship with somebody who is in the ledger twice. */
  const openTwins = async (n: number): Promise<void> => {
    for (const [i, who] of [`one ${String(n)}`, `two ${String(n)}`].entries()) {
      const [relationship, b] = [relationshipId(who), partyId(who)];
      const tie = { relationshipId: relationship, a: partyId('we'), b, kind: 'CARE', intent: 'RELATIONAL' } as const;
      const touched = [10, 20 + n, 50 - n].map((days) =>
        event('TouchRecorded', { touchId: touchId(`${who} ${String(days)}`), ...SAID }, day(days + i)),
      );
      await ledger.record(relationship, event('RelationshipOpened', tie, day(i)), ...touched);
    }
  };
  const mergeTwins = async (n: number): Promise<void> => {
    const [survivorId, absorbedId] = [partyId(`one ${String(n)}`), partyId(`two ${String(n)}`)];
    const merged = { survivorId, absorbedId, evidence: 'One phone number.' };
    await ledger.record(absorbedId, event('PartiesMerged', merged, day(60)));
    const late = event('TouchRecorded', { touchId: touchId(`late ${String(n)}`), ...SAID }, day(30));
    if (n % 2 === 0) await ledger.record(relationshipId(`two ${String(n)}`), late);
  };

  it('are carried out as they are decided, and shown live as by read models that were built anew', async () => {
    const execute = new Execute(ledger.log.store, deciders, { now: () => toMillis(NOW) });
    const actor = { id: 'tester', kind: 'HUMAN' } as const;
    let accepted = 0;
    for (const n of TWINS) await openTwins(n);
    for (const [about, numbers] of sample(tapes(250, 350), TENANTS.length).entries()) {
      const world = new World(TENANTS[about]!);
      world.play(FACTS[about % FACTS.length]!, numbers);
      for (const { command, idempotencyKey, refused } of world.told) {
        const result = await execute.run(command, { tenantId: world.tenantId, actor, idempotencyKey });
        expect([command, isRefusal(result)]).toEqual([command, refused]);
        if (isRefusal(result)) continue;
        accepted++;
        if (result.position > ledger.head) ledger.head = result.position;
      }
    }
    expect(accepted).toBeGreaterThan(500);
    for (const n of TWINS) await mergeTwins(n);
    await ledger.shown();
    await ledger.rebuild(); // which compares every row
  }, 120_000);

  const inForce = async (tenantId: string) => (await definitionsOf(ledger.db, tenantId)).inForce();
  /** Scores and bands of all relationships as lists have them, those that are one by a merge among them. */
  const healthOf = async (tenantId: string): Promise<readonly Line[]> => {
    const serving = await servingOf(ledger.db, tenantId, referencesOf(await inForce(tenantId)));
    if (!serving) return [];
    return ledger.db.rows(sql<Line>`
      SELECT relationship_id || ' ' || slot AS what, score AS value FROM ${serving.pieces}
       UNION ALL
      SELECT concat_ws(' ', relationship_id, band, was), extract(epoch FROM at)::float8 FROM ${serving.bandChanges}
       ORDER BY 1, 2`);
  };
  const followed = () =>
    ledger.log.eventually(async () => {
      const [row] = await ledger.db.rows(
        sql<{ position: Position }>`SELECT position FROM projecting.builds WHERE schema_name = 'health'`,
      );
      return row !== undefined && row.position >= ledger.head;
    });

  it('make health live what it is when it is computed from raw events, and when it is built from facts', async () => {
    await followed();
    await health.stop();
    expect(problems).toEqual([]);
    const live = new Map<string, readonly Line[]>();
    let compared = 0;
    for (const tenantId of [...TENANTS, TENANT]) {
      const parity = await parityOf(ledger.log.store, ledger.db, tenantId, await inForce(tenantId), 1000);
      expect([tenantId, parity?.differing]).toEqual([tenantId, []]);
      compared += parity!.sample;
      live.set(tenantId, await healthOf(tenantId));
    }
    expect(compared).toBeGreaterThan(TENANTS.length);
    const joined = await ledger.db.rows(sql`SELECT FROM directory.relationships WHERE head_id IS NOT NULL`);
    expect(joined).toHaveLength(TWINS.length);

    const { pool } = ledger.log.database;
    await pool.query('DELETE FROM health.serving; DELETE FROM health.editions');
    const anew = await LiveHealth.takeOver(pool);
    while (await anew.proceed());
    for (const tenantId of live.keys()) {
      const [built, followed] = [await healthOf(tenantId), live.get(tenantId)!];
      expect(built.map(({ what }) => what)).toEqual(followed.map(({ what }) => what));
      for (const [i, { value }] of built.entries()) expect(value).toBeCloseTo(followed[i]!.value, 6);
    }
  }, 60_000);
});

/** A piece of a score, or the moment of a change of band in seconds. */
interface Line {
  readonly what: string;
  readonly value: number;
}

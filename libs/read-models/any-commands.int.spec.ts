import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sample } from 'fast-check';
import { NOW } from '../event-sourcing/testing/given.js';
import { toMillis } from '../event-sourcing/instant.js';
import { Execute, isRefusal } from '../ledger/execute.js';
import { ledger as deciders } from '../ledger/ledger.js';
import { tapes, TOPICS, World } from '../ledger/testing/any-commands.js';
import { GivenLedger } from './testing/given-ledger.js';

/** Commands that record facts: those of the machinery would steer the projector. */
const FACTS = TOPICS.map((topic) => topic.filter((one) => deciders.of(new one()).address.prefix !== undefined));

describe('any commands in any order', () => {
  let ledger: GivenLedger;
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
  });
  afterAll(() => ledger.close());

  it('are carried out as they are decided, and shown live as by read models that were built anew', async () => {
    const execute = new Execute(ledger.log.store, deciders, { now: () => toMillis(NOW) });
    const actor = { id: 'tester', kind: 'HUMAN' } as const;
    let accepted = 0;
    for (const [about, numbers] of sample(tapes(250, 350), 2 * FACTS.length).entries()) {
      const world = new World(`tenant_${String(about)}`);
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
    await ledger.shown();
    await ledger.rebuild(); // which compares every row
  }, 120_000);
});

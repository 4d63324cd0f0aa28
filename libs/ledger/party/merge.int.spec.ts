import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isRefusal } from '../../event-sourcing/decider.js';
import type { PartyId } from '../../event-sourcing/id.js';
import { openDoubleLog } from '../../event-store/eventstoredb/testing/open-double-log.js';
import { openPostgresLog } from '../../event-store/postgres/testing/open-postgres-log.js';
import type { OpenLog } from '../../event-store/testing/open-log.js';
import { Execute } from '../execute.js';
import { ledger, type LedgerCommand } from '../ledger.js';
import { ErasePerson, RequestErasure } from './erasure.inputs.js';
import { MergeParties, UnmergeParties } from './merge.inputs.js';
import { RegisterParty } from './party.inputs.js';

describe.each<[string, () => Promise<OpenLog>]>([
  ['PostgreSQL', openPostgresLog],
  ['EventStoreDB', openDoubleLog],
])('merges that are recorded at the same moment in %s', (_, open) => {
  let log: OpenLog;
  /** Processes that share nothing but the log. */
  let processes: readonly Execute[];

  beforeAll(async () => {
    log = await open();
    processes = [log.store, await log.second(), log.store].map((store) => new Execute(store, ledger));
  });
  afterAll(() => log.close());

  const make = <C extends LedgerCommand>(commandClass: new () => C, fields: Partial<C>): C =>
    Object.assign(new commandClass(), fields);
  const run = async (n: number, command: LedgerCommand) => {
    const context = { tenantId: 'demo', actor: { id: 'tester', kind: 'HUMAN' } as const };
    const result = await processes[n]!.run(command, context);
    return isRefusal(result) ? result.refused : result.stream.slice(result.stream.indexOf('.') + 1);
  };
  const parties = () =>
    Promise.all(
      [0, 1, 2].map((n) => run(n, make(RegisterParty, { kind: 'PERSON', displayName: 'Ada' })) as Promise<PartyId>),
    );
  const merge = (n: number, absorbedId: PartyId, survivorId: PartyId) =>
    run(n, make(MergeParties, { absorbedId, survivorId, evidence: 'One phone number.' }));

  it('never close a circle', async () => {
    for (let round = 0; round < 10; round++) {
      const [a, b, c] = (await parties()) as [PartyId, PartyId, PartyId];
      // Each process has read the others as they are before any of them is merged.
      const outcomes = await Promise.all([merge(0, a, b), merge(1, b, c), merge(2, c, a)]);
      const refused = outcomes.filter((outcome) => outcome === 'MERGE_INVALID');
      expect(refused.length).toBeGreaterThan(0);
      expect(outcomes.filter((outcome) => [a, b, c].includes(outcome as PartyId))).toHaveLength(3 - refused.length);
    }
  });

  it('make a tree, of which any part can be taken back and merged otherwise', async () => {
    const [a, b, c] = (await parties()) as [PartyId, PartyId, PartyId];
    expect(await merge(0, a, b)).toBe(a);
    expect(await merge(1, b, c)).toBe(b);
    expect(await merge(2, c, b)).toBe('MERGE_INVALID');
    expect(await run(0, make(UnmergeParties, { absorbedId: b }))).toBe(b);
    expect(await merge(2, c, b)).toBe(c);
    expect(await run(0, make(UnmergeParties, { absorbedId: a }))).toBe(a);
    expect(await merge(1, b, a)).toBe(b);
  });

  it('into a person who is erased meanwhile do not come true', async () => {
    const [gone, other] = (await parties()) as [PartyId, PartyId, PartyId];
    expect(await merge(1, other, gone)).toBe(other);
    expect(await run(1, make(UnmergeParties, { absorbedId: other }))).toBe(other);
    await run(0, make(RequestErasure, { partyId: gone }));
    await run(0, make(ErasePerson, { partyId: gone }));
    // This process read the person a moment ago and would still accept it.
    expect(await merge(1, other, gone)).toBe('MERGE_INVALID');
  });
});

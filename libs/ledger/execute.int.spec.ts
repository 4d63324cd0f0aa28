import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '../database/testing/test-database.js';
import { isRefusal, type Refusal } from '../event-sourcing/decider.js';
import { deriveId, type PartyId, type RelationshipId } from '../event-sourcing/id.js';
import { Codec } from '../event-store/codec.js';
import { migrations } from '../event-store/postgres/migrations.js';
import { PostgresEventStore } from '../event-store/postgres/postgres-event-store.js';
import { Execute, type CommandContext, type Executed } from './execute.js';
import { eventTypes, ledger, type LedgerCommand } from './ledger.js';
import { RegisterParty } from './party/party.inputs.js';
import { EndRelationship, OpenRelationship } from './relationship/relationship.inputs.js';
import { RecordTouch } from './touch/touch.inputs.js';

describe('the one way in', () => {
  let database: TestDatabase;
  let store: PostgresEventStore;
  let here: Execute;
  /** Another process on the same log: it shares no cache with the first. */
  let elsewhere: Execute;

  beforeAll(async () => {
    database = await testDatabase(migrations);
    store = await PostgresEventStore.open({ url: database.url, codec: new Codec(eventTypes) });
    here = new Execute(store, ledger);
    elsewhere = new Execute(store, ledger);
  });
  afterAll(async () => {
    await store.close();
    await database.drop();
  });

  let keys = 0;
  const context = (idempotencyKey = `key-${String(++keys)}`): CommandContext => ({
    tenantId: 'demo',
    actor: { id: 'tester', kind: 'HUMAN' },
    idempotencyKey,
  });
  const make = <C extends LedgerCommand>(commandClass: new () => C, fields: Partial<C>): C =>
    Object.assign(new commandClass(), fields);
  const carried = async (result: Promise<Executed | Refusal>): Promise<Executed> => {
    const settled = await result;
    if (isRefusal(settled)) throw new Error(`${settled.refused}: ${settled.message}`);
    return settled;
  };
  const refusal = async (result: Promise<Executed | Refusal>): Promise<string | undefined> => {
    const settled = await result;
    return isRefusal(settled) ? settled.refused : undefined;
  };
  const idOf = (executed: Executed): string => executed.stream.slice(executed.stream.indexOf('.') + 1);

  async function party(execute = here): Promise<PartyId> {
    const command = make(RegisterParty, { kind: 'PERSON', displayName: 'Ada Moor' });
    return idOf(await carried(execute.run(command, context()))) as PartyId;
  }
  async function relationship(): Promise<RelationshipId> {
    const command = make(OpenRelationship, { a: await party(), b: await party(), kind: 'PEER' });
    return idOf(await carried(here.run(command, context()))) as RelationshipId;
  }
  const touch = (relationshipId: RelationshipId, minutes = 5): RecordTouch =>
    make(RecordTouch, {
      relationshipId,
      channel: 'EMAIL',
      direction: 'OUTBOUND',
      intent: 'GIVE',
      occurredAt: '2026-01-01T00:00:00.000Z' as never,
      minutes,
    });

  it('answers a repeated command with its first result and appends nothing', async () => {
    const relationshipId = await relationship();
    const key = context();
    const first = await carried(here.run(touch(relationshipId), key));
    const again = await carried(here.run(touch(relationshipId), key));
    const afterRestart = await carried(new Execute(store, ledger).run(touch(relationshipId), key));

    expect(first.replayed).toBe(false);
    for (const repeat of [again, afterRestart]) {
      expect(repeat).toMatchObject({ replayed: true, position: first.position });
      expect((await repeat.events()).map(({ id }) => id)).toEqual((await first.events()).map(({ id }) => id));
    }
  });

  it('refuses another payload under the same key, in the same stream and in another one', async () => {
    const [one, other] = [await relationship(), await relationship()];
    const key = context();
    await carried(here.run(touch(one), key));

    expect(await refusal(here.run(touch(one, 6), key))).toBe('IDEMPOTENCY_CONFLICT');
    expect(await refusal(elsewhere.run(touch(other), key))).toBe('IDEMPOTENCY_CONFLICT');
  });

  it('answers a repeat as it did first although the state would refuse it now', async () => {
    const relationshipId = await relationship();
    const key = context();
    await carried(here.run(touch(relationshipId), key));
    await carried(here.run(make(EndRelationship, { relationshipId, manner: 'GRACEFUL' }), context()));

    expect(await carried(elsewhere.run(touch(relationshipId), key))).toMatchObject({ replayed: true });
  });

  it('counts the same command once when it comes many times at once, from two processes', async () => {
    const relationshipId = await relationship();
    const key = context();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        carried((index % 2 === 0 ? here : elsewhere).run(touch(relationshipId), key)),
      ),
    );
    expect(new Set(results.map(({ position }) => position)).size).toBe(1);
    expect(results.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  it('carries out many commands of one stream from two processes, none lost and none twice', async () => {
    const relationshipId = await relationship();
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        (index % 2 === 0 ? here : elsewhere).run(touch(relationshipId), context()),
      ),
    );
    // The bound on conflicts may refuse some under such a race; what was acknowledged stands exactly once.
    const recorded = results.filter((result) => !isRefusal(result));
    const stored = [];
    for await (const event of store.readStream(`relationship-demo.${relationshipId}`)) stored.push(event);
    expect(stored.filter(({ type }) => type === 'TouchRecorded')).toHaveLength(recorded.length);
    expect(results.filter((result) => isRefusal(result) && result.refused !== 'CONCURRENT_CHANGE')).toEqual([]);
  });

  it('sees what another process did before it refuses', async () => {
    const [a, b] = [await party(elsewhere), await party(elsewhere)];
    const open = make(OpenRelationship, { a, b, kind: 'PEER' });
    const relationshipId = idOf(await carried(elsewhere.run(open, context()))) as RelationshipId;
    await carried(here.run(touch(relationshipId), context()));
    await carried(elsewhere.run(make(EndRelationship, { relationshipId, manner: 'GRACEFUL' }), context()));

    expect(await refusal(here.run(open, context()))).toBeUndefined();
  });

  it('knows a party that another process registered a moment after it was found unknown', async () => {
    const a = await party();
    const key = context('late party');
    const b = deriveId('pty', key.tenantId, 'late party');
    const open = make(OpenRelationship, { a, b, kind: 'PEER' });
    expect(await refusal(here.run(open, context()))).toBe('PARTY_UNKNOWN');

    await carried(elsewhere.run(make(RegisterParty, { kind: 'PERSON', displayName: 'Late' }), key));
    expect(await refusal(here.run(open, context()))).toBeUndefined();
  });

  it('lets one of many win a claim', async () => {
    const [a, b] = [await party(), await party()];
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        refusal((index % 2 === 0 ? here : elsewhere).run(make(OpenRelationship, { a, b, kind: 'PEER' }), context())),
      ),
    );
    expect(results.filter((code) => code === undefined)).toHaveLength(1);
    expect(results.filter((code) => code === 'STATE_CONFLICT')).toHaveLength(9);
  });

  it('registers a party with its identities at once, each for one party only', async () => {
    const command = make(RegisterParty, {
      kind: 'ORGANISATION',
      displayName: 'Bay Cardiology',
      identities: [{ system: 'crm', value: '17' }],
    });
    const registered = await carried(here.run(command, context()));
    expect((await registered.events()).map(({ type }) => type)).toEqual(['PartyRegistered', 'PartyIdentified']);
    expect(await refusal(elsewhere.run(make(RegisterParty, { ...command, displayName: 'Other' }), context()))).toBe(
      'STATE_CONFLICT',
    );
  });

  it('records nothing of a refused command', async () => {
    const relationshipId = await relationship();
    const before = await store.head();
    const future = { ...touch(relationshipId), occurredAt: '2126-01-01T00:00:00.000Z' as never };
    expect(await refusal(here.run(future, context()))).toBe('TIME_IN_FUTURE');
    expect(await store.head()).toBe(before);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '../database/testing/test-database.js';
import { isRefusal } from '../event-sourcing/decider.js';
import { deriveId, type PartyId, type ReferralId } from '../event-sourcing/id.js';
import { Deciders, streamDecider } from '../event-sourcing/stream-decider.js';
import { streamName } from '../event-sourcing/stream.js';
import { Codec } from '../event-store/codec.js';
import { migrations } from '../event-store/postgres/migrations.js';
import { PostgresEventStore } from '../event-store/postgres/postgres-event-store.js';
import { Execute, type CommandContext, type Executed } from './execute.js';
import { eventTypes, ledger, partyDecider, referralDecider } from './ledger.js';
import { RegisterParty } from './party/party.inputs.js';
import { MakeReferral, RecordReferralStep, RedirectReferral } from './referral/referral.inputs.js';
import { referral } from './referral/referral.js';
import type { DatedCommand } from '../event-sourcing/decider.js';

describe('what an event brings about in another stream', () => {
  let database: TestDatabase;
  let store: PostgresEventStore;
  let execute: Execute;
  /** A process that dies between the first append and what follows from it. */
  let dying: Execute;

  beforeAll(async () => {
    database = await testDatabase(migrations);
    store = await PostgresEventStore.open({ url: database.url, codec: new Codec(eventTypes) });
    execute = new Execute(store, ledger);
    const { follows: _, ...childless } = referral;
    const cut = streamDecider('referral', referralDecider.address, { referral: childless });
    dying = new Execute(store, new Deciders([partyDecider, cut]));
  });
  afterAll(async () => {
    await store.close();
    await database.drop();
  });

  let keys = 0;
  const key = (idempotencyKey = `key-${String(++keys)}`): CommandContext => ({
    tenantId: 'demo',
    actor: { id: 'tester', kind: 'HUMAN' },
    idempotencyKey,
  });
  const make = <C extends DatedCommand>(commandClass: new () => C, fields: Partial<C>): C =>
    Object.assign(new commandClass(), fields);
  async function carried(command: DatedCommand, context = key(), by = execute): Promise<Executed> {
    const result = await by.run(command, context);
    if (isRefusal(result)) throw new Error(`${result.refused}: ${result.message}`);
    return result;
  }
  const idOf = ({ stream }: Executed): string => stream.slice(stream.indexOf('.') + 1);
  async function party(): Promise<PartyId> {
    const command = make(RegisterParty, { kind: 'PERSON', displayName: 'Ada Moor' });
    return idOf(await carried(command)) as PartyId;
  }
  async function redirect(): Promise<RedirectReferral> {
    const facts = {
      referrerId: await party(),
      targetId: await party(),
      subjectRef: 'case 1',
      serviceLine: 'cardiology',
    };
    const made = await carried(make(MakeReferral, { ...facts, urgency: 'ROUTINE', motive: 'UNKNOWN' }));
    const referralId = idOf(made) as ReferralId;
    return make(RedirectReferral, { referralId, toTargetId: await party(), reason: 'No capacity.' });
  }
  async function stream(id: string) {
    const events = [];
    for await (const event of store.readStream(streamName('referral', 'demo', id))) events.push(event);
    return events;
  }

  it('has happened before the command is answered, which says how far to read', async () => {
    const command = await redirect();
    const context = key('redirect 1');
    const done = await carried(command, context);
    const child = await stream(deriveId('ref', 'demo', 'redirect 1'));

    expect(child).toMatchObject([
      {
        type: 'ReferralMade',
        data: { parentReferralId: command.referralId, targetId: command.toTargetId, depth: 1 },
        causationId: (await stream(command.referralId)).at(-1)?.id,
        correlationId: 'redirect 1',
        position: done.position,
      },
    ]);
    expect((await done.events()).map(({ type }) => type)).toEqual(['ReferralRedirected']);
    const seen = make(RecordReferralStep, { referralId: idOf(done) as ReferralId, step: 'SEEN' });
    expect(await execute.run(seen, key())).toMatchObject({ detail: { current: 'REDIRECTED' } });
  });

  it('happens once, however often the command is repeated', async () => {
    const command = await redirect();
    const context = key('redirect 2');
    const [first, ...repeats] = await Promise.all(
      [execute, execute, new Execute(store, ledger)].map((by) => carried(command, context, by)),
    );
    for (const repeat of repeats) expect(repeat.position).toBe(first!.position);
    expect(await stream(deriveId('ref', 'demo', 'redirect 2'))).toHaveLength(1);
  });

  it('is completed by a repeat of the command when the process died in between', async () => {
    const command = await redirect();
    const context = key('redirect 3');
    const before = await carried(command, context, dying);
    const child = deriveId('ref', 'demo', 'redirect 3');
    expect(await stream(child)).toEqual([]);

    const after = await carried(command, context);
    expect(after.replayed).toBe(true);
    expect(after.position > before.position).toBe(true);
    expect(await stream(child)).toHaveLength(1);
  });

  it('does not happen when the command is refused', async () => {
    const command = await redirect();
    const context = key('redirect 4');
    expect(await execute.run({ ...command, toTargetId: deriveId('pty', 'x') }, context)).toMatchObject({
      refused: 'PARTY_UNKNOWN',
    });
    expect(await stream(deriveId('ref', 'demo', 'redirect 4'))).toEqual([]);
  });
});

import { event } from '../../event-sourcing/event.js';
import {
  deriveId,
  type EventId,
  type Id,
  type PartyId,
  type RelationshipId,
  type TouchId,
} from '../../event-sourcing/id.js';
import { fromMillis, toMillis, type Instant } from '../../event-sourcing/instant.js';
import { START, type Position } from '../../event-sourcing/position.js';
import { streamName } from '../../event-sourcing/stream.js';
import { ledger as deciders, type LedgerEvent } from '../../ledger/ledger.js';
import type { TouchFacts } from '../../ledger/touch/touch.js';
import type { Build, BuildRole } from '../../projecting/builds.js';
import { GivenLog } from '../../projecting/testing/given-log.js';
import { migrations as health } from '../health/migrations.js';
import { ReadDatabase } from '../read-database.js';
import { projections } from '../read-models.js';

export const TENANT = 'demo';

/** The same name gives the same id in every test. */
export const partyId = (name: string): PartyId => deriveId('pty', name);
export const relationshipId = (name: string): RelationshipId => deriveId('rel', name);
export const touchId = (name: string): TouchId => deriveId('tch', name);

/** Days after the first of 2026. */
export const day = (days: number): Instant => fromMillis(Date.UTC(2026, 0, 1) + days * 86_400_000);

export const SAID: TouchFacts = {
  participants: [
    { partyId: partyId('we'), side: 'A' },
    { partyId: partyId('they'), side: 'B' },
  ],
  channel: 'EMAIL',
  direction: 'OUTBOUND',
  intent: 'GIVE',
  outcome: 'CONNECTED',
};

/** The opening of a relationship of ours. */
export const opened = (id: RelationshipId): LedgerEvent =>
  event(
    'RelationshipOpened',
    { relationshipId: id, a: partyId('we'), b: partyId('they'), kind: 'CARE', intent: 'RELATIONAL' } as const,
    day(0),
  );

/** What streams are named after. */
type Subject = Id<'pty' | 'rel' | 'ref' | 'cmp'>;

/** A ledger in a database, and the read models that follow it. */
export class GivenLedger {
  readonly db: ReadDatabase;
  head: Position = START;
  private appends = 0;
  private readonly lengths = new Map<string, number>();

  private constructor(readonly log: GivenLog) {
    this.db = new ReadDatabase(log.database.pool);
  }

  static async open(): Promise<GivenLedger> {
    return new GivenLedger(await GivenLog.open(health));
  }

  close(): Promise<void> {
    return this.log.close();
  }

  /** Records facts of one stream; returns the ids of their events. */
  async record(id: Subject, ...events: readonly LedgerEvent[]): Promise<readonly EventId[]> {
    const stream = streamName(deciders.holding(id).category, TENANT, id);
    const length = this.lengths.get(stream) ?? 0;
    this.lengths.set(stream, length + events.length);
    const key = `append ${String(++this.appends)}`;
    const recorded = events.map((event, index) => ({
      id: deriveId('evt', TENANT, key, String(index)),
      type: event.type,
      schemaVersion: 1,
      tenantId: TENANT,
      occurredAt: event.occurredAt ?? day(0),
      actor: { id: 'ann', kind: 'HUMAN' as const },
      correlationId: key,
      idempotencyKey: key,
      inputHash: '00',
      dataClass: 'PERSONAL' as const,
      data: event.data,
    }));
    const expected = length === 0 ? 'none' : length - 1;
    const outcome = await this.log.store.append({ stream, expected, events: recorded });
    if (outcome.outcome !== 'appended') throw new Error(outcome.outcome);
    if (outcome.position > this.head) this.head = outcome.position;
    return recorded.map((event) => event.id);
  }

  /** A moment at which all that was recorded so far is known, and nothing that is recorded later. */
  async moment(): Promise<Instant> {
    for await (const { events } of this.log.store.readAll({ direction: 'backwards', limit: 1 })) {
      const { recordedAt } = events[0]!;
      while (Date.now() <= toMillis(recordedAt)) await new Promise((resolve) => setImmediate(resolve));
      return recordedAt;
    }
    throw new Error('Nothing was recorded.');
  }

  project(): void {
    this.log.projector(projections, { leaseMs: 10_000 });
  }

  /** Until every read model shows what was recorded. */
  async shown(): Promise<void> {
    for (const { name } of projections) {
      await this.log.eventually(async () => {
        const live = await this.sound(name, 'LIVE');
        return live?.phase === 'FOLLOWING' && live.position >= this.head;
      });
    }
  }

  /** Builds every read model anew beside the live one, which the engine compares, and switches. */
  async rebuild(): Promise<void> {
    for (const { name } of projections) {
      const { schema } = await this.log.build(name, 'LIVE');
      this.head = await this.log.control('ProjectionRebuildRequested', { projection: name });
      await this.log.eventually(async () => {
        await this.sound(name, 'NEXT');
        return (await this.sound(name, 'LIVE'))?.schema !== schema;
      });
    }
    await this.shown();
  }

  /** Throws what stopped it: waiting on would be in vain. */
  private async sound(name: string, role: BuildRole): Promise<Build | undefined> {
    const build = await this.log.findBuild(name, role);
    if (build?.error) throw new Error(`${build.schema}: ${build.error.reason}`);
    return build;
  }
}

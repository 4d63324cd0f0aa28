import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../libs/demo/random.js';
import { deriveId, type RelationshipId, type TouchId } from '../../libs/event-sourcing/id.js';
import { fromMillis } from '../../libs/event-sourcing/instant.js';
import { TENANT, type Client } from './client.js';
import { eventually } from './eventually.js';
import type { Command, Journal } from './journal.js';

const RELATIONSHIPS = 24;
const SINCE = Date.UTC(2025, 0, 1);
const DAY_MS = 86_400_000;

/** Of the touch that a command records. */
export const touchIdOf = ({ key }: Command): TouchId => deriveId('tch', TENANT, key);

const READ_BACK = `query ($id: ID!, $position: Position!) {
  node(id: $id, atLeastPosition: $position) { ... on Touch { retracted amendments { kind } } } }`;

interface ReadBack {
  readonly node: { readonly retracted: boolean; readonly amendments: readonly { readonly kind: string }[] } | null;
}

/**
 * Many who record touches at once, correct and retract some of them, and look at what became of them. They share a few
 * relationships, so that they meet.
 */
export class Load {
  /** What was read and does not show what was acknowledged. */
  readonly problems: string[] = [];
  private readonly relationships: RelationshipId[] = [];
  private workers: Promise<unknown> = Promise.resolve();
  private stopping = false;
  private stories = 0;
  private longestRestMs = 0;

  constructor(
    private readonly client: Client,
    private readonly journal: Journal,
    private readonly random: Random,
  ) {}

  /** Makes what is written to, then starts to write. */
  async start(connections: number): Promise<void> {
    const occurredAt = fromMillis(SINCE);
    await this.client.carryOut(registerParty('us'));
    const ties = Array.from({ length: RELATIONSHIPS }, async (_, i) => {
      const name = `party ${String(i)}`;
      await this.client.carryOut(registerParty(name));
      const input = { a: deriveId('pty', TENANT, 'us'), b: deriveId('pty', TENANT, name), kind: 'CARE', occurredAt };
      const key = `tie with ${name}`;
      await this.client.carryOut({ key, mutation: 'openRelationship', input });
      return deriveId('rel', TENANT, key);
    });
    this.relationships.push(...(await Promise.all(ties)));
    this.workers = Promise.all(Array.from({ length: connections }, () => this.work()));
    this.workers.catch(() => undefined); // whoever waits for `ended` hears of it
  }

  /** Writes without rest until the log has so many events, then with some. */
  async fill(events: number): Promise<void> {
    while (this.journal.acknowledged < events) await this.goesOn(100);
    this.longestRestMs = 40;
  }

  /** Rejects when the product gives an answer that it never should. */
  get ended(): Promise<unknown> {
    return this.workers;
  }

  /** Everything that was begun is acknowledged then. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.workers;
  }

  /** Until so many more commands are acknowledged. */
  async goesOn(commands: number): Promise<void> {
    const goal = this.journal.acknowledged + commands;
    await eventually('commands are carried out', () => this.journal.acknowledged >= goal);
  }

  /** A touch recorded by way of one API. Returns its position. */
  async touchBy(url: string): Promise<bigint> {
    return (await this.client.carryOut(this.newTouch(), url)).position;
  }

  private async work(): Promise<void> {
    while (!this.stopping) {
      await this.tellStory();
      await delay(this.random.between(0, this.longestRestMs));
    }
  }

  private async tellStory(): Promise<void> {
    const touch = this.newTouch();
    const { relationshipId } = touch.input;
    const touchId = touchIdOf(touch);
    let { position } = await this.client.carryOut(touch);
    const amend = async (mutation: string, more: object) => {
      const key = `${mutation} of ${touch.key}`;
      const input = { relationshipId, touchId, reason: 'It was otherwise.', ...more };
      ({ position } = await this.client.carryOut({ key, mutation, input }));
      return mutation === 'correctTouch' ? 'CORRECTED' : 'RETRACTED';
    };
    const amendments: string[] = [];
    if (this.random.chance(0.2)) amendments.push(await amend('correctTouch', { replacement: { minutes: 61 } }));
    if (this.random.chance(0.1)) amendments.push(await amend('retractTouch', {}));
    if (this.random.chance(0.3)) await this.readBack(touchId, amendments, position);
  }

  private async readBack(id: TouchId, amendments: readonly string[], position: bigint): Promise<void> {
    const { node } = await this.client.read<ReadBack>(READ_BACK, { id }, position);
    const shown = node?.amendments.map(({ kind }) => kind).join() ?? 'nothing';
    if (shown !== amendments.join()) {
      this.problems.push(`${id} at ${String(position)} shows ${shown}, not ${amendments.join()}`);
    }
  }

  private newTouch(): Command {
    return {
      key: `touch ${String(++this.stories)}`,
      mutation: 'recordTouch',
      input: {
        relationshipId: this.random.pick(this.relationships),
        channel: this.random.pick(['EMAIL', 'PHONE_CALL', 'IN_PERSON_VISIT']),
        direction: this.random.pick(['INBOUND', 'OUTBOUND', 'MUTUAL']),
        intent: this.random.pick(['GIVE', 'LISTEN', 'ASK']),
        occurredAt: fromMillis(SINCE + this.random.whole(0, 300) * DAY_MS),
        minutes: this.random.whole(1, 60),
      },
    };
  }
}

const registerParty = (key: string): Command => ({
  key,
  mutation: 'registerParty',
  input: { kind: 'ORGANISATION', displayName: key, occurredAt: fromMillis(SINCE) },
});

import type { Command, Refusal } from '../../../libs/event-sourcing/decider.js';
import type { Recorded } from '../../../libs/event-sourcing/event.js';
import { streamName } from '../../../libs/event-sourcing/stream.js';
import type { EventStore } from '../../../libs/event-store/event-store.js';
import type { Deciders } from '../../../libs/event-sourcing/stream-decider.js';
import type { ReadCommand } from './command-reader.js';

const ID = /^[a-z]{3}_/;

/**
 * What an import wanted to make and found there already: a party under the same external name, an open relationship
 * between the same two. Later lines mean that one when they name what the command would have made.
 */
export class Aliases {
  private readonly found = new Map<string, string>();

  constructor(
    private readonly store: EventStore,
    private readonly deciders: Deciders,
    private readonly tenantId: string,
  ) {}

  /** The command with the ids of what is really there. */
  resolve<C extends Command>(command: C): C {
    return this.found.size === 0 ? command : (this.replaced(command) as C);
  }

  /**
   * Whether the refusal only says that what the command makes is there already. Undefined: yes, and it is known from
   * now on. What is there must join the same others: one that was opened from the other side is another thing.
   */
  async adopt({ stream, command }: ReadCommand, refusal: Refusal): Promise<Refusal | undefined> {
    const id = refusal.refused === 'IDEMPOTENCY_CONFLICT' ? stream : refusal.detail?.['current'];
    if (typeof id !== 'string' || id.slice(0, 4) !== stream.slice(0, 4)) return refusal;
    const first = await this.firstEvent(id);
    if (!first) return refusal;

    const made = first.data as Readonly<Record<string, unknown>>;
    for (const [name, value] of Object.entries(this.resolve(command))) {
      if (typeof value === 'string' && ID.test(value) && name in made && made[name] !== value) {
        return { ...refusal, message: `${id} is there already, with another ${name}.`, path: [name] };
      }
    }
    if (id !== stream) this.found.set(stream, id);
    return undefined;
  }

  private async firstEvent(id: string): Promise<Recorded | undefined> {
    const stream = streamName(this.deciders.holding(id).category, this.tenantId, id);
    for await (const event of this.store.readStream(stream, { limit: 1 })) return event;
    return undefined;
  }

  private replaced(value: unknown): unknown {
    if (typeof value === 'string') return this.found.get(value) ?? value;
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.replaced(item));
    const copy = Object.create(Object.getPrototypeOf(value) as object) as Record<string, unknown>;
    for (const [name, inner] of Object.entries(value)) copy[name] = this.replaced(inner);
    return copy;
  }
}

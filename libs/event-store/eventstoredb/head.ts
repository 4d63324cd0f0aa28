import { START, type Position } from '../../event-sourcing/position.js';
import type { Look, LookIndex } from './look-index.js';
import { positionOf, type LogReader, type ReadSettings } from './read.js';
import { follow, SEARCH_WINDOW } from './subscribe.js';

/**
 * So many events are read backwards before the server is asked to look for ours: more than it may keep to itself of
 * those it has looked through.
 */
const NEARBY = 4 * SEARCH_WINDOW;
const LONGEST_PAGE = 512;
/** Events that a look has to go through to be worth keeping. */
const WORTH_KEEPING = 64;

type Reached = Pick<Look, 'through' | 'head'>;

const NOWHERE: Reached = { through: START, head: START };

/**
 * Where the log ends: at the last event of ours. Others may have written millions since, and the server cannot be asked
 * for it. So a look goes backwards from the end, only as far as the last one came; and when that is far, the server
 * itself looks through the rest, for it sends a filtered subscription nothing but ours and how far it has got. How far
 * the last look came is kept, for this process and for those to come.
 */
export class LogHead {
  private known: Reached | undefined;
  private first: Promise<Position> | undefined;

  constructor(
    private readonly settings: ReadSettings,
    private readonly reader: LogReader,
    private readonly looks: LookIndex,
  ) {}

  /** Whoever asks during the first look, which may be a long one, begins where that ended. */
  async position(): Promise<Position> {
    if (this.known) return this.look(this.known);
    if (this.first) {
      await this.first;
      return this.position();
    }
    this.first = this.saved().then((known) => this.look(known));
    try {
      return await this.first;
    } finally {
      this.first = undefined;
    }
  }

  /** Somebody has followed the log up to `through`, and `head` was the last event of ours. */
  async passed(through: Position, head: Position): Promise<void> {
    if (through <= (this.known?.through ?? START)) return;
    const there = await this.reader.anyAt(through);
    if (there?.event) await this.keep({ through, uuid: there.event.id, head }, true);
  }

  private async look(known: Reached): Promise<Position> {
    let newest: Omit<Look, 'head'> | undefined;
    let from: Position | undefined;
    let seen = 0;
    const found = async (head: Position) => {
      if (newest) await this.keep({ ...newest, head }, seen > WORTH_KEEPING);
      return head;
    };
    for (let count = 1; seen < NEARBY; count = Math.min(count * 4, LONGEST_PAGE)) {
      const page = await this.reader.pageBefore(from, count);
      for (const event of page) {
        from = positionOf(event);
        newest ??= { through: from, uuid: (event.link ?? event.event)!.id };
        if (from === known.through) return found(known.head);
        if (from < known.through) known = this.lost(known);
        if (this.reader.own(event)) return found(from);
      }
      seen += page.length;
      if (page.length < count) return found(START);
    }
    return found(await this.lookForwards(known, from!));
  }

  /** What stood there has been deleted, or the log is not what it was. */
  private lost(known: Reached): Reached {
    if (this.known === known) this.known = undefined;
    return NOWHERE;
  }

  /** From where the last look ended to a place from which on there is nothing of ours. */
  private async lookForwards(known: Reached, to: Position): Promise<Position> {
    const { client, names } = this.settings;
    let head = known.head;
    const pages = follow(
      { client, names, head: () => Promise.resolve(to) },
      { from: known.through, keep: ({ position }) => ({ position }), weigh: () => 1, toHead: this.settings },
    );
    for await (const { events } of pages) head = events.at(-1)?.position ?? head;
    return head;
  }

  /** What an earlier process has kept, if it is of this log. */
  private async saved(): Promise<Reached> {
    for (const look of await this.looks.all()) {
      const there = await this.reader.anyAt(look.through);
      if (there?.event?.id === look.uuid) return look;
      await this.looks.forget(look);
    }
    return NOWHERE;
  }

  private async keep(look: Look, forOthers: boolean): Promise<void> {
    if (look.through < (this.known?.through ?? START)) return;
    this.known = look;
    if (forOthers) await this.looks.save(look).catch(() => undefined); // the next one has to look a little further
  }
}

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HeadWatch } from './head-watch.js';
import type { LogReader, PageRequest } from './log-reader.js';
import { NewestEvents } from './newest-events.js';
import type { EventRow, RowPage } from './rows.js';

/** A log of events of a size each, read by pages. */
class ToyLog {
  head = 0n;
  reads = 0;
  readonly watch = { sessions: 1, changes: 0 };

  constructor(private readonly bytes: number) {}

  append(count: number): void {
    this.head += BigInt(count);
    this.watch.changes++;
  }

  async page({ from = 0n, limit }: PageRequest): Promise<RowPage> {
    this.reads++;
    await Promise.resolve();
    const rows: EventRow[] = [];
    for (let at = from + 1n; at <= this.head && rows.length < limit; at++) {
      rows.push({ position: String(at), meta: '', data: ' '.repeat(this.bytes) } as EventRow);
    }
    const position = rows.length === limit ? from + BigInt(limit) : this.head;
    return { rows, position, caughtUp: position >= this.head };
  }

  newest(): NewestEvents {
    return new NewestEvents(this as unknown as LogReader, this.watch as unknown as HeadWatch);
  }
}

describe('the newest events', () => {
  it('are read once for followers at the head, and again for none that is a little slower', async () => {
    const log = new ToyLog(100);
    const newest = log.newest();
    await newest.page(0n, 500, true);
    log.append(300);
    log.reads = 0;
    const [one, other] = await Promise.all([newest.page(0n, 500, true), newest.page(0n, 500, true)]);
    expect(one!.rows).toEqual(other!.rows);
    expect(one).toMatchObject({ position: 300n, caughtUp: true });
    expect(await newest.page(100n, 50, false)).toMatchObject({ position: 150n, caughtUp: false });
    expect(await newest.page(250n, 500, false)).toMatchObject({ position: 300n, caughtUp: true });
    expect(log.reads).toBe(1);
  });

  it('are not said to be all that there is once the log has grown', async () => {
    const log = new ToyLog(100);
    const newest = log.newest();
    log.append(3);
    await newest.page(0n, 500, true);
    log.append(1);
    expect(await newest.page(1n, 500, false)).toMatchObject({ position: 3n, caughtUp: false });
    expect(await newest.page(3n, 500, false)).toMatchObject({ position: 4n, caughtUp: true });
  });

  it('are asked of the database anew after a time in which nobody listened', async () => {
    const log = new ToyLog(100);
    const newest = log.newest();
    log.append(3);
    await newest.page(0n, 500, true);
    log.watch.sessions++;
    expect(newest.page(1n, 500, false)).toBeUndefined();
  });

  it('are forgotten when they are many, and what was forgotten is read apart', async () => {
    const log = new ToyLog(1 << 20);
    const newest = log.newest();
    await newest.page(0n, 500, true);
    for (let at = 0n; at < 20n; at++) {
      log.append(1);
      await newest.page(at, 500, true);
    }
    expect(newest.page(2n, 500, true)).toBeUndefined();
    expect(await newest.page(18n, 500, true)).toMatchObject({ position: 20n });
  });

  it('give every follower every event once, in order, however they take turns', async () => {
    const step = fc.record({
      appended: fc.nat({ max: 700 }),
      follower: fc.nat({ max: 3 }),
      limit: fc.integer({ min: 1, max: 600 }),
      together: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const log = new ToyLog(40_000);
        const newest = log.newest();
        const followers = Array.from({ length: 4 }, () => ({ at: 0n, atHead: false, busy: false }));
        const underWay: Promise<void>[] = [];
        const read = async (follower: (typeof followers)[number], limit: number): Promise<void> => {
          if (follower.busy) return;
          follower.busy = true;
          const { at, atHead } = follower;
          const page = (await newest.page(at, limit, atHead)) ?? (await log.page({ from: at, limit }));
          expect(page.rows.map(({ position }) => BigInt(position))).toEqual(
            page.rows.map((_, i) => at + BigInt(i) + 1n),
          );
          expect(page.rows.length).toBeLessThanOrEqual(limit);
          expect(page.position).toBe(at + BigInt(page.rows.length));
          Object.assign(follower, { at: page.position, atHead: page.caughtUp, busy: false });
        };
        for (const { appended, follower, limit, together } of steps) {
          log.append(appended);
          const reading = read(followers[follower]!, limit);
          if (together) underWay.push(reading);
          else await reading;
        }
        await Promise.all(underWay);
        for (const follower of followers) {
          while (follower.at < log.head) await read(follower, 500);
        }
      }),
      { numRuns: 100 },
    );
  });
});

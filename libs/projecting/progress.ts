import type { Position } from '../event-sourcing/position.js';
import type { Work } from './applier.js';

const EVERY_MS = 500;

/** Says how far a bulk load has come, now and then, for whoever watches. Never in the way of the load itself. */
export class Progress {
  private since = performance.now();
  private rate: number | undefined;
  private saying: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly work: Work,
    private from: Position,
  ) {}

  at(position: Position): void {
    const now = performance.now();
    if (now - this.since < EVERY_MS) return;
    const rate = (Number(position - this.from) * 1000) / (now - this.since);
    this.rate = this.rate === undefined ? rate : this.rate * 0.7 + rate * 0.3;
    this.since = now;
    this.from = position;
    this.saying = this.say(position).catch(() => undefined);
  }

  async done(): Promise<void> {
    await this.saying;
  }

  private say(position: Position): Promise<unknown> {
    return this.work.pool.query(
      'UPDATE projecting.builds SET seen = $3, rate = $4 WHERE schema_name = $1 AND epoch = $2',
      [this.work.build.schema, this.work.build.epoch, position, this.rate],
    );
  }
}

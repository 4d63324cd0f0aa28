import { createHash, randomBytes } from 'node:crypto';
import type { Recorded } from '../../event-sourcing/event.js';
import { deriveId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { streamName, type StreamName } from '../../event-sourcing/stream.js';
import type { AppendOutcome, NewEvent, Page } from '../event-store.js';

/** A tenant of its own for one test: its streams, keys and claims meet nobody else's. */
export function newTenant() {
  const tenantId = `t${randomBytes(6).toString('hex')}`;
  return {
    tenantId,
    stream: (id: string | number): StreamName => streamName('relationship', tenantId, String(id)),
    event: (key: string | number, more: Partial<NewEvent> = {}): NewEvent => newEvent(tenantId, String(key), more),
    /** The events of one append of several. */
    events: (key: string, count: number): NewEvent[] =>
      Array.from({ length: count }, (_, index) =>
        newEvent(tenantId, key, { id: deriveId('evt', tenantId, key, String(index)), data: { index } }),
      ),
  };
}

function newEvent(tenantId: string, key: string, more: Partial<NewEvent>): NewEvent {
  return {
    id: deriveId('evt', tenantId, key, '0'),
    type: 'TouchRecorded',
    schemaVersion: 1,
    tenantId,
    occurredAt: '2026-03-09T02:30:00.000Z' as Instant,
    actor: { id: 'ann', kind: 'HUMAN' },
    correlationId: `correlation of ${key}`,
    idempotencyKey: key,
    inputHash: createHash('sha256').update(key).digest('hex'),
    dataClass: 'PERSONAL',
    data: { note: key },
    ...more,
  };
}

export function appended(outcome: AppendOutcome): Extract<AppendOutcome, { outcome: 'appended' }> {
  if (outcome.outcome !== 'appended') throw new Error(`Not appended: ${JSON.stringify(outcome)}`);
  return outcome;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

export const eventsOf = (pages: readonly Page[]): Recorded[] => pages.flatMap((page) => page.events);

export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

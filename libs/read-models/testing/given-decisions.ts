import { deriveId } from '../../event-sourcing/id.js';
import { streamName } from '../../event-sourcing/stream.js';
import { contentHash, type MetricDefinition } from '../../metrics/definition.js';
import { day, TENANT, type GivenLedger } from './given-ledger.js';

/** Records what is decided about one metric. */
export class GivenDecisions {
  private decisions = 0;

  constructor(
    private readonly ledger: GivenLedger,
    private readonly metric: string,
  ) {}

  publish(version: number, body: MetricDefinition): Promise<void> {
    const published = { metric: this.metric, version, body, hash: contentHash(body), reason: 'To try it.' };
    return this.decide('MetricDefinitionPublished', published);
  }

  activate(version: number, days = 0): Promise<void> {
    return this.decide('MetricDefinitionActivated', { metric: this.metric, version }, days);
  }

  rollBack(from: number, to: number): Promise<void> {
    return this.decide('MetricDefinitionRolledBack', { metric: this.metric, from, to, reason: 'As it was.' });
  }

  private async decide(type: string, data: object, days = 0): Promise<void> {
    const key = `decision ${String(++this.decisions)} on ${this.metric}`;
    const outcome = await this.ledger.log.store.append({
      stream: streamName('metric', TENANT, this.metric),
      expected: this.decisions === 1 ? 'none' : this.decisions - 2,
      events: [
        {
          ...{ type, data, schemaVersion: 1, tenantId: TENANT, occurredAt: day(days), dataClass: 'PUBLIC' },
          ...{ id: deriveId('evt', key), correlationId: key, idempotencyKey: key, inputHash: '00' },
          actor: { id: 'ana', kind: 'HUMAN' },
        },
      ],
    });
    if (outcome.outcome !== 'appended') throw new Error(outcome.outcome);
    this.ledger.head = outcome.position;
    await this.ledger.shown();
  }
}

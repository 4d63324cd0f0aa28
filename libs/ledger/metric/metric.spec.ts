import { describe, expect, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { contextOf, given, NOW, stateAfter } from '../../event-sourcing/testing/given.js';
import { contentHash, type MetricDefinition } from '../../metrics/definition.js';
import { metricDecider } from '../ledger.js';
import type { ActivateMetricDefinition, PublishMetricDefinition, RollbackMetricDefinition } from './metric.inputs.js';

const body: MetricDefinition = {
  metric: 'relationship-health',
  cadenceDays: 30,
  components: [{ name: 'recency', type: 'recency', mode: 'GRACE', halfLifeDays: 60, weight: 1 }],
  bands: [
    { name: 'GREEN', from: 70 },
    { name: 'RED', from: 0 },
  ],
};
const YAML = `
# The same, as an analyst writes it.
metric: relationship-health
cadenceDays: 30
components:
  - name: recency
    type: recency
    mode: GRACE
    halfLifeDays: 60
    weight: 1
bands:
  - { name: GREEN, from: 70 }
  - { name: RED, from: 0 }
`;
const metric = 'relationship-health';
const reason = 'Less is more.';
const publish: PublishMetricDefinition = { type: 'PublishMetricDefinition', metric, body: YAML, reason };
const activate: ActivateMetricDefinition = { type: 'ActivateMetricDefinition', metric, version: 2 };
const rollback: RollbackMetricDefinition = { type: 'RollbackMetricDefinition', metric, reason };

const published = event('MetricDefinitionPublished', { metric, version: 2, body, hash: contentHash(body), reason });
const activated = event('MetricDefinitionActivated', { metric, version: 2 });
const rolledBack = event('MetricDefinitionRolledBack', { metric, from: 2, to: 1, reason });

describe('publishing a definition', () => {
  it('makes it the next version after the one that every ledger begins with', () => {
    given(metricDecider).when(publish).then(published);
  });

  it('begins another metric with version 1', () => {
    const other = { ...body, metric: 'partner-health' };
    given(metricDecider)
      .when({ ...publish, metric: 'partner-health', body: JSON.stringify(other) })
      .then(
        event('MetricDefinitionPublished', {
          ...{ metric: 'partner-health', version: 1, reason },
          body: other,
          hash: contentHash(other),
        }),
      );
  });

  it('of the same content is so already, however it is written', () => {
    given(metricDecider, published)
      .when({ ...publish, body: JSON.stringify(body) })
      .thenNothing();
  });

  it('of what an older version was makes it the next, since the newest is what can come into force', () => {
    const older = { ...body, cadenceDays: 60 };
    const data = { metric, body: older, hash: contentHash(older), reason };
    const third = event('MetricDefinitionPublished', { ...data, version: 3 });
    given(metricDecider, published, third)
      .when(publish)
      .then(event('MetricDefinitionPublished', { ...published.data, version: 4 }));
    given(metricDecider, published, third, activated).when(publish).thenNothing();
  });

  it('says where it goes wrong, and what was probably meant', () => {
    const wrong: PublishMetricDefinition = { ...publish, body: YAML.replace('mode: GRACE', 'mode: GRASE') };
    const decision = metricDecider.decide(stateAfter(metricDecider), wrong, contextOf(NOW));
    expect(decision).toMatchObject({
      refused: 'DEFINITION_INVALID',
      path: expect.arrayContaining(['body', 'components', '0', 'mode']),
      detail: { line: expect.any(Number), column: expect.any(Number), nearest: 'GRACE', allowed: ['GRACE', 'AGE'] },
    });
  });

  it('is of the metric that the command names', () => {
    given(metricDecider)
      .when({ ...publish, metric: 'partner-health' })
      .thenRefused('DEFINITION_INVALID', { path: ['body', 'metric'] });
  });
});

describe('a published version', () => {
  it('comes into force', () => {
    given(metricDecider, published)
      .when({ ...activate, position: 'p1c' })
      .then(event('MetricDefinitionActivated', { metric, version: 2, position: 'p1c' }));
  });

  it('that is in force already stays so', () => {
    given(metricDecider, published, activated).when(activate).thenNothing();
    given(metricDecider)
      .when({ ...activate, version: 1 })
      .thenNothing();
  });

  it('must be published before', () => {
    given(metricDecider)
      .when(activate)
      .thenRefused('DEFINITION_UNKNOWN', { path: ['version'] });
  });
});

describe('a rollback', () => {
  it('puts the version before in force again', () => {
    given(metricDecider, published, activated).when(rollback).then(rolledBack);
  });

  it('goes back step by step, to the version that every ledger begins with', () => {
    const third = event('MetricDefinitionActivated', { metric, version: 3 });
    given(metricDecider, published, activated, third)
      .when(rollback)
      .then(event('MetricDefinitionRolledBack', { metric, from: 3, to: 2, reason }));
    given(metricDecider, published, activated, rolledBack)
      .when(rollback)
      .thenRefused('STATE_CONFLICT', { current: 'relationship-health@1' });
  });

  it('needs something in force', () => {
    given(metricDecider)
      .when({ ...rollback, metric: 'partner-health' })
      .thenRefused('DEFINITION_UNKNOWN');
  });
});

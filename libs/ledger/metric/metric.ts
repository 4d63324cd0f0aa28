import { isRefusal, slice, type CommandOf, type Refusal } from '../../event-sourcing/decider.js';
import { event, type Event } from '../../event-sourcing/event.js';
import { contentHash, type Definition } from '../../metrics/definition.js';
import { readDefinition } from '../../metrics/read-definition.js';
import { present } from '../present.js';
import { conflict, refuse } from '../refusals.js';
import { BUILT_IN } from './built-in.js';
import type { metricCommands } from './metric.inputs.js';

// Stored names and shapes: rename the code freely, never these. Every version has a sample in samples/.
export type MetricEvent =
  /** `hash`: SHA-256 of the body as RFC 8785 writes it, in hex. */
  | Event<
      'MetricDefinitionPublished',
      { metric: string; version: number; body: Definition; hash: string; reason: string }
    >
  /** `position`: up to where its effect was looked at before, as clients carry it. */
  | Event<'MetricDefinitionActivated', { metric: string; version: number; position?: string; reason?: string }>
  | Event<'MetricDefinitionRolledBack', { metric: string; from: number; to: number; reason: string }>;

export type MetricCommand = CommandOf<typeof metricCommands>;

/** What was published of one metric, and which version was in force after which. */
export interface Metric {
  /** Hashes of bodies by version. */
  readonly published: Map<number, string>;
  /** Versions in the order in which they came into force; a rollback takes the last one off. */
  readonly inForce: number[];
}

interface MetricStream {
  readonly metric: Metric;
}

export const metric = slice<Metric, MetricEvent, MetricCommand, MetricStream>({
  events: {
    MetricDefinitionPublished: { version: 1, dataClass: 'PUBLIC', personal: ['reason'] },
    MetricDefinitionActivated: { version: 1, dataClass: 'PUBLIC', personal: ['reason'] },
    MetricDefinitionRolledBack: { version: 1, dataClass: 'PUBLIC', personal: ['reason'] },
  },

  initial: () => ({ published: new Map(), inForce: [] }),

  decide: {
    PublishMetricDefinition({ metric: state }, { metric: name, body: text, reason }) {
      const body = definitionIn(text, name);
      if (isRefusal(body)) return body;
      const versions = versionsOf(state, name);
      const hash = contentHash(body);
      const newest = Math.max(0, ...versions.keys());
      if ([newest, inForceOf(state, name).at(-1) ?? 0].some((version) => versions.get(version) === hash)) return [];
      const version = newest + 1;
      return [event('MetricDefinitionPublished', { metric: name, version, body, hash, reason })];
    },

    ActivateMetricDefinition({ metric: state }, { metric: name, version, position, reason }) {
      if (!versionsOf(state, name).has(version)) {
        return refuse('DEFINITION_UNKNOWN', `${name}@${String(version)} was never published.`, { path: ['version'] });
      }
      if (inForceOf(state, name).at(-1) === version) return [];
      return [event('MetricDefinitionActivated', present({ metric: name, version, position, reason }))];
    },

    RollbackMetricDefinition({ metric: state }, { metric: name, reason }) {
      const [from, to] = inForceOf(state, name).toReversed();
      if (from === undefined) return refuse('DEFINITION_UNKNOWN', `No ${name} is in force.`, { path: ['metric'] });
      if (to === undefined) return conflict(`${name}@${String(from)}`, 'No other version was in force before.');
      return [event('MetricDefinitionRolledBack', { metric: name, from, to, reason })];
    },
  },

  evolve: {
    MetricDefinitionPublished(state, { data: { version, hash } }) {
      state.published.set(version, hash);
      return state;
    },
    MetricDefinitionActivated(state, { data: { version } }) {
      state.inForce.push(version);
      return state;
    },
    MetricDefinitionRolledBack(state) {
      state.inForce.pop();
      return state;
    },
  },
});

const versionsOf = ({ published }: Metric, name: string): ReadonlyMap<number, string> =>
  name === BUILT_IN.metric ? new Map([[BUILT_IN.version, BUILT_IN.hash], ...published]) : published;

const inForceOf = ({ inForce }: Metric, name: string): readonly number[] =>
  name === BUILT_IN.metric ? [BUILT_IN.version, ...inForce] : inForce;

/** The definition that a text of YAML or JSON says, or why it says none. */
export function definitionIn(text: string, name: string): Definition | Refusal {
  const read = readDefinition(text);
  if ('problems' in read) {
    const { problems } = read;
    const { path, message, ...detail } = problems[0]!;
    return refuse('DEFINITION_INVALID', message, { path: ['body', ...path], detail: { ...detail, problems } });
  }
  if (read.definition.metric === name) return read.definition;
  const message = `It defines ${read.definition.metric}, not ${name}.`;
  return refuse('DEFINITION_INVALID', message, { path: ['body', 'metric'], detail: { allowed: [name] } });
}

import { DEFAULT_DEFINITION } from '../default-definition.js';
import { isAttribution, type MetricDefinition } from '../definition.js';
import { readDefinition } from '../read-definition.js';

export function readDefault(): MetricDefinition {
  const read = readDefinition(DEFAULT_DEFINITION);
  if ('problems' in read || isAttribution(read.definition)) throw new Error(JSON.stringify(read));
  return read.definition;
}

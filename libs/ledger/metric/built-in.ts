import { DEFAULT_DEFINITION } from '../../metrics/default-definition.js';
import { DefinitionInvalid } from '../../metrics/definition-problem.js';
import { contentHash, isAttribution } from '../../metrics/definition.js';
import { readDefinition } from '../../metrics/read-definition.js';

const read = readDefinition(DEFAULT_DEFINITION);
if ('problems' in read) throw new DefinitionInvalid(read.problems);
if (isAttribution(read.definition)) throw new Error('What ships is a score.');

/** What every ledger has from its beginning, published and in force without an event. */
export const BUILT_IN = {
  metric: read.definition.metric,
  version: 1,
  body: read.definition,
  hash: contentHash(read.definition),
} as const;

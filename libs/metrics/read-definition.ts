import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { checkDefinition, checkShares } from './check-definition.js';
import { checkShape } from './check-shape.js';
import { isAttribution, type Definition } from './definition.js';
import { ATTRIBUTION_SCHEMA, DEFINITION_SCHEMA } from './definition-schema.js';
import type { DefinitionProblem } from './definition-problem.js';

export type ReadDefinition = { readonly definition: Definition } | { readonly problems: readonly DefinitionProblem[] };

const MAX_CHARACTERS = 200_000;

/** Reads a definition, of a score or of how credit is split, as YAML or JSON: all that is wrong with it, with line, column, path and what is allowed there. */
export function readDefinition(text: string): ReadDefinition {
  if (text.length > MAX_CHARACTERS) return { problems: [{ path: [], message: 'It is longer than any definition.' }] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placed = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0) {
    return { problems: document.errors.map(({ message, pos }) => ({ path: [], message, ...placed(pos[0]) })) };
  }
  const said = valueIn(document);
  if ('problems' in said) return said;
  const read = checkedDefinition(said.value);
  if ('definition' in read) return read;
  return { problems: read.problems.map((problem) => ({ ...problem, ...placed(offsetOf(document, text, problem)) })) };
}

/** The same of a definition that is a value already. */
export function checkedDefinition(value: unknown): ReadDefinition {
  const saysCredit = typeof value === 'object' && value !== null && isAttribution(value);
  let problems = checkShape(saysCredit ? ATTRIBUTION_SCHEMA : DEFINITION_SCHEMA, value);
  if (isDefinition(value, problems)) problems = isAttribution(value) ? checkShares(value) : checkDefinition(value);
  return isDefinition(value, problems) ? { definition: value } : { problems };
}

const isDefinition = (_: unknown, problems: readonly DefinitionProblem[]): _ is Definition => problems.length === 0;

function valueIn(document: Document): { readonly value: unknown } | { readonly problems: DefinitionProblem[] } {
  try {
    return { value: document.toJS({ maxAliasCount: 50 }) as unknown };
  } catch (error) {
    return { problems: [{ path: [], message: error instanceof Error ? error.message : 'It cannot be read.' }] };
  }
}

/** Where the node at the path begins: of a name that nobody knows its key, of an expression the character. */
function offsetOf(document: Document, text: string, { path, offset = 0, isName = false }: DefinitionProblem): number {
  let node: unknown = document.contents;
  let at = 0;
  for (const [depth, step] of path.entries()) {
    const isLast = depth === path.length - 1;
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === step) : undefined;
    if (isPair(pair)) {
      if (isNode(pair.key)) at = begin(pair.key);
      if (isLast && isName) return at;
      node = pair.value;
    } else if (isSeq(node)) node = node.items[Number(step)];
    if (isNode(node)) at = begin(node);
  }
  // The offset is of the value; in quotes and on one line it stands one further in the text.
  return offset === 0 ? at : at + offset + (/["']/.test(text[at] ?? '') ? 1 : 0);
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'range' in value;
const begin = (node: Node): number => node.range?.[0] ?? 0;

import { program } from './compile.js';
import type { AttributionDefinition, ComponentDefinition, MetricDefinition } from './definition.js';
import { DefinitionInvalid, type DefinitionProblem } from './definition-problem.js';

/** What is wrong with a definition of the right shape. */
export function checkDefinition(definition: MetricDefinition): DefinitionProblem[] {
  const { components, bands, caps = [] } = definition;
  const problems = [
    ...twice('components', components),
    ...twice('bands', bands),
    ...twice('caps', caps),
    ...components.flatMap((component, index) => checkComponent(component, ['components', String(index)])),
    ...checkBands(bands),
  ];
  if (!components.some(({ weight }) => weight > 0)) {
    problems.push({ path: ['components'], message: 'The weights sum to 0: at least one is more.' });
  }
  const promises = components.filter(({ type }) => type === 'commitments').length;
  if (promises > 1)
    problems.push({ path: ['components'], message: 'There is at most one component of type commitments.' });
  const trust = components.findIndex(({ type }) => type === 'trust');
  if (trust >= 0 && promises === 0) {
    const message =
      'Reliability is whether promises are kept: it needs a component of type commitments (its weight may be 0).';
    problems.push({ path: ['components', String(trust)], message });
  }
  return [...problems, ...checkExpressions(definition)];
}

/** What is wrong with a definition of how credit is split, of the right shape. */
export function checkShares({ attribution }: AttributionDefinition): DefinitionProblem[] {
  const { firstShare = 0.4, lastShare = 0.4 } = attribution;
  if (firstShare + lastShare <= 1) return [];
  return [{ path: ['attribution'], message: 'The first and the last touch earn more than there is.' }];
}

function twice(list: string, items: readonly { readonly name: string }[]): DefinitionProblem[] {
  return items.flatMap(({ name }, index) =>
    items.findIndex((other) => other.name === name) < index
      ? [{ path: [list, String(index), 'name'], message: `There is another ${name}.` }]
      : [],
  );
}

function checkComponent(component: ComponentDefinition, path: readonly string[]): DefinitionProblem[] {
  if (component.type === 'referral') {
    const { mode, target, halfLifeDays, baselineHalfLifeDays = 365 } = component;
    if (mode === 'TARGET' && target === undefined) return [{ path, message: 'With mode TARGET it needs target.' }];
    if (mode === 'BASELINE' && halfLifeDays >= baselineHalfLifeDays) {
      return [{ path: [...path, 'halfLifeDays'], message: 'It is less than the half-life of the past.' }];
    }
  }
  if (component.type === 'mix' && component.targetBp) {
    const sum = Object.values(component.targetBp).reduce((total, each) => total + each, 0);
    if (sum !== 10_000) return [{ path: [...path, 'targetBp'], message: `It sums to ${String(sum)}, not 10000.` }];
  }
  return [];
}

function checkBands(bands: MetricDefinition['bands']): DefinitionProblem[] {
  const problems = bands.flatMap(({ from }, index): DefinitionProblem[] =>
    index > 0 && from >= bands[index - 1]!.from
      ? [{ path: ['bands', String(index), 'from'], message: 'Bands go from the highest to the lowest.' }]
      : [],
  );
  if (bands.at(-1)?.from !== 0) {
    problems.push({ path: ['bands', String(bands.length - 1), 'from'], message: 'The lowest band starts at 0.' });
  }
  return problems;
}

function checkExpressions(definition: MetricDefinition): readonly DefinitionProblem[] {
  try {
    program(definition);
    return [];
  } catch (error) {
    if (error instanceof DefinitionInvalid) return error.problems;
    throw error;
  }
}

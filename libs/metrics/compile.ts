import { nearest } from '../event-sourcing/nearest.js';
import { build } from './components/builders.js';
import type { Component, Plan } from './component.js';
import { always, condition, EXPRESSION_NAMES, ExpressionInvalid, weight, type Rule } from './conditions.js';
import type { ComponentDefinition, MetricDefinition } from './definition.js';
import { DefinitionInvalid, type DefinitionProblem } from './definition-problem.js';
import { Layout } from './layout.js';

export interface CompiledCap {
  readonly name: string;
  readonly at: number;
  readonly condition: Rule<boolean>;
}

/** A definition made ready to run. */
export interface Program {
  readonly definition: MetricDefinition;
  readonly layout: Layout;
  readonly components: readonly Component[];
  readonly caps: readonly CompiledCap[];
}

/** Throws DefinitionInvalid with every expression that is wrong. */
export function program(definition: MetricDefinition): Program {
  const layout = new Layout();
  const problems: DefinitionProblem[] = [];
  const built = new Map<ComponentDefinition, Component>();
  const attempt = <T>(path: readonly string[], compile: () => Rule<T>, instead: T): Rule<T> => {
    try {
      return compile();
    } catch (error) {
      if (!(error instanceof ExpressionInvalid)) throw error;
      problems.push(problemOf(path, error));
      return always(instead);
    }
  };

  const place = (component: ComponentDefinition, index: number): void => {
    const path = (field: string): string[] => ['components', String(index), field];
    const plan: Plan = {
      definition,
      layout,
      commitments: [...built.values()].find((_, at) => [...built.keys()][at]!.type === 'commitments'),
      condition: (field, source, otherwise = always(true)) =>
        source === undefined ? otherwise : attempt(path(field), () => condition(source, definition.richness), false),
      weight: ({ weigh }) => attempt(path('weigh'), () => weight(weigh, definition.richness), 0),
    };
    const { name, weight: share, missing = 'EXCLUDE', relationshipKinds } = component;
    const kinds = relationshipKinds?.length ? new Set(relationshipKinds) : undefined;
    built.set(component, { name, weight: share, missing, relationshipKinds: kinds, ...build(component, plan) });
  };

  // Trust builds on promises, wherever those stand in the list.
  const order = [...definition.components.entries()].sort(([, a], [, b]) => rank(a) - rank(b));
  for (const [index, component] of order) place(component, index);
  const caps = (definition.caps ?? []).map(({ name, at, whileOpen }, index) => {
    const path = ['caps', String(index), 'whileOpen'];
    return { name, at, condition: attempt(path, () => condition(whileOpen, definition.richness), false) };
  });
  if (problems.length > 0) throw new DefinitionInvalid(problems);
  return { definition, layout, components: definition.components.map((each) => built.get(each)!), caps };
}

const rank = ({ type }: ComponentDefinition): number => (type === 'commitments' ? 0 : 1);

function problemOf(path: readonly string[], { message, offset, unknownName }: ExpressionInvalid): DefinitionProblem {
  if (unknownName === undefined) return { path, message, offset };
  const meant = nearest(unknownName, EXPRESSION_NAMES);
  return {
    path,
    message: `A fact has no field ${unknownName}.`,
    offset,
    allowed: EXPRESSION_NAMES,
    ...(meant !== undefined && { nearest: meant }),
  };
}

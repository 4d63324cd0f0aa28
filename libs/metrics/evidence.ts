import type { Program } from './compile.js';
import type { Fact } from './fact.js';
import type { Shapes } from './shapes.js';

/** The facts that count most in each component, the latest of equals first. The facts come in order. */
export function evidenceFor(
  { components, definition }: Program,
  shapes: Shapes,
  facts: readonly Fact[],
  limit: number,
): ReadonlyMap<string, readonly Fact[]> {
  return new Map(
    components.map(({ name }, index) => {
      const { type, ...fields } = definition.components[index]!;
      if (type === 'recency') return [name, facts.filter((fact) => shapes.of(fact).weights[index]! > 0).slice(-1)];
      const halfLifeMs =
        ('halfLifeDays' in fields && fields.halfLifeDays ? fields.halfLifeDays : Infinity) * 86_400_000;
      const heavy = facts
        .map((fact) => ({ fact, rank: Math.log2(shapes.of(fact).weights[index]!) + fact.occurredAt / halfLifeMs }))
        .filter(({ rank }) => rank > -Infinity)
        .reverse()
        .sort((a, b) => b.rank - a.rank);
      return [name, heavy.slice(0, limit).map(({ fact }) => fact)];
    }),
  );
}

import type { Program } from './compile.js';
import type { Fact } from './fact.js';
import type { Shapes } from './shapes.js';

interface Ranked {
  readonly fact: Fact;
  /** log2 of what it weighs at any moment, but for what is the same for all. */
  readonly rank: number;
}

/** The facts that count most in each component, the latest of equals first. The facts come in order. */
export function evidenceFor(
  { definition }: Program,
  shapes: Shapes,
  facts: readonly Fact[],
  limit: number,
): ReadonlyMap<string, readonly Fact[]> {
  const heaviest = definition.components.map((component) => {
    const halfLifeDays = 'halfLifeDays' in component ? component.halfLifeDays : undefined;
    return { halfLifeMs: (halfLifeDays ?? Infinity) * 86_400_000, ranked: [] as Ranked[] };
  });
  for (const fact of facts) {
    const { weights } = shapes.of(fact);
    for (let index = 0; index < heaviest.length; index++) {
      const { halfLifeMs, ranked } = heaviest[index]!;
      if (weights[index]! > 0)
        take(ranked, { fact, rank: Math.log2(weights[index]!) + fact.occurredAt / halfLifeMs }, limit);
    }
  }
  return new Map(
    definition.components.map(({ name, type }, index) => {
      const { ranked } = heaviest[index]!; // the last touch is all that recency asks for
      return [name, ranked.slice(0, type === 'recency' ? 1 : limit).map(({ fact }) => fact)];
    }),
  );
}

/** Into its place among those that rank highest. */
function take(ranked: Ranked[], one: Ranked, limit: number): void {
  let place = ranked.length;
  while (place > 0 && ranked[place - 1]!.rank <= one.rank) place--;
  if (place === limit) return;
  ranked.splice(place, 0, one);
  if (ranked.length > limit) ranked.pop();
}

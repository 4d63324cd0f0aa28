import type DataLoader from 'dataloader';
import type { CallerContext } from '../../access/caller.js';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Fact } from '../../metrics/fact.js';
import { lastFactOf, restore, type MetricState } from '../../metrics/state.js';
import { factsOf, ownFactsOf } from '../facts/queries.js';
import { loaderOf, oneEach } from '../loading.js';
import type { ReadDatabase } from '../read-database.js';
import { metricOf, type Published } from './definitions.js';
import { keptStates, meaningOf } from './kept-states.js';

/** Facts of relationships, of those that one speaks for, too, where merges made several one. */
export const loadFacts = (
  db: ReadDatabase,
  context: CallerContext,
  isJoined: boolean,
  asKnown: Instant | null | undefined,
): DataLoader<string, readonly Fact[]> =>
  loaderOf(context, `facts ${String(isJoined)} ${asKnown ?? ''}`, async (tenantId, ids) => {
    const facts = await (isJoined ? factsOf : ownFactsOf)(db, tenantId, ids, asKnown);
    return ids.map((id) => facts.get(id) ?? []);
  });

/**
 * The state of a relationship that stands by itself, as an edition keeps it. Undefined: its facts must say how it is at
 * that moment (milliseconds), since none is kept by that definition, they have changed since, or some of them come later.
 */
export async function loadState(
  db: ReadDatabase,
  context: CallerContext,
  id: string,
  edition: number,
  definition: Published,
  at: number,
): Promise<MetricState | undefined> {
  const states = oneEach(context, `health states ${String(edition)}`, (_, ids) => keptStates(db, edition, ids));
  const kept = await states.load(id);
  if (kept?.meaning !== meaningOf(metricOf(definition))) return undefined;
  const state = restore(kept);
  return lastFactOf(state) <= at ? state : undefined;
}

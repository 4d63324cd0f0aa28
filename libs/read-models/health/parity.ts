import { sql } from 'kysely';
import { fromMillis, toMillis, type Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import type { EventStore } from '../../event-store/event-store.js';
import { rawFacts } from '../facts/raw-facts.js';
import type { ReadDatabase } from '../read-database.js';
import { referencesOf, type Published } from './definitions.js';
import { servingOf, type Serving } from './editions.js';
import { DAY } from '../../metrics/layout.js';
import { lastFactOf, restore } from '../../metrics/state.js';
import { foretell, metricFor, type Foretold, type Head } from './foretell.js';
import { meaningOf, type KeptState } from './kept-states.js';

const SAME_POINTS = 1e-9;
const LONG_MS = 365 * DAY;
/** Where a band begins is searched for: rounding may move it so far. */
const SAME_MS = 1000;

export interface Parity {
  readonly same: boolean;
  readonly sample: number;
  readonly events: number;
  readonly position: Position;
  readonly differing: readonly { readonly relationshipId: string; readonly what: string }[];
}

/** A relationship as an edition has it. JSON holds its numbers. */
interface Kept {
  readonly id: string;
  readonly kind: string;
  readonly position: string;
  readonly pieces: readonly { readonly slot: number; readonly score: number }[];
  readonly bands: readonly { readonly at: Instant; readonly band: string | null }[];
  /** Null: none is kept, and facts answer. Its numbers are in hexadecimal digits. */
  readonly state: (Omit<KeptState, 'id' | 'numbers'> & { readonly numbers: string }) | null;
}

/** What follows is written part by part, and only then does the position move: a look between two of them is no look. */
const LOOKS = 5;

/**
 * Compares what lists by these definitions read of some relationships with what follows from the raw events of the log at
 * the same position. Undefined: no lists by them are built.
 */
export async function parityOf(...asked: Parameters<typeof look>): Promise<Parity | undefined> {
  for (let looks = 1; ; looks++) {
    const parity = await look(...asked);
    if (!parity || parity.same || looks === LOOKS) return parity;
  }
}

async function look(
  store: Pick<EventStore, 'readStreams'>,
  db: ReadDatabase,
  tenantId: string,
  definitions: readonly Published[],
  sample: number,
): Promise<Parity | undefined> {
  const references = referencesOf(definitions);
  const edition = await servingOf(db, tenantId, references);
  if (edition?.definitions.join() !== references.join()) return undefined;
  const { position, kept } = await keptOf(db, tenantId, edition, sample);
  const ids = kept.map(({ id }) => id);
  const { facts, events } = await rawFacts(store, db, tenantId, ids, position);
  const differing = kept.flatMap((one) => {
    const head: Head = { id: one.id, kind: one.kind, position: BigInt(one.position) };
    const metric = metricFor(definitions, one.kind);
    const own = facts.get(one.id) ?? [];
    const state = own.length > 0 ? metric?.foldAll(own, { asOf: Infinity }) : undefined;
    const what = difference(one, foretell(head, metric, state));
    return what === undefined ? [] : [{ relationshipId: one.id, what }];
  });
  return { same: differing.length === 0, sample: kept.length, events, position, differing };
}

/** One statement sees one state: the rows, and how far they go. Whose turn it is, the hash of the id says. */
async function keptOf(
  db: ReadDatabase,
  tenantId: string,
  { pieces, bandChanges, states }: Serving,
  sample: number,
): Promise<{ position: Position; kept: readonly Kept[] }> {
  const [row] = await db.rows(sql<{ position: Position; kept: readonly Kept[] | null }>`
    SELECT (SELECT position FROM projecting.builds WHERE schema_name = 'health') AS position,
           (SELECT json_agg(json_build_object(
              'id', r.relationship_id, 'kind', r.kind, 'position', r.position::text,
              'pieces', (SELECT coalesce(json_agg(json_build_object('slot', p.slot, 'score', p.score) ORDER BY p.slot), '[]')
                           FROM ${pieces} p WHERE p.relationship_id = r.relationship_id),
              'bands', (SELECT coalesce(json_agg(json_build_object('at', c.at, 'band', c.band) ORDER BY c.at), '[]')
                          FROM ${bandChanges} c WHERE c.relationship_id = r.relationship_id),
              'state', (SELECT json_build_object('meaning', s.meaning, 'numbers', encode(s.numbers, 'hex'), 'rest', s.rest)
                          FROM ${states} s WHERE s.relationship_id = r.relationship_id)))
              FROM (SELECT relationship_id, kind, position FROM directory.relationships
                     WHERE tenant_id = ${tenantId} AND head_id IS NULL AND last_id IS NULL
                     ORDER BY hashtextextended(relationship_id, 0) LIMIT ${sample}) r) AS kept`);
  return { position: row!.position, kept: row!.kept ?? [] };
}

function difference({ pieces, bands, state }: Kept, foretold: Foretold): string | undefined {
  const wanted = new Map(foretold.pieces.map(({ slot, score }) => [Number(slot), score]));
  const [odd] = pieces.filter(({ slot, score }) => !(Math.abs(wanted.get(slot)! - score) <= SAME_POINTS));
  if (odd) return `A score of ${String(odd.score)} is kept; its events say ${String(wanted.get(odd.slot) ?? 'none')}.`;
  if (pieces.length !== wanted.size) return `${String(pieces.length)} scores are kept, not ${String(wanted.size)}.`;
  if (bands.length !== foretold.bands.length) {
    return `${String(bands.length)} bands are foretold, not ${String(foretold.bands.length)}.`;
  }
  const at = foretold.bands.findIndex(({ at, band }, index) => {
    const other = bands[index]!;
    return band !== other.band || Math.abs(at - toMillis(new Date(other.at).toISOString() as Instant)) > SAME_MS;
  });
  const other = foretold.bands[at];
  if (other) {
    return `${String(bands[at]!.band)} is foretold; its events say ${String(other.band)} at ${fromMillis(other.at)}.`;
  }
  return state ? stateDifference(state, foretold) : undefined;
}

/** Looked at when its last fact was so, and long after. */
function stateDifference(
  { meaning, numbers, rest }: NonNullable<Kept['state']>,
  { basis }: Foretold,
): string | undefined {
  if (!basis) return 'A state is kept; its events say nothing.';
  const { metric, state } = basis;
  if (meaning !== meaningOf(metric)) return 'The state that is kept is by another definition.';
  const kept = restore({ numbers: Buffer.from(numbers, 'hex'), rest });
  const last = lastFactOf(state);
  for (const at of [last, last + LONG_MS]) {
    const [found, wanted] = [metric.value(kept, at), metric.value(state, at)];
    const odd = wanted.components.findIndex(
      ({ value }, index) => !isSame(value, found.components[index]?.value ?? null),
    );
    const component = wanted.components[odd];
    if (component) {
      const is = String(found.components[odd]!.value);
      return `The state that is kept says ${component.name} is ${is}; its events say ${String(component.value)}.`;
    }
  }
  return undefined;
}

const isSame = (one: number | null, other: number | null): boolean =>
  one === null || other === null ? one === other : Math.abs(one - other) <= SAME_POINTS;

import { hash } from 'node:crypto';
import { fromMillis } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import { BY_KEY, PROJECTED_CHANNEL } from '../../projecting/checkpoint.js';
import { dump } from '../../metrics/state.js';
import { bandChangesOfEdition, piecesOfEdition, statesOfEdition } from './editions.js';
import type { Tuples } from '../../database/tuples.js';
import type { Foretold } from './foretell.js';
import { meaningOf, type KeptState } from './kept-states.js';

/** How far the follower is, and by which epoch it may write. */
export interface Move {
  readonly epoch: bigint;
  readonly from: Position;
  readonly to: Position;
}

/**
 * One statement: some relationships of an edition are written anew, and the follower moves, unless another one has taken
 * over: then it answers no row. As with projections it need not wait for the disk: rows and position are lost together.
 */
export function renewal(edition: number, gone: readonly string[], foretold: readonly Foretold[], move: Move) {
  const [pieces, changes, states] = [piecesOfEdition(edition), bandChangesOfEdition(edition), statesOfEdition(edition)];
  const text = `
    WITH ${MOVED},
    gone AS (DELETE FROM ${pieces} WHERE relationship_id = ANY ($4) AND EXISTS (SELECT FROM moved)),
    unsaid AS (DELETE FROM ${changes} WHERE relationship_id = ANY ($4) AND EXISTS (SELECT FROM moved)),
    unkept AS (DELETE FROM ${states} WHERE relationship_id = ANY ($4) AND relationship_id <> ALL ($15)
                  AND EXISTS (SELECT FROM moved)),
    come AS (INSERT INTO ${pieces} (relationship_id, slot, score, position)
             SELECT * FROM unnest($5::text[], $6::bigint[], $7::double precision[], $8::bigint[]) WHERE EXISTS (SELECT FROM moved)),
    said AS (INSERT INTO ${changes} (relationship_id, at, band, was, is_first, position)
             SELECT * FROM unnest($9::text[], $10::timestamptz[], $11::text[], $12::text[], $13::boolean[], $14::bigint[])
              WHERE EXISTS (SELECT FROM moved)),
    kept AS (INSERT INTO ${states} (relationship_id, meaning, numbers, rest)
             SELECT * FROM unnest($15::text[], $16::text[], $17::bytea[], $18::json[]) WHERE EXISTS (SELECT FROM moved)
             ON CONFLICT (relationship_id) DO UPDATE
                SET meaning = excluded.meaning, numbers = excluded.numbers, rest = excluded.rest)
    ${ANSWER}`;
  return {
    ...prepared(text),
    values: [...moveValues(move), gone, ...pieceColumns(foretold), ...bandColumns(foretold), ...stateColumns(foretold)],
  };
}

/** The follower moves, and nothing else. */
export const moving = (move: Move) => ({ ...prepared(`WITH ${MOVED} ${ANSWER}`), values: moveValues(move) });

const moveValues = ({ epoch, from, to }: Move): unknown[] => [epoch, from, to];

const MOVED = `
  moved AS (UPDATE projecting.builds SET position = $3 WHERE schema_name = 'health' AND epoch = $1 AND position = $2
            RETURNING projection, position)`;

const ANSWER = `
  SELECT set_config('synchronous_commit', 'off', true), ${BY_KEY},
         CASE WHEN $3::bigint > $2::bigint THEN pg_notify('${PROJECTED_CHANNEL}', projection || ' ' || position) END
    FROM moved`;

const prepared = (text: string) => ({ name: hash('sha1', text), text });

/** As arrays in PostgreSQL's own text: there are many, and neither ids nor numbers need escaping. */
function pieceColumns(foretold: readonly Foretold[]): readonly string[] {
  const [ids, slots, scores, positions]: [string[], number[], number[], bigint[]] = [[], [], [], []];
  for (const { head, pieces } of foretold) {
    for (const { slot, score } of pieces) {
      ids.push(head.id);
      slots.push(slot);
      scores.push(score);
      positions.push(head.position);
    }
  }
  return [ids, slots, scores, positions].map((column) => `{${column.join()}}`);
}

const bandColumns = (foretold: readonly Foretold[]): readonly (readonly unknown[])[] => {
  const rows = foretold.flatMap(({ head, bands }) => bands.map((band) => ({ ...head, ...band })));
  return [
    rows.map(({ id }) => id),
    rows.map(({ at }) => fromMillis(at)),
    rows.map(({ band }) => band),
    rows.map(({ was }) => was),
    rows.map(({ isFirst }) => isFirst),
    rows.map(({ position }) => position),
  ];
};

const stateColumns = (foretold: readonly Foretold[]): readonly (readonly unknown[])[] => {
  const rows = foretold.flatMap(stateOf);
  return [
    rows.map(({ id }) => id),
    rows.map(({ meaning }) => meaning),
    rows.map(({ numbers }) => Buffer.from(numbers.buffer)),
    rows.map(({ rest }) => JSON.stringify(rest)),
  ];
};

const stateOf = ({ head, basis }: Foretold): KeptState[] =>
  basis ? [{ id: head.id, meaning: meaningOf(basis.metric), ...dump(basis.state) }] : [];

/** The same rows as COPY takes them. */
export function writePieces(to: Tuples, { head: { id, position }, pieces }: Foretold): void {
  for (const { slot, score } of pieces) {
    to.row(4);
    to.text(id);
    to.bigint(BigInt(slot));
    to.double(score);
    to.bigint(position);
  }
}

export function writeBands(to: Tuples, { head: { id, position }, bands }: Foretold): void {
  for (const { at, band, was, isFirst } of bands) {
    to.row(6);
    to.text(id);
    to.timestamp(at);
    for (const name of [band, was]) {
      if (name === null) to.null();
      else to.text(name);
    }
    to.boolean(isFirst);
    to.bigint(position);
  }
}

export function writeStates(to: Tuples, foretold: Foretold): void {
  for (const { id, meaning, numbers, rest } of stateOf(foretold)) {
    to.row(4);
    to.text(id);
    to.text(meaning);
    to.bytea(numbers);
    to.text(JSON.stringify(rest));
  }
}

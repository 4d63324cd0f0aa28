import { hash } from 'node:crypto';
import { fromMillis } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import { BY_KEY, PROJECTED_CHANNEL } from '../../projecting/checkpoint.js';
import { dump } from '../../metrics/state.js';
import { bandChangesOfEdition, piecesOfEdition, statesOfEdition } from './editions.js';
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
 * `alone`: those of them that stand by themselves.
 */
export function renewal(
  edition: number,
  gone: readonly string[],
  foretold: readonly Foretold[],
  alone: readonly Foretold[],
  move: Move,
) {
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
    values: [...moveValues(move), gone, ...pieceColumns(foretold), ...bandColumns(foretold), ...stateColumns(alone)],
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

/** The same rows as binary COPY takes them: there are many, and no number of theirs is put into words and back. */
export function copyPieces({ head: { id, position }, pieces }: Foretold): Buffer {
  const row = Buffer.alloc(PIECE_BYTES + id.length);
  row.writeInt16BE(4, 0); // values, each after its length
  row.writeInt32BE(id.length, 2);
  row.write(id, 6, 'latin1');
  const slotAt = 6 + id.length;
  for (let value = 0; value < 3; value++) row.writeInt32BE(8, slotAt + value * 12);
  row.writeBigInt64BE(position, slotAt + 28);
  const rows = Buffer.allocUnsafe(row.length * pieces.length);
  for (let index = 0; index < pieces.length; index++) {
    const at = index * row.length;
    const { slot, score } = pieces[index]!;
    row.copy(rows, at);
    rows.writeUIntBE(slot, at + slotAt + 6, 6);
    rows.writeDoubleBE(score, at + slotAt + 16);
  }
  return rows;
}

const PIECE_BYTES = 2 + 4 + 3 * 12;
/** Begin and end of all rows: a signature, no flags, no more header; instead of a number of values. */
export const COPY_BEGIN = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
export const COPY_END = Buffer.from([0xff, 0xff]);

/** As text. No value holds a tab, but a name of a band may hold anything. */
export function copyBands({ head: { id, position }, bands }: Foretold): string {
  let text = '';
  for (const { at, band, was, isFirst } of bands)
    text += `${id}\t${fromMillis(at)}\t${copied(band)}\t${copied(was)}\t${isFirst ? 't' : 'f'}\t${position}\n`;
  return text;
}

export function copyStates(foretold: Foretold): string {
  let text = '';
  for (const { id, meaning, numbers, rest } of stateOf(foretold))
    text += `${id}\t${meaning}\t\\\\x${Buffer.from(numbers.buffer).toString('hex')}\t${copied(JSON.stringify(rest))}\n`;
  return text;
}

const copied = (name: string | null): string =>
  name === null ? '\\N' : name.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character]!);
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { isInstant, parseInstant, type Instant } from '../event-sourcing/instant.js';
import { formatPosition, parsePosition, type Position } from '../event-sourcing/position.js';
import { Unreadable } from './unreadable.js';

/** RFC 3339 with an offset in, UTC out. An `Instant` inside. */
export const DateTimeScalar = leaf<Instant>(
  'DateTime',
  'A moment: RFC 3339 with an offset (`2026-03-09T02:30:00+01:00`) in, UTC with milliseconds out.',
  (input) => {
    const instant = typeof input === 'string' ? parseInstant(input) : 'INVALID_INPUT';
    if (isInstant(instant)) return instant;
    return instant === 'NAIVE_TIMESTAMP'
      ? new Unreadable(instant, 'The time has no offset: add Z or the offset of the place, as in +01:00.')
      : new Unreadable(instant, 'This is no RFC 3339 date and time with an offset.');
  },
);

/** `YYYY-MM-DD` inside and out. */
export const DateScalar = leaf<string>('Date', 'A day of the calendar, `YYYY-MM-DD`.', (input) => {
  if (typeof input === 'string' && /^\d{4}-\d\d-\d\d$/.test(input) && isInstant(parseInstant(`${input}T00:00:00Z`))) {
    return input;
  }
  return new Unreadable('INVALID_INPUT', 'This is no day of the form YYYY-MM-DD.');
});

/** A `Position` (bigint) inside, text outside. */
export const PositionScalar = leaf<Position>(
  'Position',
  'A place in the one order of the ledger. Opaque: take it from an answer, hand it back as `after` or `atLeastPosition`.',
  (input) =>
    (typeof input === 'string' ? parsePosition(input) : undefined) ??
    new Unreadable('INVALID_INPUT', 'This is no position: send one back as it was received.'),
  (position: Position | string) => (typeof position === 'string' ? position : formatPosition(position)),
);

/** A number inside: exact, and JSON can carry it. */
export const BigIntScalar = leaf<number>(
  'BigInt',
  'A whole number up to 2^53 - 1 in size, exact in JSON. Taken as a number or as text.',
  (input) => wholeNumber(fromText(input), Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  (value: number | bigint) => {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new RangeError('A number is too large for BigInt.');
    return number;
  },
);

export const MinutesScalar = leaf<number>('Minutes', 'A duration in whole minutes, 0 or more.', (input) =>
  wholeNumber(input, 0, 2 ** 31 - 1),
);

export const BasisPointsScalar = leaf<number>(
  'BasisPoints',
  'Hundredths of a percent: 10000 is all of it. Negative only where a field says so.',
  (input) => wholeNumber(input, -10_000, 10_000),
);

/** A finite number. What is none lies on no scale. */
export const ScoreScalar = leaf<number>('Score', 'A number, to be read on the scale that goes with it.', (input) => {
  if (typeof input === 'number' && Number.isFinite(input)) return input;
  return new Unreadable('SCORE_OUT_OF_SCALE', 'A score is a finite number.');
});

/** Any JSON value: what has a shape of its own, such as the data of an event. Output only. */
export const JsonScalar = leaf<unknown>('JSON', 'A JSON value.', () => new Unreadable('INVALID_INPUT', 'Output only.'));

/** Whole numbers of any size are safe in text only: JSON readers round them. */
const fromText = (input: unknown): unknown =>
  typeof input === 'string' && /^-?\d{1,16}$/.test(input) ? Number(input) : input;

function wholeNumber(value: unknown, min: number, max: number): number | Unreadable {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  return new Unreadable('INVALID_INPUT', `This is no whole number from ${String(min)} to ${String(max)}.`);
}

function leaf<Inside>(
  name: string,
  description: string,
  read: (input: unknown) => Inside | Unreadable,
  write: (value: Inside) => unknown = (value) => value,
): GraphQLScalarType {
  return new GraphQLScalarType({
    name,
    description,
    parseValue: read,
    parseLiteral: (node) => read(literal(node)),
    serialize: (value) => write(value as Inside),
  });
}

function literal(node: ValueNode): unknown {
  if (node.kind === Kind.INT || node.kind === Kind.FLOAT) return Number(node.value);
  return node.kind === Kind.STRING || node.kind === Kind.BOOLEAN ? node.value : undefined;
}

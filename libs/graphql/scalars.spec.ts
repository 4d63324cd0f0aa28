import { describe, expect, it } from '@jest/globals';
import { parseValue, type GraphQLScalarType } from 'graphql';
import {
  BasisPointsScalar,
  BigIntScalar,
  DateScalar,
  DateTimeScalar,
  MinutesScalar,
  PositionScalar,
  ScoreScalar,
} from './scalars.js';
import { Unreadable } from './unreadable.js';

const readLiteral = (scalar: GraphQLScalarType, text: string): unknown => scalar.parseLiteral(parseValue(text));
const code = (value: unknown): unknown => (value instanceof Unreadable ? value.code : value);

describe('a scalar', () => {
  it.each<[GraphQLScalarType, unknown, unknown]>([
    [DateTimeScalar, '2026-03-09T02:30:00+01:00', '2026-03-09T01:30:00.000Z'],
    [DateTimeScalar, '2026-03-09T02:30:00', 'NAIVE_TIMESTAMP'],
    [DateTimeScalar, '2026-03-09', 'NAIVE_TIMESTAMP'],
    [DateTimeScalar, '2026-02-30T00:00:00Z', 'INVALID_INPUT'],
    [DateTimeScalar, 'tomorrow', 'INVALID_INPUT'],
    [DateTimeScalar, 1772000000, 'INVALID_INPUT'],
    [DateScalar, '2024-02-29', '2024-02-29'],
    [DateScalar, '2026-02-29', 'INVALID_INPUT'],
    [DateScalar, '2026-2-9', 'INVALID_INPUT'],
    [PositionScalar, 'pa', 10n],
    [PositionScalar, '10', 'INVALID_INPUT'],
    [PositionScalar, 10, 'INVALID_INPUT'],
    [BigIntScalar, 9007199254740991, 9007199254740991],
    [BigIntScalar, '-9007199254740991', -9007199254740991],
    [BigIntScalar, '9007199254740992', 'INVALID_INPUT'],
    [BigIntScalar, 1.5, 'INVALID_INPUT'],
    [BigIntScalar, '', 'INVALID_INPUT'],
    [MinutesScalar, 0, 0],
    [MinutesScalar, -1, 'INVALID_INPUT'],
    [MinutesScalar, NaN, 'INVALID_INPUT'],
    [MinutesScalar, '5', 'INVALID_INPUT'],
    [BasisPointsScalar, '5', 'INVALID_INPUT'],
    [ScoreScalar, 4.5, 4.5],
    [ScoreScalar, '4.5', 'SCORE_OUT_OF_SCALE'],
    [ScoreScalar, Infinity, 'SCORE_OUT_OF_SCALE'],
    [BasisPointsScalar, -10_000, -10_000],
    [BasisPointsScalar, 10_001, 'INVALID_INPUT'],
  ])('%s reads %j as %s', (scalar, input, expected) => {
    expect(code(scalar.parseValue(input))).toBe(expected);
  });

  it.each<[GraphQLScalarType, string, unknown]>([
    [DateTimeScalar, '"2026-03-09T02:30:00Z"', '2026-03-09T02:30:00.000Z'],
    [MinutesScalar, '30', 30],
    [MinutesScalar, '-30', 'INVALID_INPUT'],
    [MinutesScalar, '"30"', 'INVALID_INPUT'],
    [ScoreScalar, '4.5', 4.5],
    [BigIntScalar, '"30"', 30],
    [BigIntScalar, '9007199254740991', 9007199254740991],
    [BigIntScalar, '9007199254740992', 'INVALID_INPUT'],
    [BasisPointsScalar, '0.5', 'INVALID_INPUT'],
    [PositionScalar, '{}', 'INVALID_INPUT'],
    [DateScalar, 'true', 'INVALID_INPUT'],
  ])('%s reads the literal %s as %s', (scalar, text, expected) => {
    expect(code(readLiteral(scalar, text))).toBe(expected);
  });

  it('writes what it read', () => {
    expect(PositionScalar.serialize(10n)).toBe('pa');
    expect(BigIntScalar.serialize(10n)).toBe(10);
    expect(() => BigIntScalar.serialize(2n ** 60n)).toThrow(RangeError);
  });
});

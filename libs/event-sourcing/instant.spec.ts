import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, date, integer, property, string } from 'fast-check';
import { daysBetween, fromMillis, isInstant, parseInstant, toMillis, type Instant } from './instant.js';

const dates = date({
  min: new Date('0001-01-02T00:00:00Z'),
  max: new Date('9999-12-30T00:00:00Z'),
  noInvalidDate: true,
});
const offsets = integer({ min: -14 * 60, max: 14 * 60 }).map((minutes) => {
  const size = Math.abs(minutes);
  const two = (part: number): string => String(Math.floor(part)).padStart(2, '0');
  return { minutes, text: `${minutes < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}` };
});

describe('an instant', () => {
  it('is the same moment whatever offset it was told in', () => {
    assert(
      property(dates, offsets, (moment, { minutes, text }) => {
        const local = new Date(moment.getTime() + minutes * 60_000).toISOString().replace('Z', text);
        expect(parseInstant(local)).toBe(moment.toISOString());
      }),
    );
  });

  it('sorts as text in the order of time', () => {
    assert(
      property(dates, dates, (one, other) => {
        expect(fromMillis(one.getTime()) < fromMillis(other.getTime())).toBe(one < other);
      }),
    );
  });

  it('without an offset is refused as naive: nobody knows when it was', () => {
    const naive = property(
      dates,
      constantFrom('T', 't', ' '),
      integer({ min: 0, max: 9 }),
      (moment, separator, digits) => {
        const text = moment
          .toISOString()
          .replace('T', separator)
          .replace(/\..*$/, digits > 0 ? `.${'7'.repeat(digits)}` : '');
        expect(parseInstant(text)).toBe('NAIVE_TIMESTAMP');
      },
    );
    assert(naive);
    expect(parseInstant('2025-03-09T02:30')).toBe('NAIVE_TIMESTAMP');
    expect(parseInstant('2025-03-09')).toBe('NAIVE_TIMESTAMP');
  });

  it.each([
    ['finer than a millisecond, which is cut', '2026-03-09T02:30:00.123987Z', '2026-03-09T02:30:00.123Z'],
    ['with a short fraction', '2026-03-09T02:30:00.5Z', '2026-03-09T02:30:00.500Z'],
    ['in lower case, as RFC 3339 allows', '2026-03-09t02:30:00z', '2026-03-09T02:30:00.000Z'],
    ['in a leap second, kept inside its minute', '2016-12-31T23:59:60Z', '2016-12-31T23:59:59.999Z'],
    ['on a leap day', '2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['of unknown local offset', '2026-03-09T02:30:00-00:00', '2026-03-09T02:30:00.000Z'],
  ])('is read %s', (_, text, instant) => {
    expect(parseInstant(text)).toBe(instant);
  });

  it.each([
    'abc',
    '',
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T12:60:00Z',
    '2026-01-01T12:00:61Z',
    '2026-01-01T12:00:00+24:00',
    '2026-01-01T12:00:00+05',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '+012026-01-01T00:00:00Z',
    '1767225600',
  ])('is never read from %j', (text) => {
    expect(parseInstant(text)).toBe('INVALID_INPUT');
  });

  it('is never a text of another shape, whatever comes in', () => {
    assert(
      property(string(), (text) => {
        const read = parseInstant(text);
        expect(isInstant(read) ? fromMillis(toMillis(read)) : ['NAIVE_TIMESTAMP', 'INVALID_INPUT']).toEqual(
          isInstant(read) ? read : expect.arrayContaining([read]),
        );
      }),
    );
  });

  it('is days of 24 hours away from another', () => {
    expect(daysBetween('2026-03-28T12:00:00.000Z' as Instant, '2026-03-30T00:00:00.000Z' as Instant)).toBe(1.5);
  });
});

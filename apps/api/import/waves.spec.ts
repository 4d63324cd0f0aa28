import { describe, expect, it } from '@jest/globals';
import { waves, type Ordered } from './waves.js';

const command = (stream: string, ...mentions: string[]): Ordered => ({ stream, mentions: [stream, ...mentions] });
const making = (stream: string, ...mentions: string[]): Ordered => ({ ...command(stream, ...mentions), settles: true });

describe('commands in waves', () => {
  it('puts what depends on nothing into one wave', () => {
    const commands = [command('a'), command('b'), command('a'), command('c')];
    expect(waves(commands)).toEqual([commands]);
  });

  it('lets a relationship wait for its parties, and its touches go with it', () => {
    const [a, tie, b, touch, later] = [
      command('a'),
      command('tie', 'a', 'b'),
      command('b'),
      command('tie'),
      command('later', 'b'),
    ];
    // `b` is named before it is written: the tie saw the world without it, and so it must.
    expect(waves([a, tie, b, touch, later])).toEqual([[a], [tie, touch], [b], [later]]);
  });

  it('lets everybody wait for what may turn out to be something else', () => {
    const [a, tie, touch] = [making('a'), making('tie', 'a'), command('tie')];
    expect(waves([a, tie, touch])).toEqual([[a], [tie], [touch]]);
  });

  it('keeps the order of a stream', () => {
    const [a, tie, early] = [command('a'), command('tie', 'a'), command('tie')];
    expect(waves([a, tie, early])[1]).toEqual([tie, early]);
  });

  it('is no deeper than it must be', () => {
    const parties = Array.from({ length: 50 }, (_, i) => command(`party${String(i)}`));
    const ties = parties.map(({ stream }, i) => command(`tie${String(i)}`, stream, parties[(i + 1) % 50]!.stream));
    expect(waves([...parties, ...ties]).map(({ length }) => length)).toEqual([50, 50]);
  });
});

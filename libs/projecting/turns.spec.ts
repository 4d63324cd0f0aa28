import { describe, expect, it } from '@jest/globals';
import { setImmediate as settled } from 'node:timers/promises';
import { Turns } from './turns.js';

describe('turns', () => {
  const never = new AbortController().signal;
  const open = () => Promise.withResolvers<void>();

  it('lets as many work as there are turns, and the next one when one of them ends, well or not', async () => {
    const turns = new Turns(2);
    const works = [open(), open(), open(), open()];
    const begun: number[] = [];
    const ended = works.map(({ promise }, number) =>
      turns.take(never, () => {
        begun.push(number);
        return promise;
      }),
    );
    await settled();
    expect(begun).toEqual([0, 1]);
    works[1]!.reject(new Error('broken'));
    await expect(ended[1]).rejects.toThrow('broken');
    await settled();
    expect(begun).toEqual([0, 1, 2]);
    works[0]!.resolve();
    works[2]!.resolve();
    await settled();
    expect(begun).toEqual([0, 1, 2, 3]);
    works[3]!.resolve();
    await Promise.allSettled(ended);
    await turns.take(never, () => Promise.resolve());
  });

  it('passes by who was told to stop while it waited', async () => {
    const turns = new Turns(1);
    const first = open();
    const stopping = new AbortController();
    const working = turns.take(never, () => first.promise);
    let hasBegun = false;
    const waiting = turns.take(stopping.signal, () => {
      hasBegun = true;
      return Promise.resolve();
    });
    stopping.abort();
    first.resolve();
    await Promise.all([working, waiting]);
    expect(hasBegun).toBe(false);
  });
});

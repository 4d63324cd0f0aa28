import { describe, expect, it } from '@jest/globals';
import { SharedReads } from './shared-reads.js';

/** A read that answers when it is told to, and keeps what it was asked. */
function slowRead() {
  const asked: (readonly string[])[] = [];
  const answers: (() => void)[] = [];
  const batch = (keys: readonly string[]) =>
    new Promise<readonly string[]>((resolve, reject) => {
      asked.push(keys);
      answers.push(() => {
        if (keys.includes('broken')) reject(new Error('The database is gone.'));
        else resolve(keys.map((key) => key.toUpperCase()));
      });
    });
  const answerNext = async () => {
    answers.shift()!();
    await new Promise(setImmediate);
  };
  return { asked, batch, answerNext };
}

describe('reads of many requests', () => {
  it('go at once when nothing of the name is under way, and otherwise together as the next', async () => {
    const reads = new SharedReads();
    const { asked, batch, answerNext } = slowRead();
    const first = reads.read('parties', ['a'], batch);
    const second = reads.read('parties', ['b', 'c'], batch);
    const third = reads.read('parties', ['c', 'd'], batch);
    expect(asked).toEqual([['a']]);
    await answerNext();
    expect(asked).toEqual([['a'], ['b', 'c', 'd']]);
    await answerNext();
    expect(await Promise.all([first, second, third])).toEqual([['A'], ['B', 'C'], ['C', 'D']]);
    void reads.read('parties', ['e'], batch);
    expect(asked.at(-1)).toEqual(['e']);
  });

  it('never wait for those of another name', () => {
    const reads = new SharedReads();
    const { asked, batch } = slowRead();
    void reads.read('tenant a parties', ['x'], batch);
    void reads.read('tenant b parties', ['x'], batch);
    expect(asked).toEqual([['x'], ['x']]);
  });

  it('fail together, and the next one is read all the same', async () => {
    const reads = new SharedReads();
    const { batch, answerNext } = slowRead();
    const alone = reads.read('parties', ['a'], batch);
    const failing = Promise.allSettled([reads.read('parties', ['broken'], batch), reads.read('parties', ['b'], batch)]);
    await answerNext();
    const after = reads.read('parties', ['c'], batch);
    await answerNext();
    await answerNext();
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect([await alone, await after]).toEqual([['A'], ['C']]);
  });

  it('are parted where they would be too many keys for one statement', async () => {
    const reads = new SharedReads();
    const { asked, batch, answerNext } = slowRead();
    const keysOf = (letter: string) => Array.from({ length: 300 }, (_, i) => `${letter}${String(i)}`);
    void reads.read('parties', ['first'], batch);
    void reads.read('parties', keysOf('a'), batch);
    void reads.read('parties', keysOf('b'), batch);
    await answerNext();
    await answerNext();
    expect(asked.map((keys) => keys.length)).toEqual([1, 300, 300]);
  });
});

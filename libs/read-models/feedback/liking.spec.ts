import { describe, expect, it } from '@jest/globals';
import { deriveId } from '../../event-sourcing/id.js';
import { liking } from './liking.js';

const by = deriveId('pty', 'they');
const felt = (sentimentBp: number) => ({ by, kind: 'PRAISE', sentimentBp }) as const;
const scored = (score: number, min: number, max: number) => ({ by, kind: 'CSAT', score, scale: { min, max } }) as const;

describe('how somebody likes us', () => {
  it('is the mean of what they felt', () => {
    expect(liking([felt(5000), felt(-2000)])).toEqual({ count: 2, sentimentBp: 1500 });
  });

  it('takes a score for a feeling: the lowest for the worst, the highest for the best', () => {
    expect([1, 3, 5].map((score) => liking([scored(score, 1, 5)]).sentimentBp)).toEqual([-10_000, 0, 10_000]);
    expect(liking([{ ...scored(5, 1, 5), sentimentBp: -3000 }])).toEqual({ count: 1, sentimentBp: -3000 });
  });

  it('is not known while nobody said', () => {
    expect(liking([{ by, kind: 'SUGGESTION' }])).toEqual({ count: 0, sentimentBp: null });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Journey } from '../../metrics/attribution/journey.js';
import { day, GivenLedger, TENANT } from '../testing/given-ledger.js';
import { journeys, type JourneyFilter } from './journeys.js';
import { slowJourneys } from './testing/slow-journeys.js';
import { anyStory, record, type Story } from './testing/stories.js';

const OUTCOMES = ['MADE', 'SEEN', 'CLOSED', 'VALUE'] as const;
const DIMENSIONS = ['CHANNEL', 'INTENT', 'STEWARD', 'CAMPAIGN', 'SOURCE'] as const;

/** Without the names of touches: only those of one moment could come in another order. */
const sorted = (all: readonly Journey[]) =>
  all
    .map(({ values, ...rest }) => ({
      ...rest,
      values: [...values]
        .sort((x, y) => (x.currency < y.currency ? -1 : 1))
        .map((value) => Object.values(value).join()),
    }))
    .map((journey) => JSON.stringify(journey, (_, value: unknown) => value ?? null))
    .sort();

describe('journeys', () => {
  let ledger: GivenLedger;
  const told: Story[] = [];
  beforeAll(async () => {
    ledger = await GivenLedger.open();
    ledger.project();
  });
  afterAll(() => ledger.close());

  // What comes late, is corrected or is retracted is told in any order; the reference knows only what is true in the end.
  it.each([1, 2, 3])('are what a slow walk through story %i finds, touch by touch', async (seed) => {
    const [story] = fc.sample(anyStory(`s${String(seed)}`), { seed, numRuns: 1 });
    await record(ledger, story!);
    told.push(story!);
    await ledger.shown();
    let found = 0;
    for (const outcome of OUTCOMES) {
      for (const by of DIMENSIONS) {
        for (const [lookbackDays, from, to] of [
          [20, null, 400],
          [60, 40, 90],
        ] as const) {
          const filter = { outcome, by, lookbackDays, lost: true, from: from === null ? null : day(from), to: day(to) };
          const known: JourneyFilter = filter;
          const all: Journey[] = [];
          for await (const journey of journeys(ledger.db, TENANT, known, 7)) all.push(journey);
          expect(sorted(all)).toEqual(sorted(slowJourneys(told, known)));
          found += all.reduce((sum, { touchpoints }) => sum + touchpoints.length, 0);
        }
      }
    }
    expect(found).toBeGreaterThan(500);
  });
});

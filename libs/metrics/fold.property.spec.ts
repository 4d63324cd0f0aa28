import { describe, expect, it, jest } from '@jest/globals';
import { array, assert, constantFrom, integer, property, subarray } from 'fast-check';
import { BAND_CHANGE_RESOLUTION_MS } from './band-change.js';
import { NO_SCORE } from './course.js';
import type { MetricDefinition } from './definition.js';
import { explain } from './explain.js';
import { fact, inOrder, type Fact } from './fact.js';
import { compile, type Metric } from './fold.js';
import { readDefault } from './testing/default.js';
import { anyFacts, anyMoment } from './testing/any-facts.js';
import { dayMs } from './testing/facts.js';
import { slowScore, slowValue } from './testing/slow-reference.js';
import { dump, restore, type MetricState, type StoredState } from './state.js';

const MINUTES = 'outcome == "CONNECTED" ? 0.5 + minutes / 60 : 1.0';
/** Every component in every mode, with conditions and weights of all kinds. */
const everything: MetricDefinition = {
  metric: 'everything',
  cadenceDays: 30,
  components: [
    { type: 'recency', name: 'grace', weight: 1, mode: 'GRACE', halfLifeDays: 40, fromOpening: true },
    { type: 'recency', name: 'age', weight: 1, mode: 'AGE', halfLifeDays: 90, when: 'outcome == "CONNECTED"' },
    { type: 'frequency', name: 'frequency', weight: 2, halfLifeDays: 60, weigh: MINUTES },
    { type: 'frequency', name: 'once', weight: 1, halfLifeDays: 20, dedupeMinutes: 15 },
    { type: 'mix', name: 'mix', weight: 1, halfLifeDays: 60, shrink: 2 },
    { type: 'reciprocity', name: 'reciprocity', weight: 1, halfLifeDays: 45, ideal: 2 / 3, missing: 'NEUTRAL' },
    {
      type: 'trust',
      name: 'trust',
      weight: 2,
      halfLifeDays: 120,
      kappa: 2,
      selfOrientationFloor: 0.4,
      weigh: 'customized ? 2 : 1',
    },
    { type: 'commitments', name: 'commitments', weight: 2, halfLifeDays: 200, overdueWeight: 0.5, when: 'side == "A"' },
    {
      type: 'feedback',
      name: 'feedback',
      weight: 1,
      halfLifeDays: 90,
      prior: 0.6,
      priorWeight: 1,
      sentimentByKind: { COMPLAINT: -5000 },
    },
    { type: 'referral', name: 'target', weight: 1, mode: 'TARGET', halfLifeDays: 60, target: 3, missing: 'ZERO' },
    {
      type: 'referral',
      name: 'baseline',
      weight: 1,
      mode: 'BASELINE',
      halfLifeDays: 60,
      relationshipKinds: ['REFERRAL_PARTNER'],
    },
    {
      ...{
        type: 'decayed',
        name: 'harm',
        weight: 1,
        when: 'sign < 0 || kind == "COMMITMENT_BROKEN"',
        halfLifeDays: 30,
      },
      ...{ saturation: { mode: 'EXPONENTIAL', full: 2 }, inverted: true },
    },
  ],
  caps: [{ name: 'GRIEVANCE', at: 40, whileOpen: 'detail == "GRIEVANCE"' }],
  bands: [
    { name: 'GREEN', from: 70 },
    { name: 'AMBER', from: 40 },
    { name: 'RED', from: 0 },
  ],
};
const worst: MetricDefinition = { ...everything, scoring: 'WORST_OF' };
const weighs: { readonly [component: string]: (fact: Fact) => number } = {
  age: ({ outcome }) => (outcome === 'CONNECTED' ? 1 : 0),
  frequency: ({ outcome, minutes }) => (outcome === 'CONNECTED' ? 0.5 + (minutes ?? 0) / 60 : 1),
  trust: ({ customized }) => (customized ? 2 : 1),
  commitments: ({ side }) => (side === 'A' ? 1 : 0),
  harm: ({ sign, kind }) => (sign < 0 || kind === 'COMMITMENT_BROKEN' ? 1 : 0),
};

const metrics = [everything, worst, readDefault()].map(compile);
const metric = metrics[0]!;
const anyMetric = constantFrom(...metrics);

const NOTHING = { relationshipId: '', eventId: '', kind: 'OPENED', occurredAt: 0, recordedAt: 0, position: 0 } as const;
const scoresOf = (of: Metric, state: MetricState, at: number): number[] => {
  const { score, beforeCaps, components } = of.value(state, at);
  return [score ?? -1, beforeCaps ?? -1, ...components.map(({ value }) => value ?? -1)];
};
function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, index) => expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-9));
}

/** As a live read model does: facts as they arrive, from all facts again where one comes too late. */
function absorbed(of: Metric, arriving: readonly Fact[]): MetricState {
  let state = of.init();
  arriving.forEach((fact, index) => {
    if (!of.step(state, fact)) state = of.foldAll(arriving.slice(0, index + 1), { asOf: Infinity });
  });
  return state;
}
const shuffled = (facts: readonly Fact[], keys: readonly number[]): Fact[] =>
  facts
    .map((fact, index) => ({ fact, key: (keys[index % keys.length]! * (index + 7919)) % 1009 }))
    .sort((a, b) => a.key - b.key)
    .map(({ fact }) => fact);
const anyOrder = array(integer({ min: 1, max: 1008 }), { minLength: 5, maxLength: 40 });

describe('a score', () => {
  it('is what the formulas say, component by component', () => {
    assert(
      property(anyFacts, anyMoment, constantFrom(everything, worst), (all, at, definition) => {
        const facts = all.filter((fact) => fact.occurredAt <= at);
        const asked = { definition, facts, at, weighs };
        const of = metrics[definition === everything ? 0 : 1]!;
        const state = of.foldAll(all, { asOf: at });
        const expected = definition.components.map((component) => slowValue(asked, component) ?? null);
        const values = of.value(state, at).components.map(({ value, missing }) => (missing ? null : value));
        expectClose(
          values.map((value) => value ?? -1),
          expected.map((value) => value ?? -1),
        );
        expectClose([of.value(state, at).score ?? -1], [slowScore(asked) ?? -1]);
      }),
      { numRuns: 300 },
    );
  });

  it('does not depend on the order in which facts arrive', () => {
    assert(
      property(anyFacts, anyOrder, anyMetric, (facts, keys, of) => {
        const at = dayMs(700);
        expectClose(
          scoresOf(of, absorbed(of, shuffled(facts, keys)), at),
          scoresOf(of, of.foldAll(facts, { asOf: at }), at),
        );
      }),
    );
  });

  it('is the same live as from scratch, and through what is stored', () => {
    assert(
      property(anyFacts, anyMetric, anyMoment, (all, of, at) => {
        const facts = all.filter((fact) => fact.occurredAt <= at);
        let state = of.init();
        for (const fact of facts.toSorted(inOrder)) {
          expect(of.step(state, fact)).toBe(true);
          const { numbers, rest } = dump(state);
          state = restore({ numbers, rest: JSON.parse(JSON.stringify(rest)) as StoredState['rest'] });
        }
        expect(scoresOf(of, state, at)).toEqual(scoresOf(of, of.foldAll(all, { asOf: at }), at));
      }),
    );
  });

  it('is the same from those fields of facts alone that the fold says it asks for', () => {
    assert(
      property(anyFacts, anyMetric, (facts, of) => {
        const asked = facts.map((each) => {
          const fields = Object.entries(each).filter(([field]) => of.fields.has(field as keyof Fact));
          return fact({ ...NOTHING, ...Object.fromEntries(fields), ...(each.kind === 'TOUCH' && { entryId: null }) });
        });
        expect(of.foldAll(asked, { asOf: Infinity })).toEqual(of.foldAll(facts, { asOf: Infinity }));
      }),
    );
  });

  it('is before caps exactly what its contributions add up to', () => {
    assert(
      property(anyFacts, anyMoment, anyMetric, (facts, at, of) => {
        const state = of.foldAll(facts, { asOf: at });
        const { score, beforeCaps, components, caps } = of.value(state, at);
        expect(of.score(state, at)).toBe(score ?? NaN);
        if (score === null || beforeCaps === null) return;
        expect(components.reduce((sum, { contribution }) => sum + contribution, 0)).toBe(beforeCaps);
        expect(score).toBe(Math.min(100, beforeCaps, ...caps.map((cap) => cap.at)));
      }),
    );
  });

  it('as of a moment is that of the facts up to it; a state that knows more is not asked about the past', () => {
    assert(
      property(anyFacts, anyMoment, anyMetric, (facts, at, of) => {
        const upTo = facts.filter(({ occurredAt }) => occurredAt <= at);
        expect(scoresOf(of, of.foldAll(facts, { asOf: at }), at)).toEqual(
          scoresOf(of, of.foldAll(upTo, { asOf: Infinity }), at),
        );
      }),
    );
  });

  it('is after a retraction as if that had never been recorded, and before it as it was known', () => {
    assert(
      property(
        anyFacts.chain((facts) => subarray(facts).map((gone) => ({ facts, gone: new Set(gone) }))),
        anyMetric,
        ({ facts, gone }, of) => {
          const at = dayMs(700);
          const now = facts.map((fact) => (gone.has(fact) ? { ...fact, retractedAtPosition: 1000 } : fact));
          const without = facts.filter((fact) => !gone.has(fact));
          expect(scoresOf(of, of.foldAll(now, { asOf: at }), at)).toEqual(
            scoresOf(of, of.foldAll(without, { asOf: at }), at),
          );
          expect(scoresOf(of, of.foldAll(now, { asOf: at, asKnown: 999 }), at)).toEqual(
            scoresOf(of, of.foldAll(facts, { asOf: at }), at),
          );
        },
      ),
    );
  });

  it('does not depend on the clock of the machine', () => {
    assert(
      property(anyFacts, anyMoment, (facts, at) => {
        const compute = () => scoresOf(metric, metric.foldAll(facts, { asOf: at }), at);
        const here = compute();
        jest.useFakeTimers({ now: Date.UTC(2099, 0, 1) });
        try {
          expect(compute()).toEqual(here);
        } finally {
          jest.useRealTimers();
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('an explanation', () => {
  it('adds up exactly, line by line and component by component', () => {
    assert(
      property(anyFacts, anyMoment, anyMoment, anyMoment, (facts, one, other, changedAt) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const versions = [
          { metric: metrics[0]!, name: 'everything@1', from: 0 },
          { metric: metrics[2]!, name: 'everything@2', from: changedAt },
        ];
        const told = explain(versions, facts, from, { asOf: to });
        expect(told.lines.reduce((sum, { points }) => sum + points, 0)).toBe(
          (told.scoreTo ?? 0) - (told.scoreFrom ?? 0),
        );
        for (const { points, components, capPoints } of told.lines) {
          expect(components.reduce((sum, each) => sum + each.points, capPoints)).toBe(points);
        }
        const scoreAt = (at: number) => {
          const of = versions[at >= changedAt ? 1 : 0]!.metric;
          return of.value(of.foldAll(facts, { asOf: at }), at).score;
        };
        expect([told.scoreFrom, told.scoreTo]).toEqual([scoreAt(from), scoreAt(to)]);
        const isChanged = changedAt > from && changedAt <= to;
        expect(told.lines.filter(({ kind }) => kind === 'DEFINITION')).toHaveLength(isChanged ? 1 : 0);
      }),
    );
  });
});

const MINUTE = BAND_CHANGE_RESOLUTION_MS;

describe('the course of a score', () => {
  it('stays within its bounds at every moment between, and is what the score is', () => {
    assert(
      property(anyFacts, anyMoment, integer({ min: 0, max: 400 }), anyMetric, (facts, at, days, of) => {
        const state = of.foldAll(facts, { asOf: at });
        const course = of.course(state, at);
        const [from, to] = [course.begin.at, course.begin.at + days * 86_400_000];
        const [lowest, highest] = course.between(course.begin, course.at(to));
        for (let step = 0; step <= 20; step++) {
          const moment = from + Math.floor(((to - from) * step) / 20);
          const score = of.value(state, moment).score ?? NO_SCORE;
          expect(Math.abs(course.at(moment).score - score)).toBeLessThan(1e-9);
          expect(score).toBeGreaterThan(lowest - 1e-9);
          expect(score).toBeLessThan(highest + 1e-9);
        }
      }),
    );
  });
});

describe('the next change of band', () => {
  it('is the first that a walk through time meets, to the minute', () => {
    assert(
      property(anyFacts, anyMoment, anyMetric, (facts, at, of) => {
        const state = of.foldAll(facts, { asOf: at });
        const bandAt = (moment: number) => of.value(state, moment).band;
        const next = of.nextBandChangeAt(state, at, 300);
        const now = bandAt(at);
        const end = next ?? at + 300 * 86_400_000;
        for (let step = 0; step < 200; step++)
          expect(bandAt(at + Math.floor((Math.max(0, end - MINUTE - at) * step) / 200))).toBe(now);
        if (next !== undefined) expect(bandAt(next)).not.toBe(now);
      }),
      { numRuns: 60 },
    );
  });
});

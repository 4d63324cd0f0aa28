import { describe, expect, it } from '@jest/globals';
import { explain } from './explain.js';
import { compile } from './fold.js';
import { history, momentsBetween } from './history.js';
import { topReasons } from './reasons.js';
import { readDefault } from './testing/default.js';
import { commitment, dayMs, feedback, said, touch } from './testing/facts.js';

const definition = readDefault();
const metric = compile(definition);
const second = compile({ ...definition, cadenceDays: 14 });
const facts = [
  said('OPENED', 0, { detail: 'CARE' }),
  touch(5),
  touch(20, { direction: 'INBOUND' }),
  commitment('COMMITMENT_MADE', 21, 'promise', { dueAt: dayMs(40) }),
  feedback('FEEDBACK', 60, 'complaint', { detail: 'GRIEVANCE' }),
  feedback('FEEDBACK_RESOLVED', 70, 'complaint'),
];
const one = { metric, name: 'relationship-health@1', from: 0 };

describe('why a score moved', () => {
  const told = explain([one, { metric: second, name: 'relationship-health@2', from: dayMs(80) }], facts, dayMs(10), {
    asOf: dayMs(90),
  });
  const line = (eventId: string) => told.lines.find((each) => each.kind === 'FACT' && each.fact.eventId === eventId)!;

  it('is told in the order in which it was so: facts, silences, definitions', () => {
    expect(told.lines.map(({ at }) => at)).toEqual(told.lines.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(new Set(told.lines.map(({ kind }) => kind))).toEqual(new Set(['FACT', 'TIME', 'DEFINITION']));
  });

  it('shows what a cap took and gave back', () => {
    expect(line(facts[4]!.eventId).capPoints).toBeLessThan(0);
    expect(line(facts[5]!.eventId).capPoints).toBeGreaterThan(0);
    const at = (day: number) => metric.value(metric.foldAll(facts, { asOf: dayMs(day) }), dayMs(day));
    expect(at(65)).toMatchObject({ score: 40, caps: [{ name: 'OPEN_GRIEVANCE', at: 40 }] });
    expect(at(75).caps).toEqual([]);
  });

  it('has the promise that became overdue in the silence in which it did', () => {
    const silence = told.lines.find((each) => each.kind === 'TIME' && each.since < dayMs(40) && each.at > dayMs(40));
    expect(silence?.components).toContainEqual({ name: 'commitments', points: expect.any(Number) });
  });

  it('is said in words, the most of it first', () => {
    const reasons = topReasons(told, 4);
    expect(reasons).toHaveLength(4);
    const points = reasons.map((reason) => Math.abs(reason.points));
    expect(points).toEqual(points.toSorted((a, b) => b - a));
    const all = topReasons(told, 100).map(({ text }) => text);
    expect(all).toContain('Phone call, inbound, on 2026-01-21 (reciprocity)');
    expect(all).toContain('Feedback: grievance on 2026-03-02 (feedback)');
    expect(all).toContain('The definition changed from relationship-health@1 to relationship-health@2');
    expect(all).toContain('recency changed as time passed (80 days)');
  });

  it('knows only what was known then', () => {
    const asKnown = facts[3]!.position;
    const known = explain([one], facts, dayMs(10), { asOf: dayMs(90), asKnown });
    expect(known.lines.some((each) => each.kind === 'FACT' && each.fact.kind === 'FEEDBACK')).toBe(false);
  });

  it('counts from 0 where there was no score', () => {
    const told = explain([one], facts, dayMs(-1), { asOf: dayMs(0) });
    expect(told).toMatchObject({ scoreFrom: null, scoreTo: 100, lines: [{ kind: 'FACT', points: 100 }] });
  });
});

describe('evidence', () => {
  it('is what counts most in a component, and only what counts there', () => {
    const evidence = metric.evidence(facts, { asOf: dayMs(90) }, 3);
    const ids = (name: string) => evidence.get(name)!.map(({ eventId }) => eventId);
    expect(ids('recency')).toEqual([facts[2]!.eventId]);
    expect(ids('frequency')).toEqual([facts[2]!.eventId, facts[1]!.eventId]);
    expect(ids('feedback')).toEqual([facts[4]!.eventId]);
    expect(ids('referral')).toEqual([]);
  });
});

describe('the history of a score', () => {
  const versions = [one, { metric: second, name: 'relationship-health@2', from: dayMs(80) }];

  it('has at each moment the version in force, and what the facts up to then come to', () => {
    const moments = momentsBetween(dayMs(-5), dayMs(90), 20);
    expect([moments[0], moments.at(-1), moments.length]).toEqual([dayMs(-5), dayMs(90), 20]);
    const points = history(versions, facts, moments);
    expect(points).toEqual(
      moments.map((at) => {
        const { metric: of, name } = at >= dayMs(80) ? versions[1]! : one;
        const { score, band } = of.value(of.foldAll(facts, { asOf: at }), at);
        return { at, score, band, version: name };
      }),
    );
  });

  it('can be that which was known at some position', () => {
    const [point] = history(versions, facts, [dayMs(65)], { asKnown: facts[3]!.position });
    expect(point!.score).toBeGreaterThan(40);
  });
});

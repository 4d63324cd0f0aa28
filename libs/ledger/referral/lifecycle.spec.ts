import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, integer, property, shuffledSubarray, uniqueArray } from 'fast-check';
import { fromMillis } from '../../event-sourcing/instant.js';
import { contradictionTo, inOrderOfTime, standingAfter, type DatedStep, type RecordedStep } from './lifecycle.js';
import { ReferralProgress, ReferralStep, type ReferralStatus } from './referral.words.js';

const at = (days: number) => fromMillis(Date.UTC(2026, 0, days));
const PROGRESS = Object.values(ReferralProgress);
const STEPS: readonly RecordedStep[] = [...Object.values(ReferralStep), 'LEAKED', 'REDIRECTED'];

/** How a referral came to stand where it does: one step a day, each of them reported. */
const PATHS: { readonly [Status in ReferralStatus]: readonly RecordedStep[] } = {
  DRAFTED: [],
  SENT: PROGRESS.slice(0, 1),
  RECEIVED: PROGRESS.slice(0, 2),
  ACCEPTED: PROGRESS.slice(0, 3),
  SCHEDULED: PROGRESS.slice(0, 4),
  SEEN: PROGRESS.slice(0, 5),
  REPORTED: PROGRESS.slice(0, 6),
  ACKNOWLEDGED: PROGRESS.slice(0, 7),
  CLOSED: PROGRESS,
  DECLINED: ['SENT', 'DECLINED'],
  NO_SHOW: ['SENT', 'SCHEDULED', 'NO_SHOW'],
  CANCELLED: ['SENT', 'CANCELLED'],
  EXPIRED: ['SENT', 'EXPIRED'],
  LEAKED: ['SENT', 'LEAKED'],
  REDIRECTED: ['SENT', 'REDIRECTED'],
};

// Where it stands after the step at the head of the column; - where the step is refused.
const NEXT = `
             SENT RECEIVED ACCEPTED DECLINED SCHEDULED NO_SHOW SEEN REPORTED ACKNOWLEDGED CLOSED CANCELLED EXPIRED LEAKED REDIRECTED
DRAFTED      SENT RECEIVED ACCEPTED DECLINED SCHEDULED NO_SHOW SEEN REPORTED ACKNOWLEDGED CLOSED CANCELLED EXPIRED LEAKED REDIRECTED
SENT         -    RECEIVED ACCEPTED DECLINED SCHEDULED NO_SHOW SEEN REPORTED ACKNOWLEDGED CLOSED CANCELLED EXPIRED LEAKED REDIRECTED
RECEIVED     -    -        ACCEPTED DECLINED SCHEDULED NO_SHOW SEEN REPORTED ACKNOWLEDGED CLOSED CANCELLED EXPIRED LEAKED REDIRECTED
ACCEPTED     -    -        -        -        SCHEDULED NO_SHOW SEEN REPORTED ACKNOWLEDGED CLOSED CANCELLED EXPIRED LEAKED REDIRECTED
SCHEDULED    -    -        -        -        SCHEDULED NO_SHOW SEEN REPORTED ACKNOWLEDGED CLOSED CANCELLED EXPIRED LEAKED REDIRECTED
NO_SHOW      -    NO_SHOW  NO_SHOW  -        SCHEDULED NO_SHOW SEEN REPORTED ACKNOWLEDGED CLOSED CANCELLED EXPIRED LEAKED REDIRECTED
SEEN         -    -        -        -        SEEN      -       -    REPORTED ACKNOWLEDGED CLOSED CANCELLED EXPIRED LEAKED REDIRECTED
REPORTED     -    -        -        -        REPORTED  -       -    -        ACKNOWLEDGED CLOSED CANCELLED EXPIRED LEAKED REDIRECTED
ACKNOWLEDGED -    -        -        -        ACKNOWLEDGED -    -    -        -            CLOSED CANCELLED EXPIRED LEAKED REDIRECTED
CLOSED       -    -        -        -        CLOSED    -       -    -        -            -      -         -       -      -
DECLINED     -    -        -        -        -         -       -    -        -            -      -         -       -      -
CANCELLED    -    -        -        -        -         -       -    -        -            -      -         -       -      -
EXPIRED      -    -        -        -        -         -       -    -        -            -      -         -       -      -
LEAKED       -    -        -        -        -         -       -    -        -            -      -         -       -      -
REDIRECTED   -    -        -        -        -         -       -    -        -            -      -         -       -      -`;
const [HEAD, ...LINES] = NEXT.trim()
  .split('\n')
  .map((line) => line.trim().split(/ +/));
const TABLE = LINES.flatMap(([status, ...cells]) =>
  cells.map((next, index) => ({ status: status as ReferralStatus, step: HEAD![index] as RecordedStep, next })),
);

const dated = (steps: readonly RecordedStep[]): DatedStep[] =>
  steps.map((step, index) => ({ step, at: at(index + 1) }));

/** Takes what fits, in the order in which it comes; what does not fit is refused. */
const taken = (reports: readonly DatedStep[]): DatedStep[] =>
  reports.reduce<DatedStep[]>((known, next) => (contradictionTo(next, known) ? known : [...known, next]), []);

describe('a step after all that came before it', () => {
  it('is looked at in every state', () => {
    expect(HEAD).toEqual(STEPS);
    expect(LINES.map(([status]) => status).sort()).toEqual(Object.keys(PATHS).sort());
    for (const [status, path] of Object.entries(PATHS)) expect(standingAfter(dated(path)).status).toBe(status);
  });

  it.each(TABLE)('$status, then $step: $next', ({ status, step, next }) => {
    const steps = dated(PATHS[status]);
    const reported = { step, at: at(20) };
    if (next === '-') expect(contradictionTo(reported, steps)).toBeDefined();
    else {
      expect(contradictionTo(reported, steps)).toBeUndefined();
      expect(standingAfter([...steps, reported]).status).toBe(next);
    }
  });
});

describe('what steps prove', () => {
  it.each<[readonly RecordedStep[], readonly string[]]>([
    [[], []],
    [['SENT'], []],
    [
      ['SENT', 'SEEN'],
      ['RECEIVED', 'ACCEPTED', 'SCHEDULED'],
    ],
    [['SEEN'], ['SENT', 'RECEIVED', 'ACCEPTED', 'SCHEDULED']],
    [['DECLINED'], ['SENT', 'RECEIVED']],
    [
      ['ACCEPTED', 'NO_SHOW'],
      ['SENT', 'RECEIVED', 'SCHEDULED'],
    ],
    [['CANCELLED'], []],
    [['SENT', 'EXPIRED'], []],
    [['CLOSED'], PROGRESS.slice(0, 7)],
  ])('of %j: %j', (steps, inferred) => {
    expect(standingAfter(dated(steps)).inferred).toEqual(inferred);
  });

  it('is inferred no longer once it is reported, late as it may be', () => {
    const late = inOrderOfTime([...dated(['SENT', 'SEEN']), { step: 'ACCEPTED' as const, at: at(1) }]);
    expect(standingAfter(late)).toEqual({ status: 'SEEN', inferred: ['RECEIVED', 'SCHEDULED'] });
  });
});

describe('steps that come in late', () => {
  it('are refused for what is dated after them, as they would have been in their order', () => {
    const cancelled: DatedStep = { step: 'CANCELLED', at: at(5) };
    const seen = (days: number): DatedStep => ({ step: 'SEEN', at: at(days) });
    expect(contradictionTo(seen(6), [cancelled])).toBe(cancelled);
    expect(contradictionTo(seen(5), [cancelled])).toBe(cancelled);
    expect(contradictionTo(seen(4), [cancelled])).toBeUndefined();
    expect(contradictionTo(cancelled, [seen(6)])).toMatchObject({ step: 'SEEN' });
    expect(contradictionTo({ step: 'ACCEPTED', at: at(1) }, [{ step: 'DECLINED', at: at(2) }])).toBeDefined();
    expect(contradictionTo({ step: 'NO_SHOW', at: at(3) }, [seen(6)])).toBeUndefined();
  });

  const step = constantFrom(...STEPS);
  // On different days: what is dated alike stands in the order of arrival.
  const reports = uniqueArray(integer({ min: 1, max: 40 }), { maxLength: 12 }).chain((days) =>
    array(step, { minLength: days.length, maxLength: days.length }).map((steps) =>
      steps.map((one, index): DatedStep => ({ step: one, at: at(days[index]!) })),
    ),
  );
  const inAnyOrder = reports.map(taken).chain((known) => {
    const all = { minLength: known.length, maxLength: known.length };
    return shuffledSubarray(known, all).map((shuffled) => ({ known, shuffled }));
  });

  it('lead to where they would have led in any other order', () => {
    assert(
      property(inAnyOrder, ({ known, shuffled }) => {
        expect(taken(shuffled)).toEqual(shuffled);
        expect(standingAfter(inOrderOfTime(shuffled))).toEqual(standingAfter(inOrderOfTime(known)));
      }),
      { numRuns: 1000 },
    );
  });

  it('leave no contradiction behind when some of them are retracted', () => {
    assert(
      property(
        reports.map(taken).chain((known) => shuffledSubarray(known)),
        (left) => {
          expect(taken(left)).toEqual(left);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

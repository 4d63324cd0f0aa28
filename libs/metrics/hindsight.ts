import { inOrder, stood, type Fact } from './fact.js';

const DAY_MS = 86_400_000;

/** Whoever referred so often within so many days, and then not for so many, has lost the habit. */
export const REFERRING = { atLeast: 3, withinDays: 365, silentDays: 90 } as const;

/** What became of a relationship: when it was lost, when it ended otherwise (milliseconds); neither: it is there. */
export interface Fate {
  readonly openedAt: number | null;
  readonly lostAt: number | null;
  readonly endedAt: number | null;
}

/**
 * Lost: it lapsed, or its referrals did (`REFERRING`), at the moment from which on this can be seen. Of facts that stand,
 * in their order, up to `at`.
 */
export function fateOf(facts: readonly Fact[], at: number): Fate {
  let [openedAt, lapsedAt, endedAt]: (number | null)[] = [null, null, null];
  const referred: number[] = [];
  for (const { kind, occurredAt } of facts) {
    if (occurredAt > at) break;
    if (kind === 'OPENED') openedAt ??= occurredAt;
    else if (kind === 'LAPSED') lapsedAt = occurredAt;
    else if (kind === 'ENDED') endedAt = occurredAt;
    else if (kind === 'REFERRAL') referred.push(occurredAt);
  }
  return {
    openedAt: openedAt ?? null,
    lostAt: lapsedAt ?? silentSince(referred, endedAt ?? at),
    endedAt: endedAt ?? null,
  };
}

function silentSince(referred: readonly number[], at: number): number | null {
  const [last, first] = [referred.at(-1), referred.at(-REFERRING.atLeast)];
  if (last === undefined || first === undefined || last - first > REFERRING.withinDays * DAY_MS) return null;
  const seen = last + REFERRING.silentDays * DAY_MS;
  return seen <= at ? seen : null;
}

/**
 * What was known of a relationship at a moment, of what had happened by then, in order; null: nothing was. `facts` hold
 * also what was superseded since; `takenBackAt` says when the ledger learnt what stands at such a position.
 */
export function knownThen(
  facts: readonly Fact[],
  moment: number,
  takenBackAt: (position: number) => number,
): readonly Fact[] | null {
  let asKnown = -1; // positions go with the clock of the ledger: one of them parts what was known from what was not
  for (const { recordedAt, position, retractedAtPosition } of facts) {
    if (recordedAt <= moment && position > asKnown) asKnown = position;
    if (retractedAtPosition !== null && retractedAtPosition > asKnown && takenBackAt(retractedAtPosition) <= moment)
      asKnown = retractedAtPosition;
  }
  return asKnown < 0 ? null : facts.filter((fact) => stood(fact, { asOf: moment, asKnown })).sort(inOrder);
}

/** How well a definition warned. */
export interface Warning {
  /** Of the lost, and of the kept, how many were in the lowest band. */
  readonly lost: number;
  readonly kept: number;
  /** Of the lost that anything was known of, the share that was flagged; null: none was. */
  readonly recall: number | null;
  /** Of the flagged, the share that was lost; null: none was flagged. */
  readonly precision: number | null;
}

export interface Hindsight {
  readonly lost: number;
  readonly kept: number;
  /** Of both, those that nothing was known of at the moment that counts. */
  readonly unknownLost: number;
  readonly unknownKept: number;
  readonly before: Warning;
  readonly after: Warning;
}

/** A relationship some days before it was lost; of one that was not, some days ago. */
export interface HindsightCase {
  readonly isLost: boolean;
  /** Whether each definition had it in its lowest band; null: nothing was known of it. */
  readonly flagged: { readonly before: boolean; readonly after: boolean } | null;
}

/** Takes relationships in one by one. */
export class HindsightTally {
  private readonly all = { lost: 0, kept: 0 };
  private readonly unknown = { lost: 0, kept: 0 };
  private readonly before = { lost: 0, kept: 0 };
  private readonly after = { lost: 0, kept: 0 };

  add({ isLost, flagged }: HindsightCase): void {
    const which = isLost ? 'lost' : 'kept';
    this.all[which] += 1;
    if (!flagged) this.unknown[which] += 1;
    if (flagged?.before) this.before[which] += 1;
    if (flagged?.after) this.after[which] += 1;
  }

  summary(): Hindsight {
    const known = this.all.lost - this.unknown.lost;
    const rated = ({ lost, kept }: { readonly lost: number; readonly kept: number }): Warning => ({
      ...{ lost, kept },
      recall: known === 0 ? null : lost / known,
      precision: lost + kept === 0 ? null : lost / (lost + kept),
    });
    const [unknownLost, unknownKept] = [this.unknown.lost, this.unknown.kept];
    return { ...this.all, unknownLost, unknownKept, before: rated(this.before), after: rated(this.after) };
  }
}

import { creditsOf, MICROS, shareOut } from './credits.js';
import type { Amount, Journey } from './journey.js';
import { TransitionCounts } from './markov.js';
import { byKey, sharesOf, type AttributionModel, type JourneyModel, type ModelParameters } from './models.js';

type Key = string | null;

/** Sums over outcomes. */
export interface Credited {
  /** Millionths of outcomes. */
  readonly creditMicros: number;
  /** Outcomes that have a part in it, each as a whole. */
  readonly outcomes: number;
  /** Their worth, split as the credit is; one per currency, in the order of their codes. */
  readonly values: readonly Amount[];
}

export interface CreditRow extends Credited {
  readonly key: Key;
}

/** Rows and what is unattributed sum to the total, in credit and in each currency, to the last unit. */
export interface AttributionResult {
  /** The most credited first. */
  readonly rows: readonly CreditRow[];
  /** Outcomes that nothing led to. */
  readonly unattributed: Credited;
  readonly total: Credited;
}

class Sums {
  creditMicros = 0;
  outcomes = 0;
  private readonly amounts = new Map<string, bigint>();

  add(currency: string, amountMinor: bigint): void {
    this.amounts.set(currency, (this.amounts.get(currency) ?? 0n) + amountMinor);
  }

  get values(): Amount[] {
    const amounts = [...this.amounts].map(([currency, amountMinor]) => ({ currency, amountMinor }));
    return amounts.sort((one, other) => byKey(one.currency, other.currency));
  }

  get credited(): Credited {
    return { creditMicros: this.creditMicros, outcomes: this.outcomes, values: this.values };
  }
}

/**
 * Who earned what: journeys go in, in any order, sums come out. Memory is bounded by keys (of MARKOV by pairs of them),
 * not by journeys.
 */
export class Attribution {
  private readonly rows = new Map<Key, Sums>();
  private readonly unattributed = new Sums();
  private readonly total = new Sums();
  private readonly transitions = new TransitionCounts();

  constructor(
    private readonly model: AttributionModel,
    private readonly parameters: ModelParameters,
  ) {}

  add(journey: Journey): void {
    const { touchpoints, conversions, nulls } = journey;
    this.count(this.total, journey);
    if (touchpoints.length === 0) return this.count(this.unattributed, journey);
    const keys = touchpoints.map(({ key }) => key);
    if (this.model === 'MARKOV') this.transitions.add(keys, conversions, nulls);
    if (conversions === 0) return;
    for (const key of new Set(keys)) this.row(key).outcomes += conversions;
    if (this.model !== 'MARKOV') this.credit(this.model, journey);
  }

  /** Throws `TooManySources` of MARKOV. */
  result(): AttributionResult {
    const rows = this.model === 'MARKOV' ? this.markov() : this.rows;
    return {
      rows: [...rows]
        .map(([key, sums]) => ({ key, ...sums.credited }))
        .sort((one, other) => other.creditMicros - one.creditMicros || byKey(one.key, other.key)),
      unattributed: this.unattributed.credited,
      total: this.total.credited,
    };
  }

  private count(sums: Sums, { conversions, values }: Journey): void {
    sums.outcomes += conversions;
    sums.creditMicros += conversions * MICROS;
    if (conversions > 0) for (const { currency, amountMinor } of values) sums.add(currency, amountMinor);
  }

  private credit(model: JourneyModel, journey: Journey): void {
    const shares = sharesOf(model, journey, this.parameters);
    const credits = creditsOf(
      shares.map(({ weight }) => weight),
      journey.conversions * MICROS,
    );
    shares.forEach(({ key }, i) => (this.row(key).creditMicros += credits[i]!));
    for (const { currency, amountMinor } of journey.values) {
      const amounts = shareOut(amountMinor, credits);
      shares.forEach(({ key }, i) => {
        if (amounts[i]! > 0n) this.row(key).add(currency, amounts[i]!);
      });
    }
  }

  /** All outcomes that something led to, by removal effects. */
  private markov(): ReadonlyMap<Key, Sums> {
    const micros = this.total.creditMicros - this.unattributed.creditMicros;
    if (micros === 0) return new Map();
    const { effects } = this.transitions.removalEffects();
    const credits = creditsOf(
      effects.map(({ effect }) => effect),
      micros,
    );
    const rows = effects.map(({ key }, i) => {
      const sums = new Sums();
      sums.outcomes = this.rows.get(key)?.outcomes ?? 0;
      sums.creditMicros = credits[i]!;
      return [key, sums] as const;
    });
    const dropped = new Map(this.unattributed.values.map(({ currency, amountMinor }) => [currency, amountMinor]));
    for (const { currency, amountMinor } of this.total.values) {
      const amounts = shareOut(amountMinor - (dropped.get(currency) ?? 0n), credits);
      rows.forEach(([, sums], i) => {
        if (amounts[i]! > 0n) sums.add(currency, amounts[i]!);
      });
    }
    return new Map(rows);
  }

  private row(key: Key): Sums {
    let sums = this.rows.get(key);
    if (!sums) this.rows.set(key, (sums = new Sums()));
    return sums;
  }
}

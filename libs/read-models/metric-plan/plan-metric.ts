import type pg from 'pg';
import type { Instant } from '../../event-sourcing/instant.js';
import { toMillis } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import { mostSpecific, withNext, type MetricDefinition } from '../../metrics/definition.js';
import { inOrder, stood, type Fact } from '../../metrics/fact.js';
import { compile, type Metric } from '../../metrics/fold.js';
import { fateOf, HindsightTally, knownThen, type Fate, type Hindsight } from '../../metrics/hindsight.js';
import { PlanTally, type PlanSummary } from '../../metrics/plan.js';
import { bandOf, type MetricValue } from '../../metrics/score.js';
import type { MetricState } from '../../metrics/state.js';
import { streamFacts } from '../facts/fact-stream.js';
import { OPEN } from '../on.js';

const DAY_MS = 86_400_000;
/** Losses that are looked back at. */
const LOOKED_BACK_MS = 365 * DAY_MS;

/** What shall be planned: plain data, so that it can go to another thread. */
export interface PlanRequest {
  readonly tenantId: string;
  /** What is in force, of each metric one. */
  readonly inForce: readonly MetricDefinition[];
  readonly proposed: MetricDefinition;
  /** Milliseconds: as things are, or were, then. */
  readonly asOf: number;
  readonly movers: number;
  readonly hindsight: {
    /** How long before a loss one looks. */
    readonly days: number;
    /** By what was known then, or by all that is known now. */
    readonly knowing: 'THEN' | 'NOW';
  };
}

export interface PlanFigures extends PlanSummary {
  readonly hindsight: Hindsight;
  readonly facts: number;
  readonly milliseconds: number;
  /** Up to where the facts say what happened. */
  readonly position: Position;
}

/** Computes a plan, wherever it does. */
export type PlanMetric = (request: PlanRequest) => Promise<PlanFigures>;

/** How it would be if a definition were in force: all facts of a tenant in one pass. Writes nothing. */
export async function planMetric(pool: pg.Pool, request: PlanRequest): Promise<PlanFigures> {
  const begun = performance.now();
  const { tenantId, asOf, movers, hindsight: wanted } = request;
  const [position, takenBackAt] = [await factsPosition(pool), await takenBack(pool, tenantId)];
  const tally = new PlanTally(movers);
  const hindsight = new HindsightTally();
  const choice = new Choice(request);
  let facts = 0;
  for await (const all of streamFacts(pool, tenantId, { superseded: true })) {
    const standing = all.filter((fact) => stood(fact, { asOf })).sort(inOrder);
    const pair = choice.for(standing.find(({ kind }) => kind === 'OPENED')?.detail ?? null);
    if (!pair) continue;
    facts += standing.length;
    const fate = fateOf(standing, asOf);
    const case_ = hindsightMoment(fate, asOf, wanted.days);
    const then =
      case_ && (wanted.knowing === 'NOW' ? upTo(standing, case_.moment) : knownThen(all, case_.moment, takenBackAt));
    const [before, after] = valuesOf(pair, standing, asOf, case_ && then ? { facts: then, at: case_.moment } : null);
    tally.add({ relationshipId: all[0]!.relationshipId, before: before.now, after: after.now });
    if (!case_) continue;
    const flagged = then ? { before: before.wasFlagged, after: after.wasFlagged } : null;
    hindsight.add({ isLost: case_.isLost, flagged });
  }
  const milliseconds = Math.round(performance.now() - begun);
  return { ...tally.summary(), hindsight: hindsight.summary(), facts, milliseconds, position };
}

const upTo = (standing: readonly Fact[], moment: number): readonly Fact[] =>
  standing.filter(({ occurredAt }) => occurredAt <= moment);

/** At which moment a relationship is looked at in hindsight; null: it is none that says anything. */
function hindsightMoment(
  { openedAt, lostAt, endedAt }: Fate,
  asOf: number,
  days: number,
): { readonly isLost: boolean; readonly moment: number } | null {
  const isLost = lostAt !== null;
  if (isLost ? lostAt < asOf - LOOKED_BACK_MS : endedAt !== null) return null;
  const moment = (lostAt ?? asOf) - days * DAY_MS;
  return openedAt !== null && openedAt <= moment ? { isLost, moment } : null;
}

/** A definition made ready, and its lowest band. */
interface Side {
  readonly metric: Metric;
  readonly lowest: string;
}

/** Which definition is for which kind of relationship, before and after. */
class Choice {
  private readonly sides = new Map<MetricDefinition, Side>();
  private readonly pairs = new Map<string | null, readonly [Side | null, Side | null] | null>();
  private readonly proposed: readonly MetricDefinition[];

  constructor(private readonly request: PlanRequest) {
    const { inForce, proposed } = request;
    this.proposed = withNext(inForce, proposed);
  }

  /** Null: the metric is not for it, neither before nor after. */
  for(kind: string | null): readonly [Side | null, Side | null] | null {
    let pair = this.pairs.get(kind);
    if (pair === undefined) this.pairs.set(kind, (pair = this.choose(kind)));
    return pair;
  }

  private choose(kind: string | null): readonly [Side | null, Side | null] | null {
    const { inForce, proposed } = this.request;
    const [before, after] = [mostSpecific(inForce, kind), mostSpecific(this.proposed, kind)];
    if (before?.metric !== proposed.metric && after !== proposed) return null;
    return [this.side(before), this.side(after)];
  }

  private side(definition: MetricDefinition | undefined): Side | null {
    if (!definition) return null;
    let side = this.sides.get(definition);
    if (!side) {
      side = { metric: compile(definition), lowest: definition.bands.at(-1)!.name };
      this.sides.set(definition, side);
    }
    return side;
  }
}

interface Valued {
  readonly now: MetricValue | null;
  readonly wasFlagged: boolean;
}

const NOT_FOR_IT: Valued = { now: null, wasFlagged: false };

function valuesOf(
  [before, after]: readonly [Side | null, Side | null],
  standing: readonly Fact[],
  asOf: number,
  then: { readonly facts: readonly Fact[]; readonly at: number } | null,
): readonly [Valued, Valued] {
  const was = before ? valued(before, standing, asOf, then) : NOT_FOR_IT;
  if (before === after) return [was, was];
  return [was, after ? valued(after, standing, asOf, then) : NOT_FOR_IT];
}

/** As it is, and whether it was flagged: in one fold where nothing was learnt late. */
function valued(
  { metric, lowest }: Side,
  standing: readonly Fact[],
  asOf: number,
  then: { readonly facts: readonly Fact[]; readonly at: number } | null,
): Valued {
  let state = metric.init();
  let wasFlagged = false;
  let from = 0;
  if (then) {
    from = fold(metric, state, then.facts, 0);
    const score = metric.score(state, then.at);
    wasFlagged = !Number.isNaN(score) && bandOf(metric, score) === lowest;
    if (!isBeginningOf(then, standing)) [state, from] = [metric.init(), 0];
  }
  fold(metric, state, standing, from);
  return { now: metric.value(state, asOf), wasFlagged };
}

function fold(metric: Metric, state: MetricState, facts: readonly Fact[], from: number): number {
  for (let index = from; index < facts.length; index++) metric.step(state, facts[index]!);
  return facts.length;
}

/** Whether what was known then is all that is known by now of that time. */
function isBeginningOf(
  { facts, at }: { readonly facts: readonly Fact[]; readonly at: number },
  standing: readonly Fact[],
) {
  const next = standing[facts.length];
  return (next === undefined || next.occurredAt > at) && facts.every((fact, index) => fact === standing[index]);
}

async function factsPosition(pool: pg.Pool): Promise<Position> {
  const { rows } = await pool.query<{ position: Position }>(
    `SELECT position FROM projecting.builds WHERE projection = 'facts' AND role = 'LIVE'`,
  );
  return rows[0]?.position ?? 0n;
}

/** When the ledger learnt what took facts back, by its position; later than all time for what it has not learnt yet. */
async function takenBack(pool: pg.Pool, tenantId: string): Promise<(position: number) => number> {
  const { rows } = await pool.query<{ position: Position; at: Instant }>(
    `SELECT DISTINCT until_position AS position, known_until AS at FROM facts.facts
      WHERE tenant_id = $1 AND until_position < ${String(OPEN)}`,
    [tenantId],
  );
  const moments = new Map(rows.map(({ position, at }) => [Number(position), toMillis(at)]));
  return (position) => moments.get(position) ?? Infinity;
}

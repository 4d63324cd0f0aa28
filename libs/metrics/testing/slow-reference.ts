import type {
  CommitmentsDefinition,
  ComponentDefinition,
  DecayedDefinition,
  FeedbackDefinition,
  FrequencyDefinition,
  MetricDefinition,
  MixDefinition,
  ReciprocityDefinition,
  RecencyDefinition,
  ReferralDefinition,
  TrustDefinition,
} from '../definition.js';
import { CHANNELS, type Fact } from '../fact.js';

/**
 * The formulas of domain.md 5a, word for word: one pass over all facts for each sum, nothing kept, nothing shared with the
 * fold. What `when` and `weigh` say is given as a function by the name of the component.
 */
export interface Question {
  readonly definition: MetricDefinition;
  /** That stood and had happened. */
  readonly facts: readonly Fact[];
  readonly at: number;
  readonly weighs: { readonly [component: string]: (fact: Fact) => number };
}

const DAY = 86_400_000;
const days = (from: number, to: number): number => (to - from) / DAY;
const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

/** The component in 0 to 1; undefined without data. */
export function slowValue(asked: Question, component: ComponentDefinition): number | undefined {
  switch (component.type) {
    case 'recency':
      return recency(asked, component);
    case 'frequency':
      return frequency(asked, component);
    case 'mix':
      return mix(asked, component);
    case 'reciprocity':
      return reciprocity(asked, component);
    case 'trust':
      return trust(asked, component);
    case 'commitments':
      return commitments(asked, component);
    case 'feedback':
      return feedback(asked, component);
    case 'referral':
      return referral(asked, component);
    case 'decayed':
      return decayed(asked, component);
  }
}

/** The score; undefined without data. */
export function slowScore(asked: Question): number | undefined {
  const { definition, facts } = asked;
  const kind = facts.find((fact) => fact.kind === 'OPENED')?.detail ?? null;
  const counting = definition.components.flatMap((component) => {
    const applies = !component.relationshipKinds || (kind !== null && component.relationshipKinds.includes(kind));
    const instead = { EXCLUDE: undefined, NEUTRAL: 0.5, ZERO: 0 }[component.missing ?? 'EXCLUDE'];
    const x = applies ? (slowValue(asked, component) ?? instead) : undefined;
    return x === undefined || component.weight === 0 ? [] : [{ x, w: component.weight }];
  });
  if (counting.length === 0) return undefined;
  const mean = total(counting.map(({ x, w }) => w * x)) / total(counting.map(({ w }) => w));
  const score = 100 * (definition.scoring === 'WORST_OF' ? Math.min(...counting.map(({ x }) => x)) : mean);
  const isHeld = facts.some((fact) => fact.kind === 'FEEDBACK' && fact.detail === 'GRIEVANCE' && isOpen(asked, fact));
  return Math.min(100, Math.max(0, score), ...(isHeld ? (definition.caps ?? []).map(({ at }) => at) : []));
}

function isOpen({ facts }: Question, { entryId }: Fact): boolean {
  const steps = facts.filter((fact) => fact.entryId === entryId && fact.kind.startsWith('FEEDBACK_')).sort(byTime);
  const last = steps.findLast(({ kind }) =>
    /_(RESOLVED|CONFIRMED|REOPENED|DISPUTED|ACKNOWLEDGED|ACTIONED)$/.test(kind),
  );
  return !(last?.kind === 'FEEDBACK_RESOLVED' || last?.kind === 'FEEDBACK_CONFIRMED');
}

const byTime = (a: Fact, b: Fact): number => a.occurredAt - b.occurredAt || a.position - b.position;

const touchesOf = ({ facts, weighs }: Question, name: string): { fact: Fact; w: number }[] =>
  facts
    .filter(({ kind, outcome }) => kind === 'TOUCH' && outcome !== 'AUTOMATED')
    .map((fact) => ({ fact, w: weighs[name]?.(fact) ?? 1 }))
    .filter(({ w }) => w > 0)
    .sort((a, b) => byTime(a.fact, b.fact));

/** D_h(t) = sum w 2^(-(t - t_e)/h). */
const D = (items: readonly { fact: Fact; w: number }[], halfLifeDays: number | undefined, at: number): number =>
  total(items.map(({ fact, w }) => w * 2 ** (-days(fact.occurredAt, at) / (halfLifeDays ?? Infinity))));

const cadenceOf = ({ facts, definition }: Question): number | undefined =>
  facts
    .filter(({ kind }) => kind === 'CADENCE_SET')
    .sort(byTime)
    .at(-1)?.intervalDays ?? definition.cadenceDays;

function recency(asked: Question, { name, mode, halfLifeDays: h, fromOpening }: RecencyDefinition) {
  const opened = fromOpening ? asked.facts.find(({ kind }) => kind === 'OPENED')?.occurredAt : undefined;
  const last = touchesOf(asked, name).at(-1)?.fact.occurredAt ?? opened;
  const c = mode === 'GRACE' ? cadenceOf(asked) : 0;
  if (last === undefined || c === undefined) return undefined;
  const age = days(last, asked.at);
  return age <= c ? 1 : 2 ** (-(age - c) / h);
}

function frequency(asked: Question, { name, halfLifeDays: h, dedupeMinutes = 0 }: FrequencyDefinition) {
  const c = cadenceOf(asked);
  const all = touchesOf(asked, name);
  if (c === undefined || all.length === 0) return undefined;
  const once = all.filter(({ fact }, index) => {
    const before = all.slice(0, index).findLast((other) => other.fact.channel === fact.channel);
    return !before || dedupeMinutes === 0 || fact.occurredAt - before.fact.occurredAt > dedupeMinutes * 60_000;
  });
  return Math.min(1, D(once, h, asked.at) / (h / (c * Math.LN2)));
}

function mix(asked: Question, { name, halfLifeDays: h, targetBp, fullAt = 4, shrink = 0 }: MixDefinition) {
  const all = touchesOf(asked, name);
  if (all.length === 0) return undefined;
  const own = asked.facts
    .filter(({ kind }) => kind === 'CHANNEL_MIX_TARGET_SET')
    .sort(byTime)
    .at(-1)?.sharesBp;
  const q = own ?? targetBp;
  const p = (channel: string) =>
    D(
      all.filter(({ fact }) => fact.channel === channel),
      h,
      asked.at,
    ) / D(all, h, asked.at);
  const entropy = -total(CHANNELS.map((channel) => (p(channel) > 0 ? p(channel) * Math.log(p(channel)) : 0)));
  const x = q
    ? 1 - 0.5 * total(CHANNELS.map((channel) => Math.abs(p(channel) - (q[channel] ?? 0) / 10_000)))
    : Math.min(1, entropy / Math.log(fullAt));
  const believed = all.length / (all.length + shrink);
  return believed * x + (1 - believed) * 0.5;
}

function reciprocity(asked: Question, { name, halfLifeDays: h, ideal }: ReciprocityDefinition) {
  const all = touchesOf(asked, name);
  if (all.length === 0) return undefined;
  const share = { INBOUND: 1, OUTBOUND: 0, MUTUAL: 0.5 };
  const i =
    D(
      all.map(({ fact, w }) => ({ fact, w: w * share[fact.direction ?? 'MUTUAL'] })),
      h,
      asked.at,
    ) / D(all, h, asked.at);
  return 1 - Math.abs(i - ideal) / Math.max(ideal, 1 - ideal);
}

function commitments(asked: Question, { name, halfLifeDays: h, overdueWeight: phi = 0 }: CommitmentsDefinition) {
  const { facts, at, weighs } = asked;
  const of = (kind: string) =>
    facts.filter((fact) => fact.kind === kind).map((fact) => ({ fact, w: weighs[name]?.(fact) ?? 1 }));
  const [kept, broken] = [of('COMMITMENT_KEPT'), of('COMMITMENT_BROKEN')].map((all) => all.filter(({ w }) => w > 0));
  const overdue = of('COMMITMENT_MADE').filter(({ fact, w }) => {
    const steps = facts
      .filter(({ entryId, kind }) => entryId === fact.entryId && kind !== 'COMMITMENT_MADE')
      .sort(byTime);
    const isOver = steps.some(({ kind }) => /_(KEPT|BROKEN|WAIVED|DECLINED)$/.test(kind));
    const dueAt = steps.findLast(({ kind }) => kind === 'COMMITMENT_RENEGOTIATED')?.dueAt ?? fact.dueAt;
    return w > 0 && !isOver && dueAt !== null && dueAt < at;
  });
  if (kept!.length + broken!.length === 0 && (phi === 0 || overdue.length === 0)) return undefined;
  const [r, s] = [D(kept!, h, at), D(broken!, h, at) + phi * overdue.length];
  return (r + 1) / (r + s + 2);
}

function trust(asked: Question, { name, halfLifeDays: h, kappa, selfOrientationFloor: floor }: TrustDefinition) {
  const { facts, at, weighs, definition } = asked;
  const actions = facts
    .filter(({ kind, dimension }) => kind === 'TRUST_ACTION' && dimension !== null)
    .map((fact) => ({ fact, w: weighs[name]?.(fact) ?? 1 }))
    .filter(({ w }) => w > 0);
  if (actions.length === 0) return undefined;
  const of = (dimension: string) => {
    const signed = actions.filter(({ fact }) => fact.dimension === dimension);
    return (
      1 -
      Math.exp(
        -Math.max(
          0,
          D(
            signed.map(({ fact, w }) => ({ fact, w: w * fact.sign })),
            h,
            at,
          ),
        ) / kappa,
      )
    );
  };
  const touches = facts.filter((fact) => fact.kind === 'TOUCH' && fact.outcome !== 'AUTOMATED');
  const once = (all: readonly Fact[]) => all.map((fact) => ({ fact, w: 1 }));
  const asking = touches.filter((t) => ['ASK', 'SELL'].includes(t.intent ?? '') && t.direction !== 'INBOUND');
  const giving = touches.filter((t) => ['GIVE', 'LISTEN', 'SERVE', 'CELEBRATE'].includes(t.intent ?? ''));
  const selfish = actions.filter(({ fact }) => fact.dimension === 'SELF_ORIENTATION');
  const kind = actions.filter(({ fact }) => fact.dimension !== 'SELF_ORIENTATION' && fact.sign > 0);
  const [asks, gives] = [D([...once(asking), ...selfish], h, at), D([...once(giving), ...kind], h, at)];
  const S = floor + (asks + gives === 0 ? 0 : ((1 - floor) * asks) / (asks + gives));
  const promises = definition.components.find(({ type }) => type === 'commitments');
  const R = (promises && slowValue(asked, promises)) ?? 0.5;
  return ((of('CREDIBILITY') + R + of('INTIMACY')) / 3) * (floor / S);
}

function feedback(asked: Question, definition: FeedbackDefinition) {
  const { name, halfLifeDays: h, prior: m, priorWeight: k, sentimentByKind = {} } = definition;
  const all = asked.facts
    .filter(({ kind }) => kind === 'FEEDBACK')
    .map((fact) => ({
      fact,
      w: asked.weighs[name]?.(fact) ?? 1,
      bp: fact.sentimentBp ?? sentimentByKind[fact.detail ?? ''],
    }))
    .filter(({ w, bp }) => w > 0 && bp !== undefined);
  if (all.length === 0) return undefined;
  const s = (bp = 0) => (bp + 10_000) / 20_000;
  return (
    (D(
      all.map(({ fact, w, bp }) => ({ fact, w: w * s(bp) })),
      h,
      asked.at,
    ) +
      k * m) /
    (D(all, h, asked.at) + k)
  );
}

function referral(asked: Question, definition: ReferralDefinition) {
  const { name, mode, halfLifeDays: h, target = 1, baselineHalfLifeDays: H = 365, doublings = 1 } = definition;
  const { facts, at, weighs } = asked;
  const all = facts
    .filter(({ kind }) => kind === 'REFERRAL')
    .map((fact) => ({ fact, w: weighs[name]?.(fact) ?? 1 }))
    .filter(({ w }) => w > 0);
  if (all.length === 0) return undefined;
  if (mode === 'TARGET') return Math.min(1, D(all, h, at) / target);
  const opened = facts.find(({ kind }) => kind === 'OPENED')?.occurredAt;
  const span = opened === undefined ? Infinity : days(opened, at);
  const perDay = (halfLife: number) => D(all, halfLife, at) / ((halfLife / Math.LN2) * (1 - 2 ** (-span / halfLife)));
  const ratio = span <= 0 ? ((D(all, h, at) / D(all, H, at)) * H) / h / (H / h) : perDay(h) / perDay(H);
  return Math.min(1, Math.max(0, 0.5 + Math.log2(ratio) / (2 * doublings)));
}

function decayed({ facts, at, weighs }: Question, { name, halfLifeDays: h, saturation, inverted }: DecayedDefinition) {
  const all = facts
    .filter(({ kind, outcome }) => kind !== 'TOUCH' || outcome !== 'AUTOMATED')
    .map((fact) => ({ fact, w: weighs[name]?.(fact) ?? 0 }))
    .filter(({ w }) => w !== 0);
  if (all.length === 0) return undefined;
  const filled = Math.max(0, D(all, h, at)) / saturation.full;
  const x = saturation.mode === 'LINEAR' ? Math.min(1, filled) : 1 - Math.exp(-filled);
  return inverted ? 1 - x : x;
}

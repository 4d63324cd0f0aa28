import type { Channel } from '../../ledger/touch/touch.words.js';
import type { CountedTouch, Tally } from '../touch-frequency/frequency.js';
import { shareOf, sharesOf } from './shares.js';

/**
 * What the contacts of a relationship, or of a steward, are like. Pure; touches are those that count, in the order of
 * time.
 */

/** How much of touches is in a direction: MUTUAL is half for each. */
const partIn = ({ direction, touches = 1 }: Alike, wanted: 'INBOUND' | 'OUTBOUND'): number =>
  direction === wanted ? touches : direction === 'MUTUAL' ? touches / 2 : 0;

const sum = <T>(list: readonly T[], weight: (one: T) => number): number =>
  list.reduce((total, one) => total + weight(one), 0);

export interface ChannelMix {
  /** The most used first, in basis points that sum to 10000. */
  readonly shares: readonly { readonly channel: string; readonly count: number; readonly shareBp: number }[];
  /** Half the sum of the absolute differences to the target, 0 to 10000. Null without a target or a touch. */
  readonly distanceBp: number | null;
}

export type Target = { readonly [C in Channel]?: number } | null;

export function channelMix(byChannel: readonly Tally[], target: Target): ChannelMix {
  const shareBp = sharesOf(byChannel.map(({ count }) => count));
  const shares = byChannel.map(({ key, count }, index) => ({ channel: key!, count, shareBp: shareBp[index]! }));
  return { shares, distanceBp: target && shares.length > 0 ? distance(shares, new Map(Object.entries(target))) : null };
}

function distance(shares: ChannelMix['shares'], target: ReadonlyMap<string, number>): number {
  const used = new Map(shares.map(({ channel, shareBp }) => [channel, shareBp]));
  const channels = [...new Set([...used.keys(), ...target.keys()])];
  return sum(channels, (channel) => Math.abs((used.get(channel) ?? 0) - (target.get(channel) ?? 0))) / 2;
}

export interface Reciprocity {
  readonly inbound: number;
  readonly outbound: number;
  /** Share of contacts that came from the other side; null without one. */
  readonly inboundBp: number | null;
}

/** Touches that are alike; without a number, one. */
export interface Alike {
  readonly direction: string;
  readonly intent: string;
  readonly touches?: number;
}

export function reciprocity(touches: readonly Alike[]): Reciprocity {
  const inbound = sum(touches, (alike) => partIn(alike, 'INBOUND'));
  const outbound = sum(touches, (alike) => partIn(alike, 'OUTBOUND'));
  return { inbound, outbound, inboundBp: shareOf(inbound, outbound) };
}

/** What a contact of ours was for: to get, to give, or neither. */
const ASKS = new Set(['ASK', 'SELL']);
const GIVES = new Set(['GIVE', 'CELEBRATE']);

/** Something done for trust, or against it, by our side. */
export interface CountedAction {
  readonly atMs: number;
  readonly meaning: 'ASK' | 'GIVE';
}

export interface AsksVersusGives {
  readonly asks: number;
  readonly gives: number;
  /** Share of asks in both; null without either. */
  readonly shareBp: number | null;
}

/** Of our side only: what the other side asks for is no ask of ours. */
export function asksVersusGives(touches: readonly Alike[], actions: readonly CountedAction[]): AsksVersusGives {
  const ours = (intents: ReadonlySet<string>) =>
    sum(touches, (touch) => (intents.has(touch.intent) ? partIn(touch, 'OUTBOUND') : 0));
  const asks = ours(ASKS) + actions.filter(({ meaning }) => meaning === 'ASK').length;
  const gives = ours(GIVES) + actions.filter(({ meaning }) => meaning === 'GIVE').length;
  return { asks, gives, shareBp: shareOf(asks, gives) };
}

/** What somebody thought of a contact. */
export interface Opinion {
  readonly atMs: number;
  /** The part of the organisation that had it. */
  readonly function: string | null;
  /** -10000 to 10000. */
  readonly sentimentBp: number;
}

export interface PartActivity {
  /** Null: it was not said which. */
  readonly function: string | null;
  readonly touches: number;
  readonly lastTouchAtMs: number;
  readonly opinions: number;
  /** Mean of the opinions, rounded; null without one. */
  readonly sentimentBp: number | null;
}

/** By part of the organisation, the one with the most touches first. Opinions of parts without a touch count nowhere. */
export function byFunction(touches: readonly CountedTouch[], opinions: readonly Opinion[]): PartActivity[] {
  const opinionsOf = Map.groupBy(opinions, (opinion) => opinion.function);
  const parts = [...Map.groupBy(touches, (touch) => touch.function)].map(([part, some]) => {
    const heard = opinionsOf.get(part) ?? [];
    return {
      function: part,
      touches: some.length,
      lastTouchAtMs: some.at(-1)!.atMs,
      opinions: heard.length,
      sentimentBp: heard.length === 0 ? null : Math.round(sum(heard, (opinion) => opinion.sentimentBp) / heard.length),
    };
  });
  return parts.sort((x, y) => y.touches - x.touches || ((x.function ?? '~') < (y.function ?? '~') ? -1 : 1));
}

/** The chain is as strong as this: the part that people think worst of. Null while they think nothing of any. */
export function weakest(parts: readonly PartActivity[]): PartActivity | null {
  const judged = parts.filter((part) => part.function !== null && part.sentimentBp !== null);
  return judged.reduce<PartActivity | null>(
    (worst, part) => (worst && worst.sentimentBp! <= part.sentimentBp! ? worst : part),
    null,
  );
}

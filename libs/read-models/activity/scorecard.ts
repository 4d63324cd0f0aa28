import { asksVersusGives, reciprocity, type CountedAction } from './activity.js';
import { shareOf } from './shares.js';

/** Touches of one direction and intent; both null: all of them. */
export interface StewardTouches {
  readonly direction: string | null;
  readonly intent: string | null;
  readonly touches: number;
  readonly relationships: number;
  readonly minutes: bigint;
}

export interface EndedCommitments {
  readonly ending: 'KEPT' | 'BROKEN';
  readonly count: number;
}

export function scorecard(
  rows: readonly StewardTouches[],
  actions: readonly CountedAction[],
  commitments: readonly EndedCommitments[],
) {
  const all = rows.find(({ direction }) => direction === null);
  const touches = all?.touches ?? 0;
  const alike = rows.flatMap(({ direction, intent, touches }) =>
    direction === null || intent === null ? [] : { direction, intent, touches },
  );
  const listened = alike.filter(({ intent }) => intent === 'LISTEN').reduce((sum, { touches }) => sum + touches, 0);
  const { asks, gives, shareBp } = asksVersusGives(alike, actions);
  const ended = (wanted: EndedCommitments['ending']): number =>
    commitments.find(({ ending }) => ending === wanted)?.count ?? 0;
  return {
    touches,
    relationships: all?.relationships ?? 0,
    minutes: all?.minutes ?? 0n,
    gives,
    asks,
    asksShareBp: shareBp,
    listeningShareBp: shareOf(listened, touches - listened),
    inboundShareBp: reciprocity(alike).inboundBp,
    commitmentsKept: ended('KEPT'),
    commitmentsBroken: ended('BROKEN'),
  };
}

import type { Recorded } from '../../event-sourcing/event.js';
import type { Row } from '../../event-sourcing/projection.js';
import type { FeedbackFacts } from '../../ledger/feedback/feedback.js';
import { MEANINGS, type TrustActionKind } from '../../ledger/trust/trust.words.js';
import type { FactKind } from '../../metrics/fact.js';
import { OPEN } from '../on.js';

/** What a fact says: the fields of `Fact` in metrics, none of them a text that somebody wrote. */
export const SAID = {
  detail: 'text',
  side: 'text',
  channel: 'text',
  direction: 'text',
  intent: 'text',
  outcome: 'text',
  function: 'text',
  phase: 'text',
  mindset: 'text',
  minutes: 'integer',
  dimension: 'text',
  sign: 'smallint',
  asked: 'boolean',
  customized: 'boolean',
  sentiment_bp: 'integer',
  due_at: 'timestamptz',
  late_days: 'double precision',
  interval_days: 'integer',
  grace_days: 'integer',
  shares_bp: 'jsonb',
  amount_minor: 'bigint',
  campaign_id: 'text',
} as const;

/** The two parties of a relationship. */
export interface Tie {
  readonly a_id: string;
  readonly b_id: string;
}

type Fields = Readonly<Record<string, unknown>>;
type Felt = Pick<FeedbackFacts, 'sentimentBp' | 'score' | 'scale'>;

/** What an event says of a fact of this kind, as columns. */
export function saidBy(kind: FactKind, facts: object, tie?: Tie): Row {
  const said = facts as Fields;
  const amount = said['amountMinor'];
  const meaning = kind === 'TRUST_ACTION' ? MEANINGS[said['kind'] as TrustActionKind] : undefined;
  const columns: Readonly<Record<keyof typeof SAID, unknown>> = {
    detail: kind === 'REFERRAL' ? said['serviceLine'] : (said['detail'] ?? said['kind'] ?? said['to']),
    side: sideOf(said, tie),
    channel: said['channel'],
    direction: said['direction'],
    intent: said['intent'],
    outcome: said['outcome'],
    function: said['function'],
    phase: said['phase'],
    mindset: said['mindset'],
    minutes: said['minutes'],
    dimension: meaning?.dimension,
    sign: meaning?.sign,
    asked: said['asked'],
    customized: said['customized'],
    sentiment_bp: sentimentOf(said),
    due_at: said['newDueAt'] ?? said['dueAt'],
    late_days: said['lateDays'],
    interval_days: said['intervalDays'],
    grace_days: said['graceDays'],
    shares_bp: said['sharesBp'],
    amount_minor: kind === 'VALUE_REALIZED' && typeof amount === 'number' ? BigInt(amount) : undefined,
    campaign_id: said['campaignId'],
  };
  return present(columns);
}

/** Without what is not there. A loop, because it runs for every event. */
function present(columns: Row): Row {
  const row: Record<string, unknown> = {};
  for (const column in columns) {
    const value = columns[column];
    if (value !== undefined && value !== null) row[column] = value;
  }
  return row;
}

/** Whose doing it is: of the side that did it, or of the one that it was not done to. Others act for one of the two. */
function sideOf(said: Fields, tie: Tie | undefined): 'A' | 'B' | undefined {
  if (said['direction'] === 'OUTBOUND') return 'A';
  if (said['direction'] === 'INBOUND') return 'B';
  if (!tie) return undefined;
  const by = said['by'] ?? said['owedBy'] ?? said['referrerId'];
  const to = said['to'] ?? said['owedTo'] ?? said['targetId'];
  if (by === tie.a_id) return 'A';
  if (by === tie.b_id) return 'B';
  return to === tie.b_id ? 'A' : to === tie.a_id ? 'B' : undefined;
}

/** As it was stated, else the score on its scale: the lowest is -10000, the highest 10000. */
export function sentimentOf({ sentimentBp, score, scale }: Felt): number | undefined {
  if (sentimentBp !== undefined || score === undefined || !scale) return sentimentBp;
  const { min, max } = scale;
  return Math.round(((score - min) / (max - min)) * 20_000) - 10_000;
}

/** A fact that the event records: where it stands, and that it is known from now on. */
export const factOf = (event: Recorded, kind: FactKind, fact: Row): Row => ({
  tenant_id: event.tenantId,
  until_position: OPEN,
  position: event.position,
  event_id: event.id,
  kind,
  occurred_at: event.occurredAt,
  known_from: event.recordedAt,
  actor: event.actor.kind,
  ...fact,
});

import pg from 'pg';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Fact, FactKind } from '../../metrics/fact.js';
import type { Fields } from '../copied.js';
import { OPEN } from '../on.js';

/** Where the fields of a fact stand in `facts.facts`, in the order in which they are read. */
const COLUMNS = {
  relationshipId: 'relationship_id',
  kind: 'kind',
  occurredAt: 'occurred_at',
  position: 'position',
  eventId: 'event_id',
  recordedAt: 'known_from',
  retractedAtPosition: 'until_position',
  entryId: 'entry_id',
  detail: 'detail',
  side: 'side',
  actor: 'actor',
  channel: 'channel',
  direction: 'direction',
  intent: 'intent',
  outcome: 'outcome',
  function: 'function',
  phase: 'phase',
  mindset: 'mindset',
  minutes: 'minutes',
  dimension: 'dimension',
  sign: 'sign',
  asked: 'asked',
  customized: 'customized',
  sentimentBp: 'sentiment_bp',
  dueAt: 'due_at',
  lateDays: 'late_days',
  intervalDays: 'interval_days',
  graceDays: 'grace_days',
  sharesBp: 'shares_bp::text',
  amountMinor: 'amount_minor',
  campaignId: 'campaign_id',
} as const satisfies { readonly [field in Exclude<keyof Fact, 'stewardId'>]: string };

type Read = keyof typeof COLUMNS;
const ALL = new Set(Object.keys(COLUMNS) as Read[]);
/** Without these a fact is none. */
const ALWAYS: readonly Read[] = ['relationshipId', 'kind', 'occurredAt', 'position'];

/** What to select, and how a fact is read from it. The words of enumerations are taken as the projection wrote them. */
export interface FactReader {
  readonly columns: string;
  readonly read: (row: Fields) => Fact;
}

/** `fields`: those that somebody asks for; what is not read is absent. `instead`: other expressions for columns. */
export function factReader(
  fields: ReadonlySet<keyof Fact> = ALL,
  instead: { readonly [field in Read]?: string } = {},
): FactReader {
  const columns = { ...COLUMNS, ...instead };
  const has = Object.fromEntries([...ALL].map((field) => [field, fields.has(field)])) as { [field in Read]: boolean };
  for (const field of ALWAYS) has[field] = true;
  return {
    columns: [...ALL].flatMap((field) => (has[field] ? columns[field] : [])).join(', '),
    read: (row) => ({
      relationshipId: row.sameId(),
      kind: row.word() as FactKind,
      occurredAt: row.millis()!,
      position: row.bigint()!,
      eventId: has.eventId ? row.id()! : '',
      recordedAt: has.recordedAt ? row.millis()! : 0,
      retractedAtPosition: has.retractedAtPosition ? untilFrom(row.bigint()!) : null,
      entryId: has.entryId ? row.id() : null,
      detail: has.detail ? row.word() : null,
      side: has.side ? (row.word() as Fact['side']) : null,
      actor: has.actor ? row.word() : null,
      channel: has.channel ? (row.word() as Fact['channel']) : null,
      direction: has.direction ? (row.word() as Fact['direction']) : null,
      intent: has.intent ? row.word() : null,
      outcome: has.outcome ? row.word() : null,
      function: has.function ? row.word() : null,
      phase: has.phase ? row.word() : null,
      mindset: has.mindset ? row.word() : null,
      minutes: has.minutes ? row.integer() : null,
      dimension: has.dimension ? row.word() : null,
      sign: has.sign ? (row.smallint() ?? 0) : 0,
      asked: has.asked ? row.bool() : false,
      customized: has.customized ? row.bool() : false,
      sentimentBp: has.sentimentBp ? row.integer() : null,
      dueAt: has.dueAt ? row.millis() : null,
      lateDays: has.lateDays ? row.double() : null,
      intervalDays: has.intervalDays ? row.integer() : null,
      graceDays: has.graceDays ? row.integer() : null,
      sharesBp: has.sharesBp ? sharesFrom(row.text()) : null,
      amountMinor: has.amountMinor ? row.bigint() : null,
      stewardId: null,
      campaignId: has.campaignId ? row.id() : null,
    }),
  };
}

export const WHOLE = factReader();
/** For whoever asks what was known at a moment, nothing that stood then is superseded. */
export const AS_IT_STOOD = factReader(ALL, { retractedAtPosition: `${String(OPEN)}::bigint` });

const untilFrom = (position: number): number | null => (position >= Number(OPEN) ? null : position);

const sharesFrom = (text: string | null): Fact['sharesBp'] =>
  text === null ? null : (JSON.parse(text) as NonNullable<Fact['sharesBp']>);

/** Text of a statement of its own: COPY takes no parameters. */
export const literal = (text: string): string => pg.escapeLiteral(text);
export const literals = (texts: readonly string[]): string => texts.map(literal).join(', ');

/** A condition on facts: as they stand now, or stood as far as was known at a moment. */
export const known = (asKnown?: Instant | null): string =>
  asKnown
    ? `known_from <= ${literal(asKnown)} AND (known_until IS NULL OR known_until > ${literal(asKnown)})`
    : `until_position = ${String(OPEN)}`;

import pg from 'pg';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Fact, FactKind } from '../../metrics/fact.js';
import type { Fields } from '../copied.js';
import { OPEN } from '../on.js';

/** What `readFact` reads, of `facts.facts`; `until`: another expression for where it was superseded. */
export const factColumns = (until = 'until_position'): string => `
  relationship_id, event_id, kind, occurred_at, known_from, position, ${until}, entry_id, detail, side, actor, channel,
  direction, intent, outcome, function, phase, mindset, minutes, dimension, sign, asked, customized, sentiment_bp, due_at,
  late_days, interval_days, grace_days, shares_bp::text, amount_minor, campaign_id`;

/** For whoever asks what was known at a moment, nothing that stood then is superseded. */
export const AS_IT_STOOD = factColumns(`${String(OPEN)}::bigint`);

/** The words of enumerations are taken as the projection wrote them. */
export function readFact(row: Fields): Fact {
  return {
    relationshipId: row.sameId(),
    eventId: row.id()!,
    kind: row.word() as FactKind,
    occurredAt: row.millis()!,
    recordedAt: row.millis()!,
    position: row.bigint()!,
    retractedAtPosition: untilFrom(row.bigint()!),
    entryId: row.id(),
    detail: row.text(),
    side: row.word() as Fact['side'],
    actor: row.word(),
    channel: row.word() as Fact['channel'],
    direction: row.word() as Fact['direction'],
    intent: row.word(),
    outcome: row.word(),
    function: row.word(),
    phase: row.word(),
    mindset: row.word(),
    minutes: row.integer(),
    dimension: row.word(),
    sign: row.smallint() ?? 0,
    asked: row.bool(),
    customized: row.bool(),
    sentimentBp: row.integer(),
    dueAt: row.millis(),
    lateDays: row.double(),
    intervalDays: row.integer(),
    graceDays: row.integer(),
    sharesBp: sharesFrom(row.text()),
    amountMinor: row.bigint(),
    stewardId: null,
    campaignId: row.id(),
  };
}

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

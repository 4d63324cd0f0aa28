import { toMillis, type Instant } from '../../event-sourcing/instant.js';
import { lastStatement, statusOf, type ConsentStatus } from '../../ledger/party/consent.js';
import type { PartyRole } from '../../ledger/party/party.words.js';
import type { AttributeRow, ConsentRow, NeedRow, PreferenceRow, RoleRow } from './profile-queries.js';

// What the rows of a party, or of several that are one, come to. Rows are in the order of the ledger.

export const rolesAt = (spans: readonly RoleRow[], asOf: Instant): readonly PartyRole[] => [
  ...new Set(
    spans.filter(({ since, until }) => since <= asOf && (until === null || until > asOf)).map(({ role }) => role),
  ),
];

/** Per key the value whose validity began last, and of those the one that was recorded last. */
export function attributesAt(rows: readonly AttributeRow[], asOf: Instant): readonly AttributeRow[] {
  const byKey = new Map<string, AttributeRow>();
  for (const row of rows) {
    if (row.validFrom > asOf) continue;
    const known = byKey.get(row.key);
    if (!known || row.validFrom >= known.validFrom) byKey.set(row.key, row);
  }
  return [...byKey.values()].filter(({ validTo }) => validTo === null || validTo > asOf);
}

/** The latest on each topic. */
export function latestPreferences(rows: readonly PreferenceRow[]): readonly PreferenceRow[] {
  const byTopic = new Map<string, PreferenceRow>();
  for (const row of rows) {
    const known = byTopic.get(row.topic);
    if (!known || row.since >= known.since) byTopic.set(row.topic, row);
  }
  return [...byTopic.values()];
}

export interface ConsentAt {
  readonly purpose: ConsentRow['purpose'];
  readonly channel: ConsentRow['channel'];
  readonly status: ConsentStatus;
  readonly since: Instant;
  readonly expiresAt: Instant | null;
  readonly basis: string | null;
}

/** Where consent stands for each purpose and channel that was ever spoken of. */
export function consentsAt(statements: readonly ConsentRow[], asOf: Instant): readonly ConsentAt[] {
  const scopes = new Map(statements.map((said) => [`${said.purpose} ${said.channel}`, said]));
  return [...scopes.values()].flatMap(({ purpose, channel }) => {
    const last = lastStatement(statements, { purpose, channel }, asOf);
    if (!last) return [];
    const { at, expiresAt, basis } = last;
    return [{ purpose, channel, status: statusOf(last, asOf), since: at, expiresAt, basis }];
  });
}

export const daysToMeet = ({ identifiedAt, metAt }: NeedRow): number | null =>
  metAt === null ? null : (toMillis(metAt) - toMillis(identifiedAt)) / 86_400_000;

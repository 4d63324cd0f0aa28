import { hash } from 'node:crypto';

/** Kinds of ids by their prefix: `rel_…` is a relationship wherever it stands. */
export type IdPrefix =
  | 'evt'
  // party
  | 'pty'
  | 'cpt'
  | 'aff'
  | 'ned'
  | 'key'
  // relationship
  | 'rel'
  | 'tch'
  | 'act'
  | 'ask'
  | 'tas'
  | 'cmt'
  | 'fbr'
  | 'fbk'
  // referral
  | 'ref'
  // campaign
  | 'cmp'
  | 'cst'
  | 'rsp';
export type Id<Prefix extends IdPrefix> = `${Prefix}_${string}`;
export type PartyId = Id<'pty'>;
export type RelationshipId = Id<'rel'>;
export type TouchId = Id<'tch'>;
export type EventId = Id<'evt'>;
export type ContactPointId = Id<'cpt'>;
export type AffiliationId = Id<'aff'>;
export type NeedId = Id<'ned'>;
export type KeyId = Id<'key'>;
export type TrustActionId = Id<'act'>;
export type TrustRequestId = Id<'ask'>;
export type TrustAssessmentId = Id<'tas'>;
export type CommitmentId = Id<'cmt'>;
export type FeedbackRequestId = Id<'fbr'>;
export type FeedbackId = Id<'fbk'>;
export type ReferralId = Id<'ref'>;
export type CampaignId = Id<'cmp'>;
export type CampaignCostId = Id<'cst'>;
export type CampaignResponseId = Id<'rsp'>;

/** Crockford's alphabet in lower case: no i, l, o, u, so that an id survives being read aloud. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const ID_TEXT = /^[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/**
 * The id that follows from its parts: the same parts give the same id in every process and on every retry, which is
 * what makes a repeated command harmless.
 */
export function deriveId<Prefix extends IdPrefix>(prefix: Prefix, ...parts: readonly string[]): Id<Prefix> {
  return `${prefix}_${encode(hash('sha256', JSON.stringify([prefix, ...parts]), 'buffer').subarray(0, 16))}`;
}

export const isId = <Prefix extends IdPrefix>(prefix: Prefix, text: string): text is Id<Prefix> =>
  text.startsWith(`${prefix}_`) && ID_TEXT.test(text);

/** The 128 bits of an event id as a UUID: what PostgreSQL and EventStoreDB store. */
export function toUuid(id: EventId): string {
  const hex = decode(id.slice(4)).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export const fromUuid = (uuid: string): EventId => `evt_${encode(Buffer.from(uuid.replaceAll('-', ''), 'hex'))}`;

function encode(bytes: Buffer): string {
  let text = '';
  let value = 0;
  let bits = 2; // 26 digits carry 130 bits: two zero bits stand in front
  for (const byte of bytes) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5;) {
      bits -= 5;
      text += ALPHABET[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return text;
}

function decode(text: string): Buffer {
  const bytes = Buffer.alloc(16);
  let value = 0;
  let bits = -2;
  let at = 0;
  for (const digit of text) {
    value = (value << 5) | ALPHABET.indexOf(digit);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (value >>> bits) & 255;
      value &= (1 << bits) - 1;
    }
  }
  return bytes;
}

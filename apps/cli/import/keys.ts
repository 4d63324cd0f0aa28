import { createHash } from 'node:crypto';
import { Occurrences } from './occurrences.js';

/** Ids that may stand in a key as they are: opaque ones, no e-mail addresses and no names with spaces. */
const OPAQUE = /^[\w.-]{1,64}$/;

/**
 * Idempotency keys of what a source names. The same source and id give the same key in every import, whatever the
 * file. A key stays readable for ever, even when the person it belongs to is erased: what is not opaque is hashed.
 */
export class Keys {
  private readonly rows = new Occurrences();

  constructor(private readonly source: string) {}

  party(externalId: string): string {
    return `${this.source}:party:${opaque(externalId)}`;
  }

  /** The tie of two parties is the same whichever is named first. */
  tie(kind: string, one: string, other: string): string {
    const [first, second] = inOrder(one, other);
    return `${this.source}:tie:${kind}:${opaque(first)}+${opaque(second)}`;
  }

  relationship(externalId: string): string {
    return `${this.source}:relationship:${opaque(externalId)}`;
  }

  /** Of a row of such a kind that has an id. */
  of(kind: string, externalId: string): string {
    return `${this.source}:${kind}:${opaque(externalId)}`;
  }

  /** Of a row without an id: what is in it, and the how manieth of equal rows it is. */
  row(kind: string, content: string): string {
    const hash = createHash('sha256').update(content).digest();
    const before = this.rows.count(hash.readUIntBE(0, 6) + 1);
    const name = hash.toString('base64url').slice(0, DIGEST_LENGTH);
    return `${this.source}:${kind}:~${name}${before > 0 ? `.${String(before)}` : ''}`;
  }
}

const opaque = (text: string): string => (OPAQUE.test(text) ? text : `~${digest(text)}`);

/** Characters of base64 that hold 128 bits and more. */
const DIGEST_LENGTH = 22;

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_LENGTH);

/** Numbers by size, everything else as text. */
export function inOrder(one: string, other: string): [string, string] {
  const areNumbers = /^\d{1,15}$/.test(one) && /^\d{1,15}$/.test(other);
  const difference = areNumbers ? Number(one) - Number(other) : 0;
  return difference < 0 || (difference === 0 && one <= other) ? [one, other] : [other, one];
}

import { Keys } from '../keys.js';
import type { Fields, RowProblem } from '../mapping.js';
import { Ties, type Tie } from '../ties.js';
import { empty, type Command } from './row-kind.js';

/** What rows mean beside their cells. */
export interface Meaning {
  readonly source: string;
  /** External ids of our side. */
  readonly ours: ReadonlySet<string>;
}

/** The relationship in which a row stands, and the commands that see to it that it is there. */
export interface Place {
  readonly relationshipId: string;
  readonly opening: readonly Command[];
  /** The pair that the row names; undefined where it names the relationship itself. */
  readonly tie?: Tie;
}

const DEFAULT_KIND = 'PEER';

/** Where a file comes from: the names that its ids have in the ledger, and what earlier rows made already. */
export class Source {
  readonly ties: Ties;
  readonly keys: Keys;
  private readonly parties = new Set<string>();

  constructor(private readonly meaning: Meaning) {
    this.keys = new Keys(meaning.source);
    this.ties = new Ties(meaning.ours);
  }

  get name(): string {
    return this.meaning.source;
  }

  /** The idempotency key of a row of such a kind: by its id, else by its content. */
  keyOf(kind: string, id: Fields[string], content: () => string): string {
    return id === undefined ? this.keys.row(kind, content()) : this.keys.of(kind, String(id));
  }

  /** The pair of a row; when relationships begin is known once all rows were seen. */
  tieOf(kind: Fields[string], one: Fields[string], other: Fields[string], at: Fields[string]): Tie | undefined {
    if (one === undefined || other === undefined) return undefined;
    return this.ties.see(kindOf(kind), String(one), String(other), typeof at === 'string' ? at : undefined);
  }

  /** The relationship that a row names, or that of the pair in these two fields, opened with its first row. */
  placeOf(fields: Fields, one: string, other: string, kind: Fields[string]): Place | RowProblem {
    const { relationship, relationshipId, at } = fields;
    if (relationshipId !== undefined) return { relationshipId: String(relationshipId), opening: [] };
    if (relationship !== undefined) {
      return { relationshipId: `rel:${this.keys.relationship(String(relationship))}`, opening: [] };
    }
    const tie = this.tieOf(kind, fields[one], fields[other], at);
    if (!tie) return empty(fields[one] === undefined ? one : other);
    if (tie.a === tie.b) return { code: 'INVALID_INPUT', reason: `${one} and ${other} are the same.` };
    const key = this.keys.tie(kindOf(kind), tie.a, tie.b);
    return { relationshipId: `rel:${key}`, opening: this.opening(tie, key, kindOf(kind)), tie };
  }

  /** Parties that rows only name: registered under their external id when they are not there. */
  ensuredParties(...externalIds: readonly string[]): Command[] {
    const fresh = [...new Set(externalIds)].filter((id) => !this.parties.has(id));
    for (const id of fresh) this.parties.add(id);
    return fresh.map((id) => ({
      type: 'RegisterParty',
      idempotencyKey: this.keys.party(id),
      ensure: true,
      input: { kind: 'PERSON', displayName: id, identities: [{ system: this.name, value: id }] },
    }));
  }

  partyRef(externalId: string): string {
    return `pty:${this.keys.party(externalId)}`;
  }

  /** Opens the relationship of a pair with its first row, from its earliest on. */
  private opening(tie: Tie, idempotencyKey: string, kind: string): Command[] {
    if (tie.opened) return [];
    tie.opened = true;
    const input = { a: this.partyRef(tie.a), b: this.partyRef(tie.b), kind, occurredAt: tie.firstAt };
    return [...this.ensuredParties(tie.a, tie.b), { type: 'OpenRelationship', idempotencyKey, ensure: true, input }];
  }
}

export const kindOf = (kind: Fields[string] = DEFAULT_KIND): string => String(kind);

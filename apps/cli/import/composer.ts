import type { ImportType } from './fields.js';
import { Keys } from './keys.js';
import { isProblem, type Fields, type Mapping, type RowProblem } from './mapping.js';
import { Ties, type Tie } from './ties.js';

/** A line as `POST /import` takes it. */
export interface CommandLine {
  readonly line: number;
  readonly type: string;
  readonly idempotencyKey: string;
  /** What it makes may be there already; then later lines mean that. */
  readonly ensure?: true;
  readonly input: Readonly<Record<string, unknown>>;
}

type Command = Omit<CommandLine, 'line'>;

/** What rows mean beside their cells. */
export interface Meaning {
  readonly source: string;
  /** External ids of our side. */
  readonly ours: ReadonlySet<string>;
}

const DEFAULT_KIND = 'PEER';

/** Turns the rows of one type into commands. Every row is seen once by `survey` before the first is composed. */
export class Composer {
  readonly ties: Ties;
  private readonly keys: Keys;
  private readonly parties = new Set<string>();

  constructor(
    private readonly type: ImportType,
    private readonly meaning: Meaning,
  ) {
    this.keys = new Keys(meaning.source);
    this.ties = new Ties(meaning.ours);
  }

  /** The problem of a mapping with which no row of the type could be imported. */
  static lacks(type: ImportType, mapping: Mapping): string | undefined {
    const has = (field: string): boolean => mapping.has(field);
    switch (type) {
      case 'touches': {
        const pair = has('from') && has('to');
        if (!pair && !has('relationship') && !has('relationshipId')) return 'from and to';
        if (!pair && !has('direction')) return 'direction';
        return has('at') ? undefined : 'at';
      }
      case 'relationships':
        return has('a') && has('b') ? undefined : 'a and b';
      case 'parties':
        return has('displayName') || has('id') ? undefined : 'displayName';
    }
  }

  /** When relationships begin is known once all rows have been seen. */
  survey(fields: Fields): void {
    if (this.type === 'touches') this.tieOf(fields);
  }

  compose(line: number, fields: Fields, content: () => string): CommandLine[] | RowProblem {
    const commands = this.commandsOf(fields, content);
    return isProblem(commands) ? commands : commands.map((command) => ({ line, ...command }));
  }

  private commandsOf(fields: Fields, content: () => string): Command[] | RowProblem {
    switch (this.type) {
      case 'touches':
        return this.touch(fields, content);
      case 'relationships':
        return this.relationship(fields);
      case 'parties':
        return this.party(fields, content);
    }
  }

  private touch(fields: Fields, content: () => string): Command[] | RowProblem {
    const { id, from, to: _to, relationship, relationshipId, at, kind: _kind, costMinor, currency, ...facts } = fields;
    const key = id === undefined ? this.keys.row('touch', content()) : this.keys.touch(String(id));
    const cost = costMinor === undefined ? {} : { cost: { amountMinor: costMinor, currency } };
    const input = { channel: 'EMAIL', intent: 'INFORM', occurredAt: at, ...cost, ...facts };
    const record = (relationshipId: unknown, direction: object = {}): Command => ({
      type: 'RecordTouch',
      idempotencyKey: key,
      input: { relationshipId, ...direction, ...input },
    });
    if (relationshipId !== undefined) return [record(relationshipId)];
    if (relationship !== undefined) return [record(`rel:${this.keys.relationship(String(relationship))}`)];

    const tie = this.tieOf(fields);
    if (!tie) return absent(from === undefined ? 'from' : 'to');
    if (tie.a === tie.b) return { code: 'INVALID_INPUT', reason: 'from and to are the same.' };
    const tieKey = this.keys.tie(kindOf(fields), tie.a, tie.b);
    const direction = { direction: from === tie.a ? 'OUTBOUND' : 'INBOUND' };
    return [...this.opening(tie, tieKey, fields), record(`rel:${tieKey}`, direction)];
  }

  /** Opens the relationship of a pair with its first row, from its first touch on. */
  private opening(tie: Tie, idempotencyKey: string, fields: Fields): Command[] {
    if (tie.opened) return [];
    tie.opened = true;
    const [a, b] = [this.partyRef(tie.a), this.partyRef(tie.b)];
    const input = { a, b, kind: kindOf(fields), occurredAt: tie.firstAt };
    return [...this.ensuredParties(tie.a, tie.b), { type: 'OpenRelationship', idempotencyKey, ensure: true, input }];
  }

  private tieOf(fields: Fields): Tie | undefined {
    const { from, to, at } = fields;
    if (from === undefined || to === undefined) return undefined;
    return this.ties.see(kindOf(fields), String(from), String(to), typeof at === 'string' ? at : undefined);
  }

  private relationship(fields: Fields): Command[] | RowProblem {
    const { id, a, b, intent, at, steward, intervalDays, graceDays } = fields;
    if (a === undefined || b === undefined) return absent(a === undefined ? 'a' : 'b');
    const [ours, theirs] = [String(a), String(b)];
    const kind = kindOf(fields);
    const key = id === undefined ? this.keys.tie(kind, ours, theirs) : this.keys.relationship(String(id));
    const relationshipId = `rel:${key}`;
    const others = steward === undefined ? [ours, theirs] : [ours, theirs, String(steward)];
    const commands: Command[] = [
      ...this.ensuredParties(...others),
      {
        type: 'OpenRelationship',
        idempotencyKey: key,
        input: { a: this.partyRef(ours), b: this.partyRef(theirs), kind, intent, occurredAt: at },
      },
    ];
    if (steward !== undefined) {
      const stewardId = this.partyRef(String(steward));
      const input = { relationshipId, stewardId, occurredAt: at };
      commands.push({ type: 'AssignSteward', idempotencyKey: `${key}/steward`, input });
    }
    if (intervalDays !== undefined) {
      const input = { relationshipId, intervalDays, graceDays, occurredAt: at };
      commands.push({ type: 'SetCadence', idempotencyKey: `${key}/cadence`, input });
    }
    return commands;
  }

  private party(fields: Fields, content: () => string): Command[] {
    const { id, kind = 'PERSON', displayName = id, roles, npi, email, phone, at } = fields;
    const key = id === undefined ? this.keys.row('party', content()) : this.keys.party(String(id));
    const identities = [
      ...(id === undefined ? [] : [{ system: this.meaning.source, value: id }]),
      ...(npi === undefined ? [] : [{ system: 'NPI', value: npi }]),
    ];
    const reached = (how: string, value: unknown): Command[] =>
      value === undefined
        ? []
        : [
            {
              type: 'AddContactPoint',
              idempotencyKey: `${key}/${how.toLowerCase()}`,
              input: { partyId: `pty:${key}`, kind: how, value, occurredAt: at },
            },
          ];
    return [
      {
        type: 'RegisterParty',
        idempotencyKey: key,
        input: { kind, displayName, roles, identities, occurredAt: at },
      },
      ...reached('EMAIL', email),
      ...reached('PHONE', phone),
    ];
  }

  /** Parties that a row only names: registered under their external id when they are not there. */
  private ensuredParties(...externalIds: readonly string[]): Command[] {
    const fresh = externalIds.filter((id) => !this.parties.has(id));
    for (const id of fresh) this.parties.add(id);
    return fresh.map((id) => ({
      type: 'RegisterParty',
      idempotencyKey: this.keys.party(id),
      ensure: true,
      input: { kind: 'PERSON', displayName: id, identities: [{ system: this.meaning.source, value: id }] },
    }));
  }

  private partyRef(externalId: string): string {
    return `pty:${this.keys.party(externalId)}`;
  }
}

const kindOf = ({ kind = DEFAULT_KIND }: Fields): string => String(kind);

const absent = (field: string): RowProblem => ({ code: 'INVALID_INPUT', reason: `${field} is empty.` });

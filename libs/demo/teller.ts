import type { Id, IdPrefix, PartyId, RelationshipId } from '../event-sourcing/id.js';
import { fromMillis, type Instant } from '../event-sourcing/instant.js';
import type { LedgerCommand } from '../ledger/ledger.js';
import type { DemoCommand } from './demo.js';

const DAY_MS = 86_400_000;

/** Tells what was thought out, not drawn: each fact so many days before the end of the story. */
export class Teller {
  readonly told: DemoCommand[] = [];

  constructor(
    private readonly name: string,
    /** What the identities of the parties begin with. */
    private readonly seed: string,
    private readonly untilMs: number,
    /** The id that a command with the key will make. */
    private readonly makeId: <Prefix extends IdPrefix>(prefix: Prefix, key: string) => Id<Prefix>,
    readonly practice: PartyId,
    readonly liaison: PartyId,
  ) {}

  /** Nine in the morning in Baltimore, so many days before the end. */
  on(daysAgo: number): Instant {
    return fromMillis(this.untilMs - daysAgo * DAY_MS - 10 * 3_600_000);
  }

  /** What the command of that key makes. */
  id<Prefix extends IdPrefix>(prefix: Prefix, key: string): Id<Prefix> {
    return this.makeId(prefix, `${this.name}:${key}`);
  }

  /** The first event that the command of that key records. */
  eventOf(key: string): Id<'evt'> {
    return this.id('evt', key);
  }

  tell(key: string, daysAgo: number, command: LedgerCommand): void {
    const idempotencyKey = `${this.name}:${key}`;
    this.told.push({ idempotencyKey, command: dated(command, this.on(daysAgo)), inTurn: true });
  }

  /** As `tell`, for what has no time of its own but that of its telling. */
  add(key: string, command: LedgerCommand): void {
    this.told.push({ idempotencyKey: `${this.name}:${key}`, command, inTurn: true });
  }

  party(key: string, displayName: string, more: { kind?: 'ORGANISATION'; roles?: readonly Role[] } = {}): PartyId {
    const { kind = 'PERSON', roles = kind === 'PERSON' ? ['PRACTITIONER'] : ['ORGANISATION'] } = more;
    const identities = [{ system: 'story', value: `${this.seed}/${key}` }];
    this.tell(key, 720, { type: 'RegisterParty', kind, displayName, roles, identities });
    return this.id('pty', key);
  }

  /** A tie of the practice with a party, carried by the liaison. */
  tie(key: string, b: PartyId, daysAgo: number, kind: Kind = 'PHYSICIAN_RELATIONS'): RelationshipId {
    const relationshipId = this.id('rel', key);
    this.tell(key, daysAgo, { type: 'OpenRelationship', a: this.practice, b, kind, intent: 'RELATIONAL' });
    const stewardId = this.liaison;
    this.tell(`${key}/steward`, daysAgo, { type: 'AssignSteward', relationshipId, stewardId, role: 'PRIMARY' });
    return relationshipId;
  }
}

/** The command with its time. */
export const dated = (command: LedgerCommand, occurredAt: Instant): LedgerCommand =>
  Object.assign(command, { occurredAt });

type Command<Type extends LedgerCommand['type']> = Extract<LedgerCommand, { readonly type: Type }>;
type Role = NonNullable<Command<'RegisterParty'>['roles']>[number];
type Kind = Command<'OpenRelationship'>['kind'];

import type { Id, IdPrefix, PartyId, RelationshipId } from '../event-sourcing/id.js';
import type { LedgerCommand } from '../ledger/ledger.js';

/** A command, its key, and when it reaches the ledger: most facts at once, some days later. */
export interface Told {
  readonly atMs: number;
  readonly key: string;
  readonly command: LedgerCommand;
}

/** A tie whose story is to be told. */
export interface Tie {
  readonly key: string;
  readonly relationshipId: RelationshipId;
  readonly ours: PartyId;
  readonly theirs: PartyId;
  readonly steward: PartyId;
  /** Who takes over when the steward leaves. */
  readonly successor: PartyId;
  readonly stewardLeavesAtMs: number;
  readonly openedAtMs: number;
  readonly untilMs: number;
  /** The id that a command with the key will make, as the ledger derives it. */
  readonly id: <Prefix extends IdPrefix>(prefix: Prefix, idempotencyKey: string) => Id<Prefix>;
}

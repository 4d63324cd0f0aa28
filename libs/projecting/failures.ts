import pg from 'pg';
import type { Recorded } from '../event-sourcing/event.js';
import type { Position } from '../event-sourcing/position.js';
import { UnfitValue } from './column-types.js';

/** A handler threw. */
export class HandlerFailed extends Error {
  constructor(
    readonly event: Recorded,
    /** Of the event in its batch. */
    readonly index: number,
    cause: unknown,
  ) {
    super(messageOf(cause), { cause });
    this.name = 'HandlerFailed';
  }
}

/** The event that a projection cannot take in, found by applying it alone. Only this projection stops. */
export class PoisonEvent extends Error {
  constructor(
    readonly event: Recorded,
    cause: unknown,
  ) {
    super(messageOf(cause), { cause });
    this.name = 'PoisonEvent';
  }
}

/** Somebody else owns the build by now. Nothing was written; whoever meets this lets go of the build. */
export class StaleWorker extends Error {
  constructor(readonly schema: string) {
    super(`${schema} has another owner.`);
    this.name = 'StaleWorker';
  }
}

/** The log no longer holds what the build was made of: it was restored, replaced or tampered with. */
export class LogChanged extends Error {
  constructor(
    readonly schema: string,
    readonly position: Position,
  ) {
    super(`The log changed: its event at position ${position} is not the one that ${schema} has applied.`);
    this.name = 'LogChanged';
  }
}

/** A rebuilt version differs from the live one of the same version. */
export class NotTheSame extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotTheSame';
  }
}

// SQLSTATE classes of a server that is busy, stopping or gone: connection, transaction state (a standby), rollback
// (deadlock), resources, locks, operator intervention, system error, internal error. Not the fault of any event.
const TRANSIENT = new Set(['08', '25', '40', '53', '55', '57', '58', 'XX']);

/**
 * Whether applying failed because of what the events say. All else (lost connections, an overloaded or restarting
 * server, an unreachable store) passes and is tried again.
 */
export function isAboutEvents(error: unknown): boolean {
  if (error instanceof HandlerFailed || error instanceof UnfitValue) return true;
  return error instanceof pg.DatabaseError && !TRANSIENT.has((error.code ?? '').slice(0, 2));
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

import { GraphQLError } from 'graphql';
import type { RefusalCode } from '../event-sourcing/refusal-codes.js';

/** What a request as a whole can fail with, beside the refusals of commands: `errors[].extensions.code`. */
export type RequestErrorCode =
  | Extract<RefusalCode, 'INVALID_INPUT' | 'NAIVE_TIMESTAMP' | 'SCORE_OUT_OF_SCALE'>
  /** The request is no GraphQL over HTTP at all. */
  | 'INVALID_REQUEST'
  /** The document does not parse, or asks for what the schema does not have. */
  | 'INVALID_DOCUMENT'
  /** The document is deeper, longer or costlier than one request may be. */
  | 'LIMIT_EXCEEDED'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  /** The read models have not reached `atLeastPosition` in time; `extensions.position` says how far they are. */
  | 'STILL_AT'
  /** The log or the database cannot be reached; nothing was written. Safe to try again. */
  | 'UNAVAILABLE'
  /** Whether the command was stored is unknown: send it again with the same idempotency key. */
  | 'OUTCOME_UNKNOWN'
  /** Somebody has deleted what the ledger had recorded, on the server of the log: an operator has to look into it. */
  | 'STREAM_DELETED'
  /** A fault of ours; `extensions.correlationId` is what the log of the server calls it. */
  | 'INTERNAL';

/** A top-level error that callers may see as it is. */
export class RequestError extends GraphQLError {
  constructor(code: RequestErrorCode, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(message, { extensions: { code, ...more } });
    this.name = 'RequestError';
  }
}

import { GraphQLError, type ExecutionResult, type FormattedExecutionResult, type GraphQLFormattedError } from 'graphql';
import type { RequestContext } from '../request-context.js';
import { RequestError } from '../request-error.js';

/** The part of a logger that faults need. */
export interface FaultLog {
  error(what: object, message: string): void;
}

/** Tells a failure that callers can act on from a bug; undefined for a bug. */
export type KnownFailure = (error: Error) => RequestError | undefined;

/**
 * What leaves the house: errors that are meant for the caller as they are, everything else as INTERNAL with the name
 * under which the log has it. No message, statement, stack or path of a fault is ever sent.
 */
export class Faults {
  constructor(
    private readonly log: FaultLog,
    private readonly known: KnownFailure = () => undefined,
  ) {}

  present(result: ExecutionResult, context: RequestContext): FormattedExecutionResult {
    if (!result.errors) return result;
    const executed = result.data !== undefined;
    const errors = result.errors.map((error) => this.presentError(error, executed, context));
    return executed ? { errors, data: result.data ?? null } : { errors };
  }

  private presentError(error: GraphQLError, executed: boolean, context: RequestContext): GraphQLFormattedError {
    const cause = error.originalError ?? error;
    const meant = cause instanceof RequestError ? cause : cause === error ? undefined : this.known(cause);
    const where = {
      ...(error.locations ? { locations: error.locations } : {}),
      ...(error.path ? { path: error.path } : {}),
    };
    if (meant) return { message: meant.message, ...where, extensions: meant.extensions };
    // GraphQL's own errors before execution describe the document; all others are bugs of ours.
    if (!executed && cause === error)
      return { message: error.message, ...where, extensions: { code: 'INVALID_DOCUMENT' } };
    const { correlationId } = context;
    this.log.error({ err: cause, correlationId, field: error.path }, 'a resolver failed');
    const message = 'Something failed here. The log of the server has it under the correlation id.';
    return { message, ...where, extensions: { code: 'INTERNAL', correlationId } };
  }
}

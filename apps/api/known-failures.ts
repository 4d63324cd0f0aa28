import { AppendOutcomeUnknown, StoreUnavailable, StreamDeleted } from '../../libs/event-store/errors.js';
import { RequestError } from '../../libs/graphql/request-error.js';

/** Failures that are no bugs: what is away now may be back in a moment, what was deleted will not. */
export function knownFailure(error: Error): RequestError | undefined {
  if (error instanceof AppendOutcomeUnknown) {
    const message = 'Whether it was recorded is unknown. Send it again with the same idempotency key: it counts once.';
    return new RequestError('OUTCOME_UNKNOWN', message);
  }
  if (error instanceof StoreUnavailable || isDatabaseAway(error)) {
    return new RequestError('UNAVAILABLE', 'The ledger cannot be reached now. Nothing was recorded; try again.');
  }
  if (error instanceof StreamDeleted) return new RequestError('STREAM_DELETED', error.message);
  return undefined;
}

/** Connection lost or refused, server starting, ending, out of connections, or a statement that was cancelled. */
const isDatabaseAway = (error: Error): boolean =>
  ('code' in error && typeof error.code === 'string' && /^(08|53|57|ECONN|ENOENT|ETIMEDOUT|EPIPE)/.test(error.code)) ||
  /^Connection terminated|^timeout exceeded when trying to connect/.test(error.message);

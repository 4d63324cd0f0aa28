import { AppendOutcomeUnknown, StoreUnavailable, StreamDeleted } from '../../libs/event-store/errors.js';
import { RequestError } from '../../libs/graphql/request-error.js';
import { projections } from '../../libs/read-models/read-models.js';

/** Failures that are no bugs: what is away now may be back in a moment, what was deleted will not. */
export function knownFailure(error: Error): RequestError | undefined {
  if (error instanceof AppendOutcomeUnknown) {
    const message = 'Whether it was recorded is unknown. Send it again with the same idempotency key: it counts once.';
    return new RequestError('OUTCOME_UNKNOWN', message);
  }
  if (error instanceof StoreUnavailable || isDatabaseAway(error)) {
    return new RequestError('UNAVAILABLE', 'The ledger cannot be reached now. Nothing was recorded; try again.');
  }
  if (isNotBuiltYet(error)) {
    return new RequestError(
      'UNAVAILABLE',
      'A read model is not there yet: the projector is about to build it. Try again.',
    );
  }
  if (error instanceof StreamDeleted) return new RequestError('STREAM_DELETED', error.message);
  return undefined;
}

const UNDEFINED_TABLE = '42P01';
const SCHEMAS = new Set(projections.map(({ name }) => name));

/** Asked before any projector made the tables of a read model: the first second of a new ledger. */
function isNotBuiltYet(error: Error): boolean {
  if (!('code' in error) || error.code !== UNDEFINED_TABLE) return false;
  const [, schema = ''] = /"(\w+)\.\w+"/.exec(error.message) ?? [];
  return SCHEMAS.has(schema);
}

/** Connection lost or refused, server starting, ending, out of connections, or a statement that was cancelled. */
const isDatabaseAway = (error: Error): boolean =>
  ('code' in error && typeof error.code === 'string' && /^(08|53|57|ECONN|ENOENT|ETIMEDOUT|EPIPE)/.test(error.code)) ||
  /^Connection terminated|^timeout exceeded when trying to connect/.test(error.message);

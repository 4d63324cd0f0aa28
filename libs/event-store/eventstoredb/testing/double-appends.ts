import {
  status,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServiceError,
} from '@grpc/grpc-js';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendResult, ExpectedRevision, Proposed } from './double-log.js';
import {
  appendResponse,
  batchResponse,
  expectedRevision,
  proposed,
  rpcError,
  streamDeleted,
  streamName,
} from './double-messages.js';

export type AppendCall = ServerReadableStream<AppendReq, AppendResp>;
export type AppendAnswer = sendUnaryData<AppendResp>;
export type BatchAppendCall = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;

/** Undefined: no answer. */
type Append = (
  stream: string,
  expected: ExpectedRevision,
  events: readonly Proposed[],
) => AppendResult | 'busy' | undefined;

/** A call per append: first where to, then one message per event. */
export function answerAppend(call: AppendCall, answer: AppendAnswer, append: Append): void {
  let stream = '';
  let expected: ExpectedRevision = 'any';
  const events: Proposed[] = [];
  call.on('data', (message: AppendReq) => {
    const options = message.getOptions();
    if (options) {
      stream = streamName(options.getStreamIdentifier());
      expected = expectedRevision(options);
    } else events.push(proposed(message.getProposedMessage()!));
  });
  call.on('end', () => {
    setImmediate(() => {
      if (call.cancelled) return; // a connection that breaks ends the call too, but it is only told after that
      const result = append(stream, expected, events);
      if (!result) return;
      const error = errorOf(result, stream);
      if (error) answer(error);
      else answer(null, appendResponse(result as AppendResult));
    });
  });
  call.on('error', () => undefined);
}

/** One long call for all appends of a client, answered by their correlation ids. */
export function answerBatchAppend(call: BatchAppendCall, append: Append): void {
  const arriving = new Map<string, { stream: string; expected: ExpectedRevision; events: Proposed[] }>();
  call.on('data', (message: BatchAppendReq) => {
    const correlation = message.getCorrelationId()!.getString();
    const options = message.getOptions();
    if (options) {
      const stream = streamName(options.getStreamIdentifier());
      arriving.set(correlation, { stream, expected: expectedRevision(options), events: [] });
    }
    const arrived = arriving.get(correlation);
    arrived?.events.push(...message.getProposedMessagesList().map(proposed));
    if (!arrived || !message.getIsFinal()) return;
    arriving.delete(correlation);
    const result = append(arrived.stream, arrived.expected, arrived.events);
    if (result && !call.cancelled) call.write(batchResponse(correlation, arrived.stream, result));
  });
  call.on('error', () => undefined);
  call.on('end', () => call.end());
}

function errorOf(result: AppendResult | 'busy', stream: string): ServiceError | undefined {
  if (result === 'busy') return rpcError(status.UNAVAILABLE, 'Server Is Too Busy');
  if (result.result === 'deleted') return streamDeleted(stream);
  if (result.result === 'tooLarge')
    return rpcError(status.INVALID_ARGUMENT, `Maximum Append Size of ${result.limit} Exceeded.`, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': String(result.limit),
    });
  return undefined;
}

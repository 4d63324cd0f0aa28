import { Metadata, status as codes, type ServiceError } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import status from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  ReadReq,
  ReadResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import type { StreamIdentifier } from '@eventstore/db-client/generated/shared_pb.js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import type { AppendResult, ExpectedRevision, Proposed, Stored } from './double-log.js';

// Between the log of the double and the messages of the wire. 64-bit numbers travel as strings.

export const streamName = (identifier?: StreamIdentifier): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');

const identifier = (stream: string): StreamIdentifier =>
  new shared.StreamIdentifier().setStreamName(Uint8Array.from(Buffer.from(stream, 'utf8')));

export function expectedRevision(options: AppendReq.Options | BatchAppendReq.Options): ExpectedRevision {
  if (options.hasNoStream()) return 'noStream';
  if (options.hasAny()) return 'any';
  if (options.hasStreamExists()) return 'streamExists';
  return BigInt('getRevision' in options ? options.getRevision() : options.getStreamPosition());
}

export const proposed = (message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage): Proposed => ({
  id: message.getId()?.getString() ?? '',
  type: message.getMetadataMap().get('type') ?? '',
  isJson: message.getMetadataMap().get('content-type') === 'application/json',
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
});

export function appendResponse(result: AppendResult): AppendResp {
  const response = new streams.AppendResp();
  if (result.result === 'stored') {
    const { position, revision } = result.last;
    return response.setSuccess(
      new streams.AppendResp.Success()
        .setCurrentRevision(String(revision))
        .setPosition(
          new streams.AppendResp.Position().setCommitPosition(String(position)).setPreparePosition(String(position)),
        ),
    );
  }
  if (result.result !== 'wrongExpectedVersion') throw new Error(`${result.result} is an error of the call.`);
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (result.current < 0) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(result.current));
  return response.setWrongExpectedVersion(wrong);
}

export function batchResponse(correlation: string, stream: string, result: AppendResult | 'busy'): BatchAppendResp {
  const response = new streams.BatchAppendResp()
    .setCorrelationId(new shared.UUID().setString(correlation))
    .setStreamIdentifier(identifier(stream));
  if (result === 'busy') return response.setError(failure('Server Is Busy', 'google.protobuf.Empty', new Uint8Array()));
  switch (result.result) {
    case 'stored': {
      const { position, revision } = result.last;
      return response.setSuccess(
        new streams.BatchAppendResp.Success()
          .setCurrentRevision(String(revision))
          .setPosition(
            new shared.AllStreamPosition().setCommitPosition(String(position)).setPreparePosition(String(position)),
          ),
      );
    }
    case 'wrongExpectedVersion': {
      const wrong = new shared.WrongExpectedVersion();
      if (result.current >= 0) wrong.setCurrentStreamRevision(String(result.current));
      return response.setError(
        failure('WrongExpectedVersion', 'event_store.client.WrongExpectedVersion', wrong.serializeBinary()),
      );
    }
    case 'deleted':
      return response.setError(
        failure(
          'StreamDeleted',
          'event_store.client.StreamDeleted',
          new shared.StreamDeleted().setStreamIdentifier(identifier(stream)).serializeBinary(),
        ),
      );
    case 'tooLarge':
      return response.setError(
        failure(
          'MaximumAppendSizeExceeded',
          'event_store.client.MaximumAppendSizeExceeded',
          new shared.MaximumAppendSizeExceeded().setMaxappendsize(result.limit).serializeBinary(),
        ),
      );
  }
}

/** How BatchAppend says no: a status whose detail is a message packed under its type's name. */
function failure(message: string, type: string, detail: Uint8Array): Status {
  const details = new any.Any();
  details.pack(detail, type);
  return new status.Status().setMessage(message).setDetails(details);
}

export function readEvent(event: Stored): ReadResp {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(event.id))
    .setStreamIdentifier(identifier(event.stream))
    .setStreamRevision(String(event.revision))
    .setCommitPosition(String(event.position))
    .setPreparePosition(String(event.position))
    .setData(event.data)
    .setCustomMetadata(event.metadata);
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('created', String(event.created))
    .set('content-type', event.isJson ? 'application/json' : 'application/octet-stream');
  return new streams.ReadResp().setEvent(
    new streams.ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(String(event.position)),
  );
}

export const streamNotFound = (stream: string): ReadResp =>
  new streams.ReadResp().setStreamNotFound(
    new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifier(stream)),
  );

export const confirmation = (id: string): ReadResp =>
  new streams.ReadResp().setConfirmation(new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(id));

export const checkpoint = (commit: bigint, prepare: bigint): ReadResp =>
  new streams.ReadResp().setCheckpoint(
    new streams.ReadResp.Checkpoint().setCommitPosition(String(commit)).setPreparePosition(String(prepare)),
  );

export const caughtUp = (): ReadResp => new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());

/** Which events a filtered subscription sends. */
export function filterOf(options: ReadReq.Options): (event: Stored) => boolean {
  const filter = options.getFilter();
  const expression = filter?.getStreamIdentifier() ?? filter?.getEventType();
  if (!filter || !expression) return () => true;
  const subject = filter.hasEventType() ? (event: Stored) => event.type : (event: Stored) => event.stream;
  const prefixes = expression.getPrefixList();
  const pattern = new RegExp(expression.getRegex());
  return (event) =>
    prefixes.length > 0 ? prefixes.some((prefix) => subject(event).startsWith(prefix)) : pattern.test(subject(event));
}

/** What went wrong in kind stands in the trailers. */
export function rpcError(code: codes, details: string, trailers: Record<string, string> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return Object.assign(new Error(details), { code, details, metadata });
}

export const streamDeleted = (stream: string): ServiceError =>
  rpcError(codes.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

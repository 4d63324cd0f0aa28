import { status, type ServerWritableStream } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { randomUUID } from 'node:crypto';
import { setImmediate as breath } from 'node:timers/promises';
import { InvalidPosition, type DoubleLog, type Stored } from './double-log.js';
import {
  caughtUp,
  checkpoint,
  confirmation,
  filterOf,
  readEvent,
  rpcError,
  streamDeleted,
  streamName,
  streamNotFound,
} from './double-messages.js';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

/** Events that the server reads from its file at once. */
const PAGE = 32;
/** Above this size the double waits until an event has left, so that it holds no pages of large events itself. */
const LARGE_BYTES = 1 << 16;

export interface Reading {
  /** Ends a live subscription that lags by more events than this; without it the server reads from its file again. */
  readonly dropWhenLagging: number | undefined;
  /** How often that was. */
  dropped: number;
  /** Events that were sent, whosever. */
  eventsSent: number;
  /** Versions before 23.10 do not say when a subscription has caught up. */
  readonly tellsCaughtUp: boolean;
}

/** Answers a Read: a page of one stream or of all, or a subscription to all. */
export async function answerRead(call: ReadCall, log: DoubleLog, reading: Reading): Promise<void> {
  const options = call.request.getOptions()!;
  try {
    if (options.hasSubscription()) await follow(call, log, reading);
    else if (options.hasStream()) await readStream(call, log, reading);
    else await readAll(call, log, reading);
    call.end();
  } catch (error) {
    call.emit('error', error instanceof InvalidPosition ? invalidPosition(options) : error);
  }
}

/** A subscription and a read say this differently. */
const invalidPosition = (options: ReadReq.Options): Error =>
  options.hasSubscription()
    ? rpcError(status.INVALID_ARGUMENT, 'Trying to read from an invalid position.')
    : rpcError(status.UNKNOWN, 'Unexpected ReadAllResult: InvalidPosition');

async function readStream(call: ReadCall, log: DoubleLog, reading: Reading): Promise<void> {
  const options = call.request.getOptions()!;
  const wanted = options.getStream()!;
  const stream = streamName(wanted.getStreamIdentifier());
  if (log.isDeleted(stream)) throw streamDeleted(stream);
  const from = wanted.hasStart() ? 0 : wanted.hasEnd() ? Number.MAX_SAFE_INTEGER : Number(wanted.getRevision());
  const events = log.readStream(stream, from, isBackwards(options), Number(options.getCount()));
  if (!events) await send(call, streamNotFound(stream));
  else for (const event of events) await sendEvent(call, event, reading);
}

async function readAll(call: ReadCall, log: DoubleLog, reading: Reading): Promise<void> {
  const options = call.request.getOptions()!;
  const backwards = isBackwards(options);
  let left = Number(options.getCount());
  let from = startOf(options, log, 0n);
  while (left > 0 && !call.cancelled) {
    const page = log.readAll(from, backwards, Math.min(left, PAGE));
    for (const event of page) await sendEvent(call, event, reading);
    const last = page.at(-1);
    if (!last) return;
    from = backwards ? last.position : last.end;
    left -= page.length;
  }
}

/**
 * A subscription reads pages from the file until it has reached the end, says that it has caught up, and then sends
 * what comes. Checkpoints come after so many events, and at the end. While it reads from the file they hold the place
 * where the last page began, which is no event's position (its prepare position is 0), or the event sent last; live
 * ones hold the position of an event.
 */
async function follow(call: ReadCall, log: DoubleLog, reading: Reading): Promise<void> {
  const options = call.request.getOptions()!;
  const allowed = filterOf(options);
  const filter = options.getFilter();
  const window = filter?.hasMax() ? filter.getMax() : PAGE;
  const interval = window * Math.max(1, filter?.getCheckpointintervalmultiplier() ?? 1);
  const filtered = options.hasFilter();
  await send(call, confirmation(randomUUID()));

  const after = startOf(options, log, -1n);
  let from = after < 0n ? 0n : after;
  let live = false;
  let considered = 0;
  while (!call.cancelled) {
    const lag = log.events.length - log.indexAt(from);
    if (live && reading.dropWhenLagging !== undefined && lag > reading.dropWhenLagging) {
      reading.dropped += 1;
      throw rpcError(status.CANCELLED, 'Consumer too slow.');
    }
    live &&= lag <= PAGE;
    const page = log.readAll(from, false, window);
    const began = from;
    let sent = -1n;
    for (const event of page) {
      if (event.position > after && allowed(event)) {
        await sendEvent(call, event, reading);
        sent = event.position;
      }
      from = event.end;
      if (live && filtered && ++considered % interval === 0)
        await send(call, checkpoint(event.position, event.position));
    }
    const reached = sent > began ? checkpoint(sent, sent) : checkpoint(began, 0n);
    if (log.readAll(from, false, 1).length > 0) {
      if (live || !filtered || (considered += page.length) < interval) continue;
      considered %= interval;
      await send(call, reached);
      await breath(); // the server looks through its file without keeping others from their answers
      continue;
    }
    if (!live) {
      if (filtered && page.length > 0) await send(call, reached);
      if (reading.tellsCaughtUp) await send(call, caughtUp());
      live = true;
    }
    if (log.readAll(from, false, 1).length === 0) await growth(call, log);
  }
}

function startOf(options: ReadReq.Options, log: DoubleLog, start: bigint): bigint {
  const all = options.getAll()!;
  if (all.hasStart()) return start;
  if (all.hasEnd()) return log.writePosition;
  return BigInt(all.getPosition()!.getCommitPosition());
}

function growth(call: ReadCall, log: DoubleLog): Promise<void> {
  if (call.cancelled) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      call.off('cancelled', done);
      forget();
      resolve();
    };
    const forget = log.onGrowth(done);
    call.once('cancelled', done);
  });
}

function sendEvent(call: ReadCall, event: Stored, reading: Reading): Promise<void> {
  reading.eventsSent += 1;
  return send(call, readEvent(event), event.data.length > LARGE_BYTES);
}

const isBackwards = (options: ReadReq.Options): boolean =>
  options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;

/** Writes, and waits while the connection takes no more; `wait`: until it has taken this one. */
function send(call: ReadCall, response: ReadResp, wait = false): Promise<void> {
  if (call.cancelled) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      call.off('cancelled', done);
      call.off('drain', done);
      resolve();
    };
    const flows = call.write(response, wait ? done : undefined);
    if (flows && !wait) return resolve();
    call.once('cancelled', done);
    if (!wait) call.once('drain', done);
  });
}

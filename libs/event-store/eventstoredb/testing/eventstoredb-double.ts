import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import gossip from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossipMessages from '@eventstore/db-client/generated/gossip_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import featureMessages from '@eventstore/db-client/generated/serverfeatures_pb.js';
import service from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { DeleteReq, DeleteResp, TombstoneReq, TombstoneResp } from '@eventstore/db-client/generated/streams_pb.js';
import { createServer, type Socket } from 'node:net';
import {
  answerAppend,
  answerBatchAppend,
  type AppendAnswer,
  type AppendCall,
  type BatchAppendCall,
} from './double-appends.js';
import { DoubleLog, json, type AppendResult, type ExpectedRevision, type Proposed } from './double-log.js';
import { streamName } from './double-messages.js';
import { answerRead, type ReadCall } from './double-reads.js';

/** What may happen to an append on its way. */
export const APPEND_FAULTS = [
  'connection lost before it is stored',
  'connection lost after it is stored',
  'no answer and not stored',
  'no answer though stored',
  'busy',
] as const;
export type AppendFault = (typeof APPEND_FAULTS)[number];

export interface DoubleOptions {
  /** Bytes of one append; the real server's default is 1 MiB, at most 16 MB can be set. */
  readonly maxAppendSize?: number;
  /** How many event ids an append at any revision is compared with. */
  readonly recentEvents?: number;
  /** Old servers answer Append only. */
  readonly batchAppend?: boolean;
  /** Servers of version 23.10 and later say when a subscription has caught up. */
  readonly tellsCaughtUp?: boolean;
}

/**
 * An EventStoreDB in this process that speaks the real protocol on a real socket and keeps everything in memory. Faults
 * are switched by the test. It is one node without access control; what it answers and when follows the real server.
 */
export class EventStoreDbDouble {
  readonly log: DoubleLog;
  /** Faults of the next appends, first come first served; appends beyond them meet none. */
  readonly appendFaults: AppendFault[] = [];
  /** Old servers end a live subscription that lags; set how many events it may. */
  dropWhenLagging: number | undefined;
  /** Subscriptions that were ended for lagging. */
  dropped = 0;
  /** Events that it has sent to whoever reads or follows. */
  eventsSent = 0;
  readonly tellsCaughtUp: boolean;
  private appends = 0;
  private subscriptions = 0;
  private readonly watchers = new Set<() => void>();
  private readonly sockets = new Set<Socket>();
  private readonly server = new Server({
    'grpc.max_receive_message_length': 17 << 20,
    'grpc.max_send_message_length': 17 << 20,
  });
  private readonly door = createServer((socket) => this.letIn(socket));
  private readonly injector = this.server.createConnectionInjector(ServerCredentials.createInsecure());
  private port = 0;

  private constructor(private readonly options: DoubleOptions) {
    this.tellsCaughtUp = options.tellsCaughtUp ?? true;
    this.log = new DoubleLog({
      maxAppendSize: options.maxAppendSize ?? 16_000_000,
      recentEvents: options.recentEvents ?? 1_000,
    });
    this.serve();
  }

  static async start(options: DoubleOptions = {}): Promise<EventStoreDbDouble> {
    const double = new EventStoreDbDouble(options);
    await double.open();
    return double;
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  /** For a client that asks the cluster where its leader is. */
  get discoverUrl(): string {
    return `esdb+discover://127.0.0.1:${this.port}?tls=false`;
  }

  /** Every connection breaks; new ones are accepted at once. */
  cutConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** The server is down: connections break and new ones are refused. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.door.close(resolve));
    this.cutConnections();
    await closed;
  }

  /** The server comes up again on the same port, with its data. */
  async restart(): Promise<void> {
    if (this.door.listening) await this.stop();
    this.log.boot();
    await this.open();
  }

  async close(): Promise<void> {
    if (this.door.listening) await this.stop();
    this.injector.destroy();
    this.server.forceShutdown();
  }

  /** Until so many appends have reached the server, since it was made and whatever became of them. */
  appendReceived(count: number): Promise<void> {
    return this.until(() => this.appends >= count);
  }

  /** Until just so many subscriptions are open. */
  untilSubscriptions(count: number): Promise<void> {
    return this.until(() => this.subscriptions === count);
  }

  /** Another application's event. */
  appendForeign(stream: string, type: string, data: object): void {
    this.log.append(stream, 'any', [json(type, data)]);
  }

  private until(reached: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!reached()) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
      look();
    });
  }

  private changed(): void {
    for (const look of [...this.watchers]) look();
  }

  private open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.door.once('error', reject);
      this.door.listen(this.port, '127.0.0.1', () => {
        this.door.off('error', reject);
        const address = this.door.address();
        if (address && typeof address === 'object') this.port = address.port;
        resolve();
      });
    });
  }

  private letIn(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
    this.injector.injectConnection(socket);
  }

  private serve(): void {
    this.server.addService(service.StreamsService, {
      read: (call: ReadCall) => void this.answerRead(call),
      append: (call: AppendCall, answer: AppendAnswer) =>
        answerAppend(call, answer, (...append) => this.append(...append)),
      tombstone: (call: ServerUnaryCall<TombstoneReq, TombstoneResp>, answer: sendUnaryData<TombstoneResp>) => {
        this.log.tombstone(streamName(call.request.getOptions()!.getStreamIdentifier()));
        answer(null, new streams.TombstoneResp());
      },
      delete: (call: ServerUnaryCall<DeleteReq, DeleteResp>, answer: sendUnaryData<DeleteResp>) => {
        this.log.softDelete(streamName(call.request.getOptions()!.getStreamIdentifier()));
        answer(null, new streams.DeleteResp());
      },
      batchAppend: (call: BatchAppendCall) => answerBatchAppend(call, (...append) => this.append(...append)),
    });
    this.server.addService(features.ServerFeaturesService, {
      getSupportedMethods: (_: unknown, answer: sendUnaryData<unknown>) => answer(null, this.supportedMethods()),
    });
    this.server.addService(gossip.GossipService, {
      read: (_: unknown, answer: sendUnaryData<unknown>) => answer(null, this.members()),
    });
  }

  private async answerRead(call: ReadCall): Promise<void> {
    const open = call.request.getOptions()!.hasSubscription() ? 1 : 0;
    this.subscriptions += open;
    await answerRead(call, this.log, this);
    this.subscriptions -= open;
    this.changed();
  }

  /** Undefined: no answer. */
  private append(
    stream: string,
    expected: ExpectedRevision,
    events: readonly Proposed[],
  ): AppendResult | 'busy' | undefined {
    this.appends += 1;
    this.changed();
    switch (this.appendFaults.shift()) {
      case 'busy':
        return 'busy';
      case 'connection lost before it is stored':
        this.cutConnections();
        return undefined;
      case 'connection lost after it is stored':
        this.log.append(stream, expected, events);
        this.cutConnections();
        return undefined;
      case 'no answer and not stored':
        return undefined;
      case 'no answer though stored':
        this.log.append(stream, expected, events);
        return undefined;
      case undefined:
        return this.log.append(stream, expected, events);
    }
  }

  private supportedMethods() {
    const batch = this.options.batchAppend ?? true;
    const methods = ['read', 'append', 'delete', 'tombstone', ...(batch ? ['batchappend'] : [])].map((name) =>
      new featureMessages.SupportedMethod().setServiceName('event_store.client.streams.streams').setMethodName(name),
    );
    return new featureMessages.SupportedMethods().setMethodsList(methods).setEventStoreServerVersion('24.10.0');
  }

  private members() {
    const leader = new gossipMessages.MemberInfo()
      .setState(gossipMessages.MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new gossipMessages.EndPoint().setAddress('127.0.0.1').setPort(this.port));
    return new gossipMessages.ClusterInfo().setMembersList([leader]);
  }
}

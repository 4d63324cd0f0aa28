import {
  BACKWARDS,
  END,
  NO_STREAM,
  streamNameFilter,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
  type AllStreamResolvedEvent,
  type AppendExpectedRevision,
  type EventStoreDBClient,
  type ResolvedEvent,
} from '@eventstore/db-client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { collect, connect, isInvalidPosition } from '../connection.js';

export interface OpenServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What the adapter takes for granted of the server: true of the real one, and of its double. */
export function serverFacts(name: string, open: () => Promise<OpenServer>): void {
  describe(name, () => {
    let server: OpenServer;
    let client: EventStoreDBClient;
    beforeAll(async () => {
      server = await open();
      client = connect(server.url);
    });
    afterAll(async () => {
      await client.dispose();
      await server.close();
    });

    const newStream = () => `facts${randomUUID().replaceAll('-', '')}.a-b`;
    const append = (stream: string, ids: readonly string[], expectedRevision: AppendExpectedRevision) =>
      client.appendToStream(
        stream,
        ids.map((id) => ({ id, type: 'Fact', contentType: 'application/json', data: { id }, metadata: { of: id } })),
        { expectedRevision },
      );
    const read = (stream: string, options = {}) => collect<ResolvedEvent>(client.readStream(stream, options), 5_000);
    const all = (options = {}) => collect<AllStreamResolvedEvent>(client.readAll(options), 5_000);
    const ids = (events: readonly (ResolvedEvent | AllStreamResolvedEvent)[]) => events.map(({ event }) => event?.id);
    const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()];

    describe('of an append whose place in the stream is taken', () => {
      it('says that it is stored where the same events stand there, for ever, and where', async () => {
        const stream = newStream();
        const first = await append(stream, [a, b], NO_STREAM);
        await append(stream, [c], 1n);
        expect(await append(stream, [a, b], NO_STREAM)).toEqual(first);
        expect(await append(stream, [c], 1n)).toMatchObject({ nextExpectedRevision: 2n });
        expect(ids(await read(stream))).toEqual([a, b, c]);
      });

      it.each([
        ['another event stands there', [c]],
        ['only the first of its events do', [a, c]],
        ['it goes on beyond the end of the stream', [a, b, c]],
      ])('names the revision found where %s', async (_, proposed) => {
        const stream = newStream();
        await append(stream, [a, b], NO_STREAM);
        const refused = append(stream, proposed, NO_STREAM);
        await expect(refused).rejects.toThrow(WrongExpectedVersionError);
        await expect(refused).rejects.toMatchObject({ actualVersion: 1n });
      });

      it('names no revision where there is no stream', async () => {
        await expect(append(newStream(), [a], 3n)).rejects.toMatchObject({ actualVersion: 'no_stream' });
      });
    });

    it('acknowledges an append with the position of its last event', async () => {
      const stream = newStream();
      const { position } = await append(stream, [a, b], NO_STREAM);
      expect((await read(stream)).at(-1)!.event!.position).toEqual(position);
    });

    it('gives positions in streams and of all alike: rising, the commit position the same as the prepare position', async () => {
      const stream = newStream();
      await append(stream, [a, b, c], NO_STREAM);
      const positions = (await read(stream)).map(({ event }) => event!.position!);
      expect(positions.map(({ commit }) => commit)).toEqual(positions.map(({ prepare }) => prepare));
      expect(positions[0]!.commit < positions[1]!.commit && positions[1]!.commit < positions[2]!.commit).toBe(true);
      const there = await all({ fromPosition: positions[0], maxCount: 3 });
      expect(there.map(({ event }) => event!.position)).toEqual(positions);
    });

    it('reads a stream from a revision on, with the event there, in both directions', async () => {
      const stream = newStream();
      await append(stream, [a, b, c], NO_STREAM);
      expect(ids(await read(stream, { fromRevision: 1n }))).toEqual([b, c]);
      expect(ids(await read(stream, { fromRevision: 1n, direction: BACKWARDS }))).toEqual([b, a]);
      expect(ids(await read(stream, { fromRevision: END, direction: BACKWARDS, maxCount: 1 }))).toEqual([c]);
      expect(await read(stream, { fromRevision: 7n })).toEqual([]);
    });

    it('reads all from a position on, with the event there forwards and without it backwards', async () => {
      const stream = newStream();
      await append(stream, [a, b, c], NO_STREAM);
      const { position } = (await read(stream))[1]!.event!;
      expect(ids(await all({ fromPosition: position, maxCount: 2 }))).toEqual([b, c]);
      expect(ids(await all({ fromPosition: position, direction: BACKWARDS, maxCount: 1 }))).toEqual([a]);
    });

    it('refuses to read from where no event begins, and reads nothing beyond the end', async () => {
      const stream = newStream();
      const { position } = await append(stream, [a, b], NO_STREAM);
      const { commit } = (await read(stream))[0]!.event!.position!;
      const between = { commit: commit + 1n, prepare: commit + 1n };
      expect(await all({ fromPosition: between, maxCount: 1 }).catch(isInvalidPosition)).toBe(true);
      const beyond = position!.commit + 1_000_000_000n;
      expect(await all({ fromPosition: { commit: beyond, prepare: beyond }, maxCount: 1 })).toEqual([]);
    });

    it('knows a stream without events from one that was deleted', async () => {
      await expect(read(newStream())).rejects.toThrow(StreamNotFoundError);
      const stream = newStream();
      await append(stream, [a], NO_STREAM);
      await client.tombstoneStream(stream);
      await expect(read(stream)).rejects.toThrow(StreamDeletedError);
      await expect(append(stream, [b], 0n)).rejects.toThrow(StreamDeletedError);
    });

    it('reads a stream that was deleted, but not for good, as if it had never been, and lets it go on where it ended', async () => {
      const stream = newStream();
      await append(stream, [a, b], NO_STREAM);
      await client.deleteStream(stream);
      await expect(read(stream)).rejects.toThrow(StreamNotFoundError);
      const metadata = await read(`$$${stream}`, { fromRevision: END, direction: BACKWARDS, maxCount: 1 });
      expect(metadata[0]!.event!.data).toMatchObject({ $tb: Number(2n ** 63n - 1n) });
      expect(await append(stream, [a, b], NO_STREAM)).toMatchObject({ nextExpectedRevision: 1n });
      await expect(read(stream)).rejects.toThrow(StreamNotFoundError);
      expect(await append(stream, [c], NO_STREAM)).toMatchObject({ nextExpectedRevision: 2n });
      expect(ids(await read(stream, { fromRevision: 0n, maxCount: 1 }))).toEqual([c]);
    });

    it('subscribes after a position, to streams by prefix, and says when it has caught up', async () => {
      const stream = newStream();
      await append(stream, [a, b], NO_STREAM);
      await append(newStream(), [randomUUID()], NO_STREAM);
      await append(stream, [c], 1n);
      const fromPosition = (await read(stream))[0]!.event!.position!;
      const subscription = client.subscribeToAll({ fromPosition, filter: streamNameFilter({ prefixes: [stream] }) });
      const seen: (string | undefined)[] = [];
      await new Promise<void>((resolve, reject) => {
        subscription.on('data', (event) => seen.push(...ids([event])));
        subscription.on('caughtUp', () => setImmediate(resolve));
        subscription.on('error', reject);
      });
      expect(seen).toEqual([b, c]);
      await subscription.unsubscribe();
    });

    it('tells how far a subscription has looked, also where it finds nothing, in steps of the window', async () => {
      const stream = newStream();
      const first = await append(stream, [randomUUID()], NO_STREAM);
      const others = Array.from({ length: 1_000 }, () => randomUUID());
      const last = await append(stream, others, 0n);
      const passed: bigint[] = [];
      const filter = streamNameFilter({
        prefixes: [newStream()],
        maxSearchWindow: 200,
        checkpointInterval: 1,
        checkpointReached: (_, { commit }) => void passed.push(commit),
      });
      const subscription = client.subscribeToAll({ fromPosition: first.position!, filter });
      await new Promise<void>((resolve, reject) => {
        subscription.on('data', () => undefined);
        subscription.on('caughtUp', () => setImmediate(resolve));
        subscription.on('error', reject);
      });
      expect(passed.length).toBeGreaterThanOrEqual(4);
      expect(passed).toEqual(passed.toSorted((one, other) => (one < other ? -1 : 1)));
      const near = await all({ fromPosition: last.position, direction: BACKWARDS, maxCount: 400 });
      expect(passed.at(-1)).toBeGreaterThan(near.at(-1)!.event!.position.commit);
      await subscription.unsubscribe();
    });
  });
}

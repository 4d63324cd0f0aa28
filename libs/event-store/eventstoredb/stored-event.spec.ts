import type { ResolvedEvent } from '@eventstore/db-client';
import { expect, it } from '@jest/globals';
import { fromServer, StreamNames } from './stored-event.js';

const event = (commit: bigint, more: object = {}): ResolvedEvent => ({
  event: {
    streamId: 'rapport.relationship-demo.rel_1',
    id: '0b7a0c1e-8f6e-4a53-9d0f-2f1d2a1c0001',
    revision: 0n,
    type: 'TouchRecorded',
    data: { note: 'x' },
    metadata: { inputHash: 'a' },
    isJson: true,
    created: new Date('2026-03-09T02:30:00Z'),
    position: { commit, prepare: commit },
    ...more,
  },
});
const names = new StreamNames('rapport');

it('is read with its place in the log', () => {
  expect(fromServer(event(7n), names)).toMatchObject({
    stream: 'relationship-demo.rel_1',
    revision: 0,
    position: 7n,
    recordedAt: '2026-03-09T02:30:00.000Z',
  });
});

it.each([
  ['of another application', { streamId: 'orders-1' }],
  ['of a prefix that only begins like ours', { streamId: 'rapport2.relationship-demo.rel_1' }],
  ['of the server', { streamId: '$$rapport.relationship-demo.rel_1' }],
  ['of somebody who writes to our streams without being us', { metadata: undefined }],
  ['of somebody whose metadata is no JSON', { metadata: new Uint8Array([1]) }],
])('stays unread when it is one %s', (_, more) => {
  expect(fromServer(event(7n, more), names)).toBeUndefined();
});

it('fails on a server so old that it names no positions in streams', () => {
  expect(() => fromServer(event(2n ** 64n - 1n), names)).toThrow('older than 22.6');
});

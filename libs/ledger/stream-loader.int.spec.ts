import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openDoubleLog, type DoubleLog } from '../event-store/eventstoredb/testing/open-double-log.js';
import { newTenant } from '../event-store/testing/given-log.js';
import { StreamLoader } from './stream-loader.js';

let log: DoubleLog;
beforeAll(async () => {
  log = await openDoubleLog();
});
afterAll(() => log.close());

it('fails for a stream that was deleted only whoever asked for that one', async () => {
  const tenant = newTenant();
  const [gone, whole, other] = ['a', 'b', 'c'].map((key) => tenant.stream(key));
  for (const stream of [gone!, whole!])
    await log.store.append({ stream, expected: 'none', events: [tenant.event(stream)] });
  log.double.log.tombstone(`rapport.${gone}`);
  const loader = new StreamLoader(log.store);
  const loads = [whole!, gone!, other!, gone!].map((stream) => loader.load(stream, 0));
  const [ofWhole, ofGone, ofOther, ofGoneAgain] = await Promise.allSettled(loads);
  expect(ofWhole).toMatchObject({ value: [{ stream: whole, revision: 0 }] });
  expect(ofOther).toMatchObject({ value: [] });
  for (const outcome of [ofGone, ofGoneAgain])
    expect(outcome).toMatchObject({ reason: { name: 'StreamDeleted', stream: gone } });
});

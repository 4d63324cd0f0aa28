import { afterAll, beforeAll, describe } from '@jest/globals';
import { appendContract } from './testing/append.contract.js';
import { claimContract } from './testing/claim.contract.js';
import type { LogTraits, OpenLog } from './testing/open-log.js';
import { readContract } from './testing/read.contract.js';
import { repeatContract } from './testing/repeat.contract.js';
import { subscribeContract } from './testing/subscribe.contract.js';
import { textContract } from './testing/text.contract.js';

/** What every event store does alike. One call per adapter; what only one of them does stands beside the call. */
export function eventStoreContract(name: string, open: () => Promise<OpenLog>, traits: LogTraits): void {
  describe(name, () => {
    let opened: OpenLog;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened.close();
    });
    const log = () => opened;

    describe('appending', () => appendContract(log, traits));
    describe('repeating an append', () => repeatContract(log));
    describe('claiming names', () => claimContract(log));
    describe('keeping text', () => textContract(log));
    describe('reading', () => readContract(log, traits));
    describe('subscribing', () => subscribeContract(log));
  });
}

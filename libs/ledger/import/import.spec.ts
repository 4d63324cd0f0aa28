import { describe, it } from '@jest/globals';
import { event } from '../../event-sourcing/event.js';
import { given } from '../../event-sourcing/testing/given.js';
import { importDecider } from '../ledger.js';

const sourceHash = 'a'.repeat(64);
const start = { type: 'StartImport' as const, sourceHash, source: 'crm', rowType: 'touches', rows: 3 };
const counts = { recorded: 5, repeated: 0, rejected: 1 };
const rejectedRows = [{ line: 3, code: 'NAIVE_TIMESTAMP', reason: 'Nobody knows when it was.' }];
const complete = { type: 'CompleteImport' as const, sourceHash, ...counts, rejectedRows };
const started = event('ImportStarted', { sourceHash, source: 'crm', type: 'touches', rows: 3 });
const completed = event('ImportCompleted', { sourceHash, ...counts, rejectedRows });

describe('an import', () => {
  it('is started once, and completed with its counts and what was rejected', () => {
    given(importDecider).when(start).then(started);
    given(importDecider, started).when(complete).then(completed);
  });

  it('of the same file again records nothing, also when the first one was cut short', () => {
    given(importDecider, started).when(start).thenNothing();
    given(importDecider, started, completed).when(start).thenNothing();
    given(importDecider, started, completed)
      .when({ ...complete, recorded: 0, repeated: 5 })
      .thenNothing();
  });

  it.each([
    ['long', 'x'.repeat(1000), 500],
    ['of letters of three bytes', '例'.repeat(1000), 172],
    ['full of what JSON escapes', '"'.repeat(1000), 256],
  ])('keeps as many rejected rows as 512 KiB hold, and the count of all: reasons %s', (_, reason, kept) => {
    const rejectedRows = Array.from({ length: 1000 }, (_, i) => ({ line: 100 + i, code: 'INVALID_INPUT', reason }));
    const many = { ...counts, rejected: 4000 };
    given(importDecider, started)
      .when({ ...complete, ...many, rejectedRows })
      .then(event('ImportCompleted', { sourceHash, ...many, rejectedRows: rejectedRows.slice(0, kept) }));
  });

  it('is not completed before it was started', () => {
    given(importDecider)
      .when(complete)
      .thenRefused('STATE_CONFLICT', { current: 'NONE', path: ['sourceHash'] });
  });
});

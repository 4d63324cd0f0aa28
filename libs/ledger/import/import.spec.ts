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

  it('is not completed before it was started', () => {
    given(importDecider)
      .when(complete)
      .thenRefused('STATE_CONFLICT', { current: 'NONE', path: ['sourceHash'] });
  });
});

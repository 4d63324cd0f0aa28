import { randomUUID } from 'node:crypto';
import { Connections } from './connections.js';
import { onGround } from './ground.js';
import { ledgerOn, openRelationships } from './ledger.js';
import { compared, race, type Ratio } from './measure.js';
import { startProcess } from './process.js';

const CONNECTIONS = 64;
const RELATIONSHIPS = 1_000;
const SELECTION = '{ position replayed errors { code } }';
const RECORD = `mutation ($input: RecordTouchInput!, $key: String) { recordTouch(input: $input, idempotencyKey: $key) ${SELECTION} }`;
const NOTHING = `mutation { doNothing ${SELECTION} }`;

/** `recordTouch` over GraphQL beside a mutation of the same API, with the same answer, that records nothing. */
export const run = (): Promise<readonly Ratio[]> =>
  onGround(async (ground) => {
    const ledger = await ledgerOn(ground, 'mutation');
    const relationships = await openRelationships(ledger, RELATIONSHIPS);
    const { url } = await ground.started(startProcess<object, { url: string }>('api-process.ts', { url: ledger.url }));
    const connections = await Connections.open(url, CONNECTIONS);
    ground.onEnd(() => {
      connections.close();
    });

    const ask = async (query: string, variables: object = {}): Promise<void> => {
      const answer = await connections.post('/graphql', JSON.stringify({ query, variables }));
      if (!answer.includes('"errors":[]')) throw new Error(answer);
    };
    const input = (number: number) => ({
      relationshipId: relationships[number % RELATIONSHIPS],
      channel: 'EMAIL',
      direction: 'OUTBOUND',
      intent: 'INFORM',
      occurredAt: '2026-03-09T10:30:00+01:00',
      note: 'Sent the two papers on recovery times that she had asked for.',
    });
    const measured = await race(
      {
        floor: () => ask(NOTHING),
        ours: (number) => ask(RECORD, { input: input(number), key: `crm:${randomUUID()}` }),
      },
      { callers: CONNECTIONS },
    );
    return compared(`recordTouch over GraphQL, ${CONNECTIONS} connections`, measured, '>= 0.6');
  });

import { randomUUID } from 'node:crypto';
import { Connections } from './connections.js';
import { onGround } from './ground.js';
import { ledgerOn, openTies } from './ledger.js';
import { compared, race, type Ratio } from './measure.js';
import { startProcess } from './process.js';

const CONNECTIONS = 64;
const RELATIONSHIPS = 1_000;
const SELECTION = '{ position replayed errors { code } }';
const recording = (mutation: string): string => {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  return `mutation ($input: ${type}!, $key: String) { ${mutation}(input: $input, idempotencyKey: $key) ${SELECTION} }`;
};
const RECORD = recording('recordTouch');
/** What else stands in a relationship's ledger, and what concerns it in streams of its own. */
const KINDS: readonly (readonly [string, object])[] = [
  ['recordTrustAction', { kind: 'VALUE_GIVEN' }],
  ['makeCommitment', { text: 'Consult notes within two days.', dueAt: '2030-01-01T00:00:00Z' }],
  ['receiveFeedback', { kind: 'NPS', score: 9 }],
  ['assessTrust', { credibility: 7, reliability: 7, intimacy: 5, selfOrientation: 3, basis: 'EARNED' }],
  ['makeReferral', { subjectRef: 'patient-1', serviceLine: 'imaging' }],
];
const NOTHING = `mutation { doNothing ${SELECTION} }`;

/** `recordTouch` over GraphQL beside a mutation of the same API, with the same answer, that records nothing. */
export const run = (): Promise<readonly Ratio[]> =>
  onGround(async (ground) => {
    const ledger = await ledgerOn(ground, 'mutation');
    const relationships = await openTies(ledger, RELATIONSHIPS);
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
      relationshipId: relationships[number % RELATIONSHIPS]!.id,
      channel: 'EMAIL',
      direction: 'OUTBOUND',
      intent: 'INFORM',
      occurredAt: '2026-03-09T10:30:00+01:00',
      note: 'Sent the two papers on recovery times that she had asked for.',
    });
    const ours = (number: number) => ask(RECORD, { input: input(number), key: `crm:${randomUUID()}` });
    const mixed = (number: number) => {
      const [mutation, facts] = KINDS[number % (KINDS.length + 1)] ?? [];
      if (!mutation) return ours(number);
      const { id, ...sides } = relationships[number % RELATIONSHIPS]!;
      const variables = { input: { ...about(mutation, id, sides), ...facts }, key: `crm:${randomUUID()}` };
      return ask(recording(mutation), variables);
    };
    const measured = await race({ floor: () => ask(NOTHING), ours, mixed }, { callers: CONNECTIONS });
    return [
      ...compared(`recordTouch over GraphQL, ${CONNECTIONS} connections`, measured, '>= 0.6'),
      ...compared(
        `all kinds of entries, beside touches alone`,
        { floor: measured.ours, ours: measured.mixed },
        '>= 0.8',
      ),
    ];
  });

interface Sides {
  readonly ours: string;
  readonly theirs: string;
}

/** Whom a command of that name is about. */
function about(mutation: string, relationshipId: string, { ours, theirs }: Sides): object {
  switch (mutation) {
    case 'recordTrustAction':
      return { relationshipId, by: ours, to: theirs };
    case 'makeCommitment':
      return { relationshipId, owedBy: ours, owedTo: theirs };
    case 'makeReferral':
      return { relationshipId, referrerId: theirs, targetId: ours };
    default:
      return { relationshipId, by: theirs };
  }
}

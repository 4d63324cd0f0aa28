import type { Id, IdPrefix, PartyId } from '../event-sourcing/id.js';
import { fromMillis, toMillis, type Instant } from '../event-sourcing/instant.js';
import type { LedgerCommand } from '../ledger/ledger.js';
import { chapters } from './chapters.js';
import { clinicName, personName } from './names.js';
import { Random } from './random.js';
import { story } from './story.js';
import { Teller } from './teller.js';
import type { Told } from './tie.js';

export interface DemoOptions {
  /** Referring physicians: each has one relationship with the practice. */
  readonly parties: number;
  /** How far the story goes back. */
  readonly years: number;
  readonly seed: string | number;
  /** Where it ends; a new day is a new story. */
  readonly until: Instant;
  /** The id that a command with the key will make, as the ledger derives it; `evt`: of the first event it records. */
  readonly id: <Prefix extends IdPrefix>(prefix: Prefix, idempotencyKey: string) => Id<Prefix>;
}

export interface DemoCommand {
  readonly idempotencyKey: string;
  readonly command: LedgerCommand;
  /** To be carried out once all before it are, and before all that follow. */
  readonly inTurn?: boolean;
}

const DAY_MS = 86_400_000;
/** Ties whose stories are told side by side; the next ones follow when these are told. Bounds the memory. */
const SIDE_BY_SIDE = 500;
const TIES_PER_LIAISON = 15;
const TIES_PER_CLINIC = 5;
/** Of a physician, when there are so few that no two numbers meet. */
const WITH_NPI = 200;

/**
 * The story of a specialty practice, its liaisons, and the physicians who refer to it, as commands: the parties, the
 * chapters that the documentation speaks of, and then, in the order in which it is told, what happens between the
 * practice and each physician. The same options give the same commands.
 */
export function* demoCommands(options: DemoOptions): Generator<DemoCommand> {
  const { seed, parties, years, until, id } = options;
  const name = `demo:${String(seed)}-${String(parties)}-${String(years)}-${until.slice(0, 10)}`;
  // Another day shifts the story; only another seed tells another one.
  const random = new Random(String(seed));
  const untilMs = toMillis(until);
  const fromMs = untilMs - years * 365.25 * DAY_MS;
  const party = (key: string): PartyId => id('pty', `${name}:${key}`);

  const liaisons = numbered('liaison', Math.max(2, Math.ceil(parties / TIES_PER_LIAISON)));
  const clinics = numbered('clinic', Math.max(1, Math.ceil(parties / TIES_PER_CLINIC)));
  const physicians = numbered('physician', parties);
  const registration = (key: string, facts: Registration): DemoCommand => ({
    idempotencyKey: `${name}:${key}`,
    command: {
      type: 'RegisterParty',
      ...facts,
      identities: [...(facts.identities ?? []), { system: 'demo', value: `${name}:${key}` }],
      occurredAt: fromMillis(fromMs),
    },
  });
  yield registration('practice', {
    kind: 'ORGANISATION',
    displayName: 'Harbor Specialty Clinic',
    roles: ['ORGANISATION'],
  });
  for (const key of clinics) {
    yield registration(key, { kind: 'ORGANISATION', displayName: clinicName(random), roles: ['ORGANISATION'] });
  }
  for (const key of liaisons) yield registration(key, { kind: 'PERSON', displayName: personName(random) });
  for (const [index, key] of physicians.entries()) {
    const identities = index < WITH_NPI ? [{ system: 'NPI', value: npi(random) }] : [];
    const displayName = `Dr. ${personName(random)}`;
    yield registration(key, { kind: 'PERSON', displayName, roles: ['PRACTITIONER'], identities });
  }
  for (const [index, key] of physicians.entries()) {
    const organizationId = party(clinics[index % clinics.length]!);
    const command = { type: 'StartAffiliation' as const, partyId: party(key), organizationId, position: 'Physician' };
    yield { idempotencyKey: `${name}:${key}/affiliation`, command: { ...command, occurredAt: fromMillis(fromMs) } };
  }

  const teller = new Teller(name, String(seed), untilMs, id, party('practice'), party(liaisons[1]!));
  chapters(teller);
  yield* teller.told;

  const stewardLeavesAtMs = fromMs + (untilMs - fromMs) * 0.6;
  for (let start = 0; start < parties; start += SIDE_BY_SIDE) {
    const told: Told[] = [];
    for (let index = start; index < Math.min(parties, start + SIDE_BY_SIDE); index++) {
      const key = `${name}:tie-${String(index + 1)}`;
      const own = new Random(`${String(seed)}/${String(index)}`);
      const steward = index % liaisons.length;
      const tie = {
        key,
        relationshipId: id('rel', key),
        ours: party('practice'),
        theirs: party(physicians[index]!),
        steward: party(liaisons[steward]!),
        // The first liaison leaves; the others stay.
        successor: party(liaisons[steward === 0 ? 1 : steward]!),
        stewardLeavesAtMs,
        openedAtMs: Math.floor(fromMs + own.next() ** 2 * 0.7 * (untilMs - fromMs)),
        untilMs,
        id,
      };
      for (const one of story(tie, own)) told.push(one);
    }
    told.sort((one, other) => one.atMs - other.atMs);
    for (const { key, command } of told) yield { idempotencyKey: key, command };
  }
}

type Registration = Omit<Extract<LedgerCommand, { type: 'RegisterParty' }>, 'type' | 'occurredAt'>;

const numbered = (what: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${what}-${String(index + 1)}`);

/** Nine digits and the one that makes it a valid National Provider Identifier. */
function npi(random: Random): string {
  const digits = `1${String(random.whole(0, 99_999_999)).padStart(8, '0')}`;
  const sum = [...`80840${digits}`].reverse().reduce((total, text, place) => {
    const digit = Number(text) * (place % 2 === 0 ? 2 : 1);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0);
  return `${digits}${String((10 - (sum % 10)) % 10)}`;
}

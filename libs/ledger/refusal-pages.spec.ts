import { describe, expect, it } from '@jest/globals';
import { sample } from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { REFUSAL_CODES, type RefusalCode } from '../event-sourcing/refusal-codes.js';
import { concepts } from './ledger.js';
import { tapes, TOPICS, World } from './testing/any-commands.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const CODES = Object.keys(REFUSAL_CODES);
/** What every command may answer, whatever it is about: the way in says it, not the concept. */
const OF_THE_WAY_IN = ['NAIVE_TIMESTAMP', 'IDEMPOTENCY_CONFLICT', 'CONCURRENT_CHANGE', 'TIME_IN_FUTURE'];

const page = (folder: string): string => readFileSync(`${here}../../docs/events/${folder}.md`, 'utf8');
const nameOf = (command: string): string => command.charAt(0).toLowerCase() + command.slice(1);

/** What refuses under a name of its own. */
const BY_NAME: readonly [name: RegExp, code: RefusalCode][] = [
  [/\b(invalid|mislabelled)\(/, 'INVALID_INPUT'],
  [/\bconflict\(/, 'STATE_CONFLICT'],
  [/\b(outOfOrder|endsBeforeStart|impossiblePast)\(/, 'ORDER_IMPLAUSIBLE'],
  [/\binFuture\(/, 'TIME_IN_FUTURE'],
  [/\b(notAParty|unknownParty|partyUnknown)\(/, 'PARTY_UNKNOWN'],
  [/\b(erasedParty|erasedSide|erasedIn|notOpenTo|notAParty|partyErased)\(/, 'PARTY_ERASED'],
  [/\brelationshipUnknown\(/, 'RELATIONSHIP_UNKNOWN'],
  [/\bcampaignUnknown\(/, 'CAMPAIGN_UNKNOWN'],
];
/** Rules that the entries of a relationship share: they refuse in the name of those. */
const SHARED = ['relationship/lifecycle.ts', 'relationship/entry.ts'];

/** Codes that the sources of a concept refuse with. */
function codesIn(folder: string): string[] {
  const files = readdirSync(`${here}${folder}`)
    .map((file) => `${folder}/${file}`)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !SHARED.includes(file));
  const text = files.map((file) => readFileSync(`${here}${file}`, 'utf8')).join('\n');
  const written = [...text.matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map(([, word]) => word!);
  const named = BY_NAME.filter(([name]) => name.test(text)).map(([, code]) => code);
  return [...new Set([...written.filter((word) => CODES.includes(word)), ...named])];
}

describe('the pages about events', () => {
  it.each(concepts.map(({ folder }) => folder))('name every code that a concept refuses with: %s', (folder) => {
    const text = page(folder);
    expect(codesIn(folder).filter((code) => !text.includes(code))).toEqual([]);
  });

  it('name every code that any commands in any order are refused with', () => {
    const pages = concepts.map(({ folder }) => page(folder));
    const found = new Map<string, Set<string>>();
    const plays = sample(tapes(100, 200), { numRuns: 60, seed: 20_260_314 });
    for (const [index, numbers] of plays.entries()) {
      const world = new World('test');
      world.play(TOPICS[index % TOPICS.length]!, numbers);
      for (const [command, codes] of world.refusals) {
        for (const code of codes) found.set(command, (found.get(command) ?? new Set<string>()).add(code));
      }
    }
    const missing = [...found].flatMap(([command, codes]) => {
      const text = pages.find((one) => one.includes(`| \`${nameOf(command)}\``)) ?? '';
      return [...codes].filter((code) => !text.includes(code)).map((code) => `${nameOf(command)}: ${code}`);
    });
    expect(missing.filter((one) => !OF_THE_WAY_IN.some((code) => one.endsWith(code))).sort()).toEqual([]);
    expect(found.size).toBeGreaterThan(40);
  });
});

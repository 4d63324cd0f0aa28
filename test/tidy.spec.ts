import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { concepts } from '../libs/ledger/ledger.js';
import { readModels } from '../libs/read-models/read-models.js';

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(path));
const sources = tracked.filter((path) => /^(apps|libs|test)\/.*\.(ts|mjs)$/.test(path));
const text = (path: string): string => readFileSync(path, 'utf8');
const folders = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => name !== 'testing')
    .sort();

/** Files that start something: everything else must be reached from one of them. */
const STARTS = /(^apps\/[^/]+\/(main|start|schema)\.(ts|mjs)$)|(\.spec\.ts$)|(^test\/)|(-worker\.ts$)/;

function imports(path: string): string[] {
  const found = text(path).matchAll(/(?:from\s+|import\(\s*|import\s+|new URL\(\s*)'(\.{1,2}\/[^']+)'/g);
  return [...found].map(([, target]) => normalize(join(dirname(path), target!)).replace(/\.js$/, '.ts'));
}

describe('the house is tidy', () => {
  it('lists every concept of the ledger that has a folder, and the reverse', () => {
    expect(concepts.map((concept) => concept.folder).sort()).toEqual(folders('libs/ledger'));
  });

  it('lists every read model that has a folder, and the reverse', () => {
    expect(readModels.map((model) => model.folder).sort()).toEqual(folders('libs/read-models'));
  });

  it('keeps a frozen sample of every event type', () => {
    const samples = tracked.filter((path) => /\/samples\/.+\.json$/.test(path));
    for (const { folder, events } of concepts) {
      for (const type of Object.keys(events)) {
        expect(samples).toContain(`libs/ledger/${folder}/samples/${type}.v1.json`);
      }
    }
  });

  it('documents every event type', () => {
    for (const { folder, events } of concepts) {
      const page = text(`docs/events/${folder}.md`);
      for (const type of Object.keys(events)) expect(page).toContain(type);
    }
  });

  it('leads through the anatomy by files that there are', () => {
    const named = [...text('docs/anatomy.md').matchAll(/`([\w./-]+\.(?:ts|cjs))`/g)].map(([, path]) => path!);
    const isThere = (path: string) => tracked.some((file) => file === path || file.endsWith(`/${path}`));
    expect(named.filter((path) => !isThere(path))).toEqual([]);
  });

  it('has no dead file', () => {
    const reached = new Set(sources.filter((path) => STARTS.test(path)));
    for (const path of reached) for (const target of imports(path)) if (sources.includes(target)) reached.add(target);
    expect(sources.filter((path) => !reached.has(path))).toEqual([]);
  });

  it('has no folder whose name says nothing', () => {
    const vague = /(^|\/)(utils?|common|shared|helpers?|misc|dtos?|mappers?)(\/|\.ts$)/;
    expect(tracked.filter((path) => vague.test(path))).toEqual([]);
  });

  it('has no index file inside a library', () => {
    expect(tracked.filter((path) => /^libs\/.*\/index\.ts$/.test(path))).toEqual([]);
  });

  it('leaves nothing for later in the code', () => {
    const later = new RegExp(['TO', 'DO|FIX', 'ME|@ts-', 'ignore|\\bit\\.sk', 'ip\\('].join(''));
    expect(sources.filter((path) => later.test(text(path)))).toEqual([]);
  });

  it('has no source file over 400 lines', () => {
    expect(sources.filter((path) => text(path).split('\n').length > 400)).toEqual([]);
  });

  it('names no place of a single machine', () => {
    const prose = tracked.filter((path) => !path.endsWith('package-lock.json') && !/\.(png|svg)$/.test(path));
    const place = new RegExp(['/wo', 'rk/|/ro', 'ot/|/ho', 'me/'].join(''));
    expect(prose.filter((path) => place.test(text(path)))).toEqual([]);
  });
});

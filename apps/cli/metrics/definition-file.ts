import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { EXIT, Failure } from '../failure.js';

/** A definition as the analyst wrote it. */
export interface DefinitionFile {
  readonly file: string;
  readonly metric: string;
  readonly body: string;
}

/** Which metric it defines, the file says; whether it defines one, the API does. */
export async function definitionFile(file: string): Promise<DefinitionFile> {
  const body = await (file === '-' ? text(process.stdin) : readFile(file, 'utf8')).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Failure(`There is no file ${file}.`, EXIT.usage);
    }
    throw error;
  });
  const { parse } = await import('yaml');
  return { file, body, metric: nameIn(parse, body) };
}

/** Nothing is named in a text that cannot be read: the API says where it goes wrong. */
function nameIn(parse: (text: string) => unknown, body: string): string {
  try {
    const said = parse(body);
    return typeof said === 'object' && said !== null && 'metric' in said ? String(said.metric) : '';
  } catch {
    return '';
  }
}

interface Problem {
  readonly path: readonly string[] | null;
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly allowed: readonly string[] | null;
  readonly nearest: string | null;
}

export interface DefinitionError {
  readonly message: string;
  readonly path?: readonly string[] | null;
  readonly problems?: readonly Problem[];
}

/** What to ask of errors about a definition. */
export const DEFINITION_ERRORS = `errors { code message path
  ... on DefinitionInvalid { problems { path message line column allowed nearest } } }`;

/** As compilers tell it: `file:line:column: what`, a line for each problem. Nothing when there is none. */
export function refuseProblems(file: string, [error]: readonly DefinitionError[]): void {
  if (!error) return;
  const problems = error.problems ?? [{ ...NOWHERE, message: error.message, path: error.path ?? null }];
  throw new Failure(problems.map((problem) => `${file}:${told(problem)}`).join('\n'));
}

const NOWHERE = { line: null, column: null, allowed: null, nearest: null };

function told({ path, message, line, column, allowed, nearest }: Problem): string {
  const place = line === null ? '' : `${String(line)}:${String(column ?? 1)}:`;
  const where = path && path.length > 0 ? `${path.join('.')}: ` : '';
  const meant = nearest === null ? '' : ` Did you mean ${nearest}?`;
  const could = allowed === null ? '' : ` Allowed: ${allowed.join(', ')}.`;
  return `${place} ${where}${message}${meant}${could}`;
}

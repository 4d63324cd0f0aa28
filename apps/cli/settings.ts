import { InvalidSettings, readSettings, type Settings } from '../settings.js';
import { EXIT, Failure } from './failure.js';

export const PROGRAMS = ['dev', 'api', 'projector'] as const;
export type Program = (typeof PROGRAMS)[number];

/** An environment that names a database is that of a server. */
export const likelyProgram = (): Program => (process.env['DATABASE_URL']?.trim() ? 'api' : 'dev');

/** What the environment says to a program; a `Failure` names every problem at once. */
export function settingsOf(program: Program): Settings {
  try {
    return readSettings(program);
  } catch (error) {
    if (error instanceof InvalidSettings) throw new Failure(error.message, EXIT.configuration);
    throw error;
  }
}

/** For `catch`: the database that the settings name does not answer. */
export function databaseDown(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new Failure(`The database cannot be reached: ${reason}`, EXIT.storeDown);
}

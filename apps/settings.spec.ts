import { describe, expect, it } from '@jest/globals';
import { InvalidSettings, readSettings } from './settings.js';

const problemsOf = (program: 'dev' | 'api' | 'projector', environment: Record<string, string>): readonly string[] => {
  try {
    readSettings(program, environment);
    return [];
  } catch (error) {
    return (error as InvalidSettings).problems;
  }
};

describe('the settings', () => {
  it('need nothing on a laptop', () => {
    expect(readSettings('dev', {})).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      databaseUrl: undefined,
      demo: true,
    });
  });

  it('of a server must name the database and who signs the tokens', () => {
    expect(problemsOf('api', {})).toEqual(['DATABASE_URL is missing.', 'AUTH_JWKS_URL or AUTH_SECRET is missing.']);
    expect(problemsOf('api', { DATABASE_URL: 'postgres://db/rapport', AUTH_SECRET: 'x'.repeat(32) })).toEqual([]);
  });

  it('of a projector need no tokens', () => {
    expect(problemsOf('projector', { DATABASE_URL: 'postgres://db/rapport' })).toEqual([]);
  });

  it('tell all problems at once', () => {
    const environment = {
      DATABASE_URL: 'mysql://db',
      EVENTSTORE_URL: 'db:2113',
      PORT: '70000',
      AUTH_SECRET: 'short',
      LOG_LEVEL: 'loud',
      RAPPORT_DEMO: 'yes',
      HOST: '0.0.0.0',
    };
    const named = problemsOf('dev', environment).map((problem) => problem.split(' ')[0]);
    expect(named.sort()).toEqual(Object.keys(environment).sort());
  });

  it('do not count when they are empty', () => {
    expect(readSettings('dev', { PORT: '', DATABASE_URL: ' ' })).toMatchObject({ port: 4000, databaseUrl: undefined });
  });

  it('do not open a laptop to the network', () => {
    expect(problemsOf('dev', { HOST: '0.0.0.0' })).toEqual(['HOST must be a loopback address here.']);
  });
});

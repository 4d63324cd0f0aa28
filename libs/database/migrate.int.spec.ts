import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { migrate, type Migrations } from './migrate.js';
import { testDatabase, type TestDatabase } from './testing/test-database.js';

const statement = (text: string): Migrations[string] => ({
  up: async (database) => {
    await sql.raw(text).execute(database);
  },
});

const people = statement('CREATE TABLE people (name text); GRANT SELECT ON people TO rapport_app');
const pets = statement('CREATE TABLE pets (name text)');

describe('migrations', () => {
  let database: TestDatabase;
  const done = (migrations: Migrations) => migrate(database.url, migrations);
  const tables = async () => {
    const { rows } = await database.owner.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'kysely%' ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  };
  beforeEach(async () => {
    database = await testDatabase({});
  });
  afterEach(() => database.drop());

  it('happen once, however many ask for them at once', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => done({ '0100_people': people })));
    expect(answers.flat()).toEqual(['0100_people']);
    expect(await tables()).toEqual(['people']);
  });

  it('of one library may come after those of a library with higher numbers', async () => {
    await done({ '0200_pets': pets });
    expect(await done({ '0100_people': people, '0200_pets': pets })).toEqual(['0100_people']);
  });

  it('happen together or not at all', async () => {
    const broken = { '0100_people': people, '0200_broken': statement('CREATE TABLE') };
    await expect(done(broken)).rejects.toThrow('syntax error');
    expect(await tables()).toEqual([]);
  });

  it('give the product a role that may only do what it is granted', async () => {
    await done({ '0100_people': people });
    await expect(database.pool.query('SELECT * FROM people')).resolves.toMatchObject({ rows: [] });
    await expect(database.pool.query('DELETE FROM people')).rejects.toThrow('permission denied');
  });
});

import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { openPool } from '../../libs/database/pool.js';
import { serve } from './process.js';

export interface FloorOptions {
  readonly url: string;
  /** By path: a statement that answers one row with one column, the body. Its parameters are an array in the request. */
  readonly statements: Readonly<Record<string, string>>;
}

/** The least that can stand between a client and the database: one prepared statement per path, behind bare HTTP. */
serve(async ({ url, statements }: FloorOptions) => {
  const pool = openPool(url, { applicationName: 'bench: floor', role: 'rapport_app', max: 20 });
  const server = createServer((request, response) => {
    void (async () => {
      const name = request.url!.slice(1);
      const values = JSON.parse(await text(request)) as unknown[];
      const { rows } = await pool.query<[string]>({ name, text: statements[name]!, values, rowMode: 'array' });
      const body = Buffer.from(rows[0]![0]);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
    })().catch((error: unknown) => response.writeHead(500, { 'content-length': 0 }).end(console.error(error)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    answer: { url: `http://127.0.0.1:${port}` },
    async stop() {
      server.close();
      server.closeAllConnections();
      await pool.end();
    },
  };
});

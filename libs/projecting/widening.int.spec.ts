import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Recorded } from '../event-sourcing/event.js';
import type { Projection } from '../event-sourcing/projection.js';
import { collect } from '../event-store/testing/given-log.js';
import { Applier } from './applier.js';
import { rebuild } from './rebuild.js';
import { compile } from './tables.js';
import { GivenLog, type GivenEvent } from './testing/given-log.js';

const LINK = { tenant_id: 'text not null', child: 'text not null', parent: 'text not null' };

/** Trees: each link knows its top, which follows from the links above; each node the sum of all that hang below it. */
const trees = (name: string): Projection => ({
  name,
  version: 1,
  tables: {
    links: {
      columns: LINK,
      key: ['tenant_id', 'child'],
      indexes: ['(tenant_id, parent)', '(tenant_id, top)'],
      derive: {
        columns: { top: 'text' },
        select: `
          SELECT l.tenant_id, l.child, (
                 WITH RECURSIVE up (name) AS (
                      SELECT l.parent UNION
                      SELECT n.parent FROM up JOIN {schema}.links n ON n.tenant_id = l.tenant_id AND n.child = up.name)
                 SELECT name FROM up
                  WHERE NOT EXISTS (SELECT FROM {schema}.links n WHERE n.tenant_id = l.tenant_id AND n.child = up.name)) AS top
            FROM {schema}.links l`,
        widen: {
          links: `
            SELECT below.* FROM (
                   WITH RECURSIVE down (tenant_id, child) AS (
                        SELECT tenant_id, child FROM keys UNION
                        SELECT n.tenant_id, n.child FROM down JOIN {schema}.links n
                            ON n.tenant_id = down.tenant_id AND n.parent = down.child)
                   TABLE down) below`,
        },
      },
    },
    nodes: {
      columns: { tenant_id: 'text not null', name: 'text not null', amount: 'bigint not null' },
      key: ['tenant_id', 'name'],
      derive: {
        columns: { total: 'bigint' },
        select: `
          SELECT n.tenant_id, n.name, n.amount + coalesce((
                 SELECT sum(m.amount)::bigint FROM {schema}.links l
                   JOIN {schema}.nodes m ON m.tenant_id = l.tenant_id AND m.name = l.child
                  WHERE l.tenant_id = n.tenant_id AND l.top = n.name), 0) AS total
            FROM {schema}.nodes n`,
        widen: {
          links: `SELECT tenant_id, unnest(ARRAY[child, top]) AS name FROM keys JOIN {schema}.links USING (tenant_id, child)`,
          nodes: `SELECT l.tenant_id, l.top AS name FROM keys k
                    JOIN {schema}.links l ON l.tenant_id = k.tenant_id AND l.child = k.name`,
        },
      },
    },
  },
  on: {
    NodePut: {
      apply: ({ tenantId, data }: Recorded, rows) => {
        const { name, amount } = data as { name: string; amount: number };
        rows.put('nodes', { tenant_id: tenantId, name, amount: BigInt(amount) });
      },
    },
    Linked: {
      reads: ({ tenantId, data }) => ({ links: [[tenantId, (data as { child: string }).child]] }),
      apply: ({ tenantId, data }, rows) => {
        const { child, parent } = data as { child: string; parent: string };
        if (!rows.get('links', [tenantId, child])) rows.put('links', { tenant_id: tenantId, child, parent });
      },
    },
  },
});

describe('columns that follow from rows of other keys and tables', () => {
  const name = fc.integer({ min: 0, max: 7 });
  const event: fc.Arbitrary<GivenEvent> = fc.oneof(
    fc.record({ name, amount: fc.integer({ min: 1, max: 9 }) }).map(({ name, amount }) => ({
      type: 'NodePut',
      data: { name: String(name), amount },
    })),
    // Towards smaller names only, so that no chain closes.
    fc
      .tuple(name, name)
      .filter(([one, other]) => one !== other)
      .map(([one, other]) => ({
        type: 'Linked',
        data: { child: String(Math.max(one, other)), parent: String(Math.min(one, other)) },
      })),
  );

  it('are the same in small steps as in a rebuild', async () => {
    const same = async (events: GivenEvent[], pageSize: number) => {
      await using log = await GivenLog.open();
      await log.append(events);
      const live = await log.work(trees('live'));
      const applier = await Applier.open(live);
      for (const page of await collect(log.store.readAll({ pageSize }))) await applier.apply(page);
      const rebuilt = await log.work(trees('rebuilt'));
      await rebuild(rebuilt, new AbortController().signal, () => undefined);
      const rows = await log.rows(rebuilt.build.schema, ['links', 'nodes']);
      expect(await log.rows(live.build.schema, ['links', 'nodes'])).toEqual(rows);
    };
    const events = fc.array(event, { minLength: 1, maxLength: 25 });
    await fc.assert(fc.asyncProperty(events, fc.integer({ min: 1, max: 6 }), same), {
      numRuns: process.env['RAPPORT_LONG'] ? 300 : 20,
    });
  });

  it('follow from a table that stands before theirs, or their own', () => {
    const { nodes, links } = trees('trees').tables;
    expect(() => compile({ ...trees('trees'), tables: { nodes: nodes!, links: links! } })).toThrow(
      'nodes cannot follow from links',
    );
  });
});

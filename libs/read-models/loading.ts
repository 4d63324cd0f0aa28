import type DataLoader from 'dataloader';
import type { CallerContext } from '../access/caller.js';
import { inOrder } from '../graphql/request-context.js';

export function tenantOf({ caller }: CallerContext): string {
  if (!caller) throw new Error('A read model was asked although no guard let a caller in.');
  return caller.tenantId;
}

/** What one request asks for one by one, read in one statement: `read` answers in the order of the keys. */
export const loaderOf = <Value>(
  context: CallerContext,
  name: string,
  read: (tenantId: string, keys: readonly string[]) => Promise<readonly Value[]>,
): DataLoader<string, Value> => {
  const tenantId = tenantOf(context);
  return context.loaders.of(`${tenantId} ${name}`, (keys: readonly string[]) => read(tenantId, keys));
};

/** Loads one row per id, null where there is none: all that one request asks for in one statement. */
export const oneEach = <Row extends { readonly id: string }>(
  context: CallerContext,
  name: string,
  read: (tenantId: string, ids: readonly string[]) => Promise<readonly Row[]>,
): DataLoader<string, Row | null> =>
  loaderOf(context, name, async (tenantId, ids) => inOrder(ids, await read(tenantId, ids), ({ id }) => id));

/** Loads the rows that belong to each id (their `owner`), in the order in which `read` gives them. */
export const manyEach = <Row extends { readonly owner: string }>(
  context: CallerContext,
  name: string,
  read: (tenantId: string, ids: readonly string[]) => Promise<readonly Row[]>,
): DataLoader<string, readonly Row[]> =>
  loaderOf(context, name, async (tenantId, ids) => {
    const rows = Map.groupBy(await read(tenantId, ids), (row) => row.owner);
    return ids.map((id) => rows.get(id) ?? []);
  });

/** The rows of several ids that are one, in the order of the ledger. */
export async function ofAll<Row extends { readonly owner: string; readonly position: bigint }>(
  context: CallerContext,
  name: string,
  owners: readonly string[],
  read: (tenantId: string, ids: readonly string[]) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const loader = manyEach(context, name, read);
  const [rows = [], ...others] = await Promise.all(owners.map((id) => loader.load(id)));
  return others.length === 0 ? rows : [...rows, ...others.flat()].sort((x, y) => Number(x.position - y.position));
}

/** Counts what belongs to each id. */
export const countEach = (
  context: CallerContext,
  name: string,
  read: (
    tenantId: string,
    ids: readonly string[],
  ) => Promise<readonly { readonly id: string; readonly count: number }[]>,
): DataLoader<string, number> =>
  loaderOf(context, name, async (tenantId, ids) => {
    const counts = new Map((await read(tenantId, ids)).map(({ id, count }) => [id, count]));
    return ids.map((id) => counts.get(id) ?? 0);
  });

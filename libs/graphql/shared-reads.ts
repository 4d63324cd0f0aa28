type Batch<Key, Value> = (keys: readonly Key[]) => Promise<readonly Value[]>;

interface Reader<Key, Value> {
  readonly keys: readonly Key[];
  readonly batch: Batch<Key, Value>;
  readonly resolve: (values: readonly Value[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Keys of one statement, about. */
const MOST_KEYS = 500;

/**
 * What many requests ask at the same time is read together: while one read of a name is under way, those that come wait
 * and go as the next one. A read begins after all that wait for it have asked, so nobody sees an older world than alone.
 */
export class SharedReads {
  private readonly lines = new Map<string, Reader<unknown, unknown>[]>();

  /** `name` says all that the answer depends on beside the keys, the tenant first. */
  read<Key, Value>(name: string, keys: readonly Key[], batch: Batch<Key, Value>): Promise<readonly Value[]> {
    return new Promise((resolve, reject) => {
      const reader = { keys, batch, resolve, reject } as Reader<unknown, unknown>;
      const line = this.lines.get(name);
      if (line) line.push(reader);
      else void this.serve(name, [reader]);
    });
  }

  private async serve(name: string, line: Reader<unknown, unknown>[]): Promise<void> {
    this.lines.set(name, line);
    while (line.length > 0) await readTogether(takeSome(line));
    this.lines.delete(name);
  }
}

function takeSome(line: Reader<unknown, unknown>[]): Reader<unknown, unknown>[] {
  let keys = 0;
  const full = line.findIndex((reader) => (keys += reader.keys.length) > MOST_KEYS);
  return line.splice(0, full === -1 ? line.length : Math.max(full, 1));
}

async function readTogether(readers: readonly Reader<unknown, unknown>[]): Promise<void> {
  const [first] = readers as [Reader<unknown, unknown>];
  try {
    if (readers.length === 1) first.resolve(await first.batch(first.keys));
    else {
      const keys = [...new Set(readers.flatMap((reader) => reader.keys))];
      const values = await first.batch(keys);
      const found = new Map(keys.map((key, i) => [key, values[i]]));
      for (const reader of readers) reader.resolve(reader.keys.map((key) => found.get(key)));
    }
  } catch (error) {
    for (const { reject } of readers) reject(error);
  }
}

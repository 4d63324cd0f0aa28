/** What the order of commands depends on: the stream a command writes, and the ids of others that it mentions. */
export interface Ordered {
  readonly stream: string;
  readonly mentions: readonly string[];
  /** What later commands mean by this stream is known only once this one is done. */
  readonly settles?: boolean;
}

/**
 * Commands in waves: all of one wave may be under way at once, and yet each sees what the commands before it did. A
 * command comes after whoever wrote what it mentions, and after whoever mentioned what it writes. Commands of one
 * stream may share a wave: they keep their order anyway (`Execute`).
 */
export function waves<Command extends Ordered>(commands: Iterable<Command>): Command[][] {
  const waves: Command[][] = [];
  const written = new Map<string, number>();
  const mentioned = new Map<string, number>();
  const settled = new Map<string, number>();
  for (const command of commands) {
    const { stream, mentions, settles } = command;
    let wave = Math.max(written.get(stream) ?? 0, after(settled, stream), after(mentioned, stream));
    for (const id of mentions) if (id !== stream) wave = Math.max(wave, after(written, id));

    written.set(stream, wave);
    if (settles) settled.set(stream, wave);
    for (const id of mentions) if (id !== stream) mentioned.set(id, Math.max(mentioned.get(id) ?? 0, wave));
    (waves[wave] ??= []).push(command);
  }
  return waves;
}

const after = (reached: ReadonlyMap<string, number>, id: string): number => (reached.get(id) ?? -1) + 1;

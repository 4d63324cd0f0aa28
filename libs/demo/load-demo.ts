import { deriveId } from '../event-sourcing/id.js';
import { isRefusal, type CommandContext, type Execute } from '../ledger/execute.js';
import { ledger } from '../ledger/ledger.js';
import { demoCommands, type DemoCommand, type DemoOptions } from './demo.js';

const AT_ONCE = 1000;

/**
 * Tells the story to the ledger, without a way over the network. Returns how many commands that were. Told again it
 * changes nothing. Throws when the ledger refuses a part of it, which is a bug of the story.
 */
export async function loadDemo(
  execute: Execute,
  { tenantId, actor }: Pick<CommandContext, 'tenantId' | 'actor'>,
  options: Omit<DemoOptions, 'id'>,
): Promise<number> {
  const carryOut = async ({ idempotencyKey, command }: DemoCommand): Promise<void> => {
    const result = await execute.run(command, { tenantId, actor, idempotencyKey });
    if (isRefusal(result)) throw new Error(`${command.type} ${idempotencyKey}: ${result.refused} ${result.message}`);
  };
  const id: DemoOptions['id'] = (prefix, key) => deriveId(prefix, tenantId, key, ...(prefix === 'evt' ? ['0'] : []));
  let count = 0;
  let batch: DemoCommand[] = [];
  let begun = new Set<string>();
  for (const next of demoCommands({ ...options, id })) {
    // What is spoken of must be there before. The commands of one stream keep their order by themselves.
    const { address } = ledger.of(next.command);
    const named = Object.entries({ ...next.command }).filter(([field]) => field !== address.subject);
    const waits =
      next.inTurn === true || batch.at(-1)?.inTurn === true || named.some(([, value]) => begun.has(String(value)));
    if (waits || batch.length === AT_ONCE) {
      await Promise.all(batch.map(carryOut));
      batch = [];
      begun = new Set();
    }
    if (address.prefix && address.begins === next.command.type) begun.add(id(address.prefix, next.idempotencyKey));
    batch.push(next);
    count++;
  }
  await Promise.all(batch.map(carryOut));
  return count;
}

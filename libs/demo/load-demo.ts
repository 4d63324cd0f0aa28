import { deriveId } from '../event-sourcing/id.js';
import { isRefusal, type CommandContext, type Execute } from '../ledger/execute.js';
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
  let count = 0;
  let batch: DemoCommand[] = [];
  for (const next of demoCommands({ ...options, id: (prefix, key) => deriveId(prefix, tenantId, key) })) {
    // Parties must be there before they are spoken of. Those of one relationship keep their order by themselves.
    const partiesAreComplete = batch.at(-1)?.command.type === 'RegisterParty' && next.command.type !== 'RegisterParty';
    if (partiesAreComplete || batch.length === AT_ONCE) {
      await Promise.all(batch.map(carryOut));
      batch = [];
    }
    batch.push(next);
    count++;
  }
  await Promise.all(batch.map(carryOut));
  return count;
}

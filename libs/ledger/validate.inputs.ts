import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import type { DatedCommand, Refusal } from '../event-sourcing/decider.js';
import { invalid } from './refusals.js';

/** A command class with its literal name. */
export type CommandClass<C extends DatedCommand = DatedCommand> = new () => C;

/** The command that the fields of an input make, as GraphQL read them. */
export function commandOf<C extends DatedCommand>(commandClass: CommandClass<C>, fields: object): C {
  // A command without objects in its fields needs no transformer, which takes ten times as long.
  const nested = Object.values(fields).some((value) => typeof value === 'object' && value !== null);
  return nested ? plainToInstance(commandClass, fields) : Object.assign(new commandClass(), fields);
}

/**
 * class-validator gathers the rules of a class anew for every object, from those of all classes, which takes longer than
 * to check them. They do not change, and nobody here validates by groups: once for each class is enough.
 */
function gatherOnce(rules = getMetadataStorage()): void {
  const gather = rules.getTargetValidationMetadatas.bind(rules);
  const gathered = new Map<unknown, ReturnType<typeof gather>>();
  rules.getTargetValidationMetadatas = (target, ...options) => {
    const known = gathered.get(target) ?? gather(target, ...options);
    gathered.set(target, known);
    return known;
  };
}
gatherOnce();

/** What is wrong with the fields of a command, by its class; empty when nothing is. */
export const violations = (command: DatedCommand): Refusal[] =>
  validateSync(command, { forbidUnknownValues: false }).map((error) => refusalOf(error, []));

function refusalOf(error: ValidationError, above: readonly string[]): Refusal {
  const path = [...above, error.property];
  const [inner] = error.children ?? [];
  return inner ? refusalOf(inner, path) : invalid(path, Object.values(error.constraints ?? {})[0] ?? 'This is wrong.');
}

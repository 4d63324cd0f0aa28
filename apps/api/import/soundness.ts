import { getMetadataStorage, ValidationTypes, type ValidationArguments } from 'class-validator';
import type { DatedCommand } from '../../../libs/event-sourcing/decider.js';
import type { CommandClass } from '../../../libs/ledger/validate.inputs.js';

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];
type Check = (value: unknown, command: DatedCommand) => boolean;

/**
 * A quick answer for the many commands in which nothing is wrong: the validators of the class, found once, where
 * class-validator looks for them each time. True: there is no violation. False: there may be one; ask for it.
 */
export function soundness(commandClass: CommandClass): (command: DatedCommand) => boolean {
  const all = getMetadataStorage().getTargetValidationMetadatas(commandClass, '', false, false);
  const properties = Object.entries(Object.groupBy(all, ({ propertyName }) => propertyName)).map(
    ([name, metadatas = []]) => {
      const isCondition = ({ type }: Metadata): boolean => type === ValidationTypes.CONDITIONAL_VALIDATION;
      return {
        name,
        conditions: metadatas.filter(isCondition).map(conditionOf),
        checks: metadatas.filter((metadata) => !isCondition(metadata)).map(checkOf),
      };
    },
  );
  return (command) =>
    properties.every(({ name, conditions, checks }) => {
      const value = (command as unknown as Readonly<Record<string, unknown>>)[name];
      if (!conditions.every((holds) => holds(value, command))) return true;
      return checks.every((passes) => passes(value, command));
    });
}

/** `@IsOptional`, `@ValidateIf`: without it the other validators of the property are not asked. */
function conditionOf({ constraints }: Metadata): Check {
  const holds = constraints[0] as (command: object, value: unknown) => boolean;
  return (value, command) => holds(command, value);
}

function checkOf(metadata: Metadata): Check {
  const { type, constraints, propertyName: property, each, validateIf } = metadata;
  const validators = getMetadataStorage().getTargetValidatorConstraints(metadata.constraintCls);
  // What is inside of objects and lists takes the long way.
  if (type !== ValidationTypes.CUSTOM_VALIDATION || each || validateIf || validators.some(({ async }) => async)) {
    return () => false;
  }
  return (value, command) => {
    const given: ValidationArguments = { targetName: command.type, property, object: command, value, constraints };
    return validators.every(({ instance }) => instance.validate(value, given) === true);
  };
}

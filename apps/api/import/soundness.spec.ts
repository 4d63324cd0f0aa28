import { describe, expect, it } from '@jest/globals';
import { getMetadataStorage, ValidationTypes } from 'class-validator';
import type { IdPrefix } from '../../../libs/event-sourcing/id.js';
import { commandClasses } from '../../../libs/ledger/ledger.module.js';
import { commandOf, violations, type CommandClass } from '../../../libs/ledger/validate.inputs.js';
import { soundness } from './soundness.js';

const PREFIXES: readonly IdPrefix[] = [
  ...(['evt', 'pty', 'cpt', 'aff', 'ned', 'rel', 'tch', 'act', 'ask'] as const),
  ...(['tas', 'cmt', 'fbr', 'fbk', 'ref', 'cmp', 'cst', 'rsp'] as const),
];
const IDS = PREFIXES.map((prefix) => `${prefix}_01jd0000000000000000000000`);
/** Values of which each field likes some and not others. */
const VALUES: readonly unknown[] = [
  ...[...IDS, 'text', '', 'a\u0007b', 'x'.repeat(20_000)],
  ...[0, -1, 5, 99_999, undefined, null, [], ['PERSON'], ['PERSON', 'PERSON']],
];
/** A field that every one of them has holds objects: these are asked the long way. */
function isNested(commandClass: CommandClass): boolean {
  const all = getMetadataStorage().getTargetValidationMetadatas(commandClass, '', false, false);
  const isOptional = (property: string): boolean =>
    all.some((it) => it.propertyName === property && it.type === ValidationTypes.CONDITIONAL_VALIDATION);
  return all.some((it) => it.type === ValidationTypes.NESTED_VALIDATION && !isOptional(it.propertyName));
}
const classes: readonly CommandClass[] = commandClasses;

describe('the quick answer of validation', () => {
  it.each(classes.map((commandClass) => [commandClass.name, commandClass] as const))(
    'is that of class-validator for %s',
    (_, commandClass) => {
      const isSound = soundness(commandClass);
      const fields = Object.keys(new commandClass()).filter((field) => field !== 'type');
      const fits = (field: string, value: unknown): boolean =>
        !violations(commandOf(commandClass, { [field]: value })).some(({ path }) => path?.[0] === field);
      const sound = Object.fromEntries(fields.map((field) => [field, VALUES.find((value) => fits(field, value))]));

      for (const field of fields) {
        for (const value of VALUES) {
          const command = commandOf(commandClass, { ...sound, [field]: value });
          const isRight = violations(command).length === 0;
          const mayTakeTheLongWay = isNested(commandClass) || Array.isArray(value);
          if (!mayTakeTheLongWay || isSound(command)) expect(isSound(command)).toBe(isRight);
        }
      }
    },
  );
});

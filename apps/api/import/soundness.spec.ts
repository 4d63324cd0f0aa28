import { describe, expect, it } from '@jest/globals';
import { commandClasses } from '../../../libs/ledger/ledger.module.js';
import { commandOf, violations, type CommandClass } from '../../../libs/ledger/validate.inputs.js';
import { soundness } from './soundness.js';

const IDS = ['pty', 'rel', 'tch', 'cpt', 'aff', 'cmp'].map((prefix) => `${prefix}_01jd0000000000000000000000`);
/** Values of which each field likes some and not others. */
const VALUES: readonly unknown[] = [
  ...[...IDS, 'text', '', 'a\u0007b', 'x'.repeat(20_000)],
  ...[0, -1, 5, 99_999, undefined, null, [], ['PERSON'], ['PERSON', 'PERSON']],
];
/** Their fields hold objects: these are asked the long way. */
const NESTED = ['SetChannelMixTarget', 'CorrectTouch'];
const classes: readonly CommandClass[] = commandClasses;

describe('the quick answer of validation', () => {
  it.each(classes.map((commandClass) => [commandClass.name, commandClass] as const))(
    'is that of class-validator for %s',
    (name, commandClass) => {
      const isSound = soundness(commandClass);
      const fields = Object.keys(new commandClass()).filter((field) => field !== 'type');
      const fits = (field: string, value: unknown): boolean =>
        !violations(commandOf(commandClass, { [field]: value })).some(({ path }) => path?.[0] === field);
      const sound = Object.fromEntries(fields.map((field) => [field, VALUES.find((value) => fits(field, value))]));

      for (const field of fields) {
        for (const value of VALUES) {
          const command = commandOf(commandClass, { ...sound, [field]: value });
          const isRight = violations(command).length === 0;
          const mayTakeTheLongWay = NESTED.includes(name) || Array.isArray(value);
          if (!mayTakeTheLongWay || isSound(command)) expect(isSound(command)).toBe(isRight);
        }
      }
    },
  );
});

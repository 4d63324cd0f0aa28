import { ValidateBy, type ValidationOptions } from 'class-validator';
import { isId, type IdPrefix } from '../event-sourcing/id.js';

// Cs matches half of a surrogate pair only: whole pairs are one character under these flags.
const UNFIT_FOR_A_LINE = /[\p{Cc}\p{Cs}]/v;
const UNFIT_FOR_TEXT = /[[\p{Cc}\p{Cs}]--[\n\r\t]]/v;

const isFit = (value: unknown, maxLength: number, unfit: RegExp): value is string =>
  typeof value === 'string' && value.length <= maxLength && /\S/.test(value) && !unfit.test(value);

export const isLine = (value: unknown, maxLength: number): value is string => isFit(value, maxLength, UNFIT_FOR_A_LINE);

/** Text of one line with something to read in it: no control characters, at most `maxLength` UTF-16 units. */
export const IsLine = (maxLength: number): PropertyDecorator =>
  ValidateBy({
    name: 'isLine',
    validator: {
      validate: (value) => isLine(value, maxLength),
      defaultMessage: () => `One line of 1 to ${String(maxLength)} characters, none of them a control character.`,
    },
  });

/** Text of any lines: no control characters but line breaks and tabs, at most `maxLength` UTF-16 units. */
export const IsText = (maxLength: number): PropertyDecorator =>
  ValidateBy({
    name: 'isText',
    validator: {
      validate: (value) => isFit(value, maxLength, UNFIT_FOR_TEXT),
      defaultMessage: () =>
        `Text of 1 to ${String(maxLength)} characters, none of them a control character but line breaks and tabs.`,
    },
  });

/** An id of one kind, as it was handed out. */
export const IsIdOf = (prefix: IdPrefix, options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isIdOf',
      validator: {
        validate: (value) => typeof value === 'string' && isId(prefix, value),
        defaultMessage: () => `An id that begins with ${prefix}_, as it was handed out.`,
      },
    },
    options,
  );

import { registerEnumType } from '@nestjs/graphql';
import { REFUSAL_CODES, type RefusalCode } from '../event-sourcing/refusal-codes.js';

/** The refusal codes as a GraphQL enumeration. */
export const ErrorCode = Object.fromEntries(Object.keys(REFUSAL_CODES).map((code) => [code, code])) as {
  readonly [Code in RefusalCode]: Code;
};
export type ErrorCode = RefusalCode;

registerEnumType(ErrorCode, {
  name: 'ErrorCode',
  description: 'Why a command was refused. Nothing was recorded.',
  valuesMap: Object.fromEntries(Object.entries(REFUSAL_CODES).map(([code, description]) => [code, { description }])),
});

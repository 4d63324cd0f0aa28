import { registerEnumType } from '@nestjs/graphql';

export const OrderDirection = { ASC: 'ASC', DESC: 'DESC' } as const;
export type OrderDirection = keyof typeof OrderDirection;

registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: 'Which way a list is sorted.',
  valuesMap: { ASC: { description: 'Earliest first.' }, DESC: { description: 'Latest first.' } },
});

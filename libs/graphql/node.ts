import { Field, ID, InterfaceType } from '@nestjs/graphql';
import type { IdPrefix } from '../event-sourcing/id.js';

/** The GraphQL type that an id belongs to, by its prefix. */
export const NODE_TYPES: { readonly [Prefix in IdPrefix]?: string } = {
  pty: 'Party',
  rel: 'Relationship',
  tch: 'Touch',
  act: 'TrustAction',
  ask: 'TrustRequest',
  tas: 'TrustAssessment',
  cmt: 'Commitment',
  fbr: 'FeedbackRequest',
  fbk: 'Feedback',
  ref: 'Referral',
  cmp: 'Campaign',
  evt: 'LedgerEvent',
};

export const prefixOf = (id: string): string => id.slice(0, id.indexOf('_'));

@InterfaceType({
  description: 'Anything with an id of its own. The prefix of an id says what it is of.',
  resolveType: ({ id }: Node) => NODE_TYPES[prefixOf(id) as IdPrefix],
})
export abstract class Node {
  @Field(() => ID, { description: 'Opaque, and the same for ever.' })
  readonly id: string;
}

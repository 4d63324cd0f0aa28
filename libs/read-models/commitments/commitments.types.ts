import { ArgsType, Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Instant } from '../../event-sourcing/instant.js';
import { Node } from '../../graphql/node.js';
import { connectionOf, PageArguments } from '../../graphql/paging.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import { CommitmentEnding } from '../../ledger/commitment/commitment.words.js';
import { Entry } from '../timeline/timeline.types.js';
import type { CommitmentStatus as Status } from './queries.js';

const CommitmentStatus: { readonly [S in Status]: S } = { OPEN: 'OPEN', OVERDUE: 'OVERDUE', ...CommitmentEnding };
registerEnumType(CommitmentStatus, {
  name: 'CommitmentStatus',
  description: 'Where a commitment stands.',
  valuesMap: {
    OPEN: { description: 'Not done, and not due yet.' },
    OVERDUE: { description: 'Not done, and the date has passed.' },
    KEPT: { description: 'Done, in time or late.' },
    BROKEN: { description: 'It will not be done.' },
    WAIVED: { description: 'Whom it was promised to no longer wants it: counts neither way.' },
    DECLINED: { description: 'What was asked for was not promised after all.' },
  },
});

@ObjectType({ implements: () => [Node, Entry], description: 'A promise with a date, and what became of it.' })
export class Commitment extends Entry {
  @Field(() => String, { description: 'What was promised.' })
  readonly text: string;

  @Field(() => CommitmentStatus, {
    description: 'Where it stands at the moment that is asked about: now, unless told.',
  })
  readonly status: Status;

  @Field(() => DateTimeScalar, { description: 'Until when: the date agreed on last.' })
  readonly dueAt: Instant;

  @Field(() => DateTimeScalar, { description: 'Until when it was promised first.' })
  readonly firstDueAt: Instant;

  @Field(() => Int, { description: 'How often another date was agreed on.' })
  readonly renegotiations: number;

  @Field(() => Int, { description: 'How often it was brought to mind.' })
  readonly reminders: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was brought to mind last.' })
  readonly remindedAt: Instant | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was kept, broken, waived or declined.' })
  readonly endedAt: Instant | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Of a kept one: days after the date agreed on last, with fractions; 0 in time.',
  })
  readonly lateDays: number | null;

  @Field(() => ID, { nullable: true, description: 'The request for what would earn trust that it answers.' })
  readonly trustRequestId?: string | null;
}

@ObjectType('CommitmentConnection', { description: 'A page of commitments.' })
export class CommitmentConnection extends connectionOf(() => Commitment, 'Commitment') {}

@ArgsType()
export class CommitmentsArguments extends PageArguments {
  @Field(() => [CommitmentStatus], { nullable: true, description: 'Only those that stand so; absent: all.' })
  readonly status?: readonly Status[] | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Those that were made by this business time, as they stood then; absent: now.',
  })
  readonly asOf?: Instant | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'By what had been recorded at this ledger time; absent: by all that is recorded.',
  })
  readonly asKnown?: Instant | null;
}

@ArgsType()
export class CommitmentsDueArguments extends PageArguments {
  @Field(() => DateTimeScalar, { nullable: true, description: 'Due before this moment; absent: now.' })
  readonly before?: Instant | null;

  @Field(() => ID, { nullable: true, description: 'Only what this party owes.' })
  readonly ownerId?: string | null;
}

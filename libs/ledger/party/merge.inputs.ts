import { Field, ID, InputType } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';
import type { PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import { IsIdOf, IsText } from '../text-rules.inputs.js';

@InputType({ isAbstract: true })
abstract class MergeStep {
  @IsIdOf('pty')
  @Field(() => ID, { description: 'The party that is, or was, absorbed. Its history stays under its own id.' })
  readonly absorbedId: PartyId;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was found out; absent: now.' })
  readonly occurredAt?: Instant | null;
}

@InputType('MergePartiesInput', {
  description: 'Two parties turn out to be one. Answers show the survivor, with the histories of both.',
})
export class MergeParties extends MergeStep {
  readonly type = 'MergeParties' as const;

  @IsIdOf('pty')
  @Field(() => ID, { description: 'The party that answers for both: of the same kind, neither absorbed nor erased.' })
  readonly survivorId: PartyId;

  @IsText(1000)
  @Field(() => String, { description: 'How it is known that they are one, up to 1000 characters. Personal.' })
  readonly evidence: string;
}

@InputType('UnmergePartiesInput', {
  description: 'They are two after all. Answers are what they would be had they never been merged.',
})
export class UnmergeParties extends MergeStep {
  readonly type = 'UnmergeParties' as const;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, { nullable: true, description: 'How that became known, up to 1000 characters. Personal.' })
  readonly reason?: string | null;
}

export const mergeCommands = [MergeParties, UnmergeParties] as const;

import { Field, InputType } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';
import { IsText } from '../text-rules.inputs.js';
import { PartyStep } from './party-step.inputs.js';

@InputType('RequestErasureInput', { description: 'A person or household asks to be forgotten.' })
export class RequestErasure extends PartyStep {
  readonly type = 'RequestErasure' as const;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, { nullable: true, description: 'How and why it was asked, up to 1000 characters. Personal.' })
  readonly reason?: string | null;
}

@InputType('ErasePersonInput', {
  description:
    'The request is carried out: nothing more is recorded of the party, and no answer shows its texts. Final.',
})
export class ErasePerson extends PartyStep {
  readonly type = 'ErasePerson' as const;
}

import { Field, InputType } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';
import { IsText } from '../text-rules.inputs.js';
import { PartyStep } from './party-step.inputs.js';
import { PartyRole } from './party.words.js';

@InputType('StartPartyRoleInput', { description: 'The party begins to be this to the care that is given.' })
export class StartPartyRole extends PartyStep {
  readonly type = 'StartPartyRole' as const;

  @Field(() => PartyRole, { description: 'The role. One that the party has already changes nothing.' })
  readonly role: PartyRole;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, {
    nullable: true,
    description: 'Why it is dated before the last end of the same role, up to 1000 characters; else ORDER_IMPLAUSIBLE.',
  })
  readonly orderReason?: string | null;
}

@InputType('EndPartyRoleInput', { description: 'The party stops being this. Not before it began.' })
export class EndPartyRole extends PartyStep {
  readonly type = 'EndPartyRole' as const;

  @Field(() => PartyRole, { description: 'The role.' })
  readonly role: PartyRole;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, { nullable: true, description: 'Why, up to 1000 characters.' })
  readonly reason?: string | null;
}

export const roleCommands = [StartPartyRole, EndPartyRole] as const;

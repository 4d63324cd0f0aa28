import { Field, InputType, registerEnumType } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';
import type { Instant } from '../../event-sourcing/instant.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import { IsText } from '../text-rules.inputs.js';
import { PartyStep } from './party-step.inputs.js';
import { ConsentChannel, ConsentPurpose } from './party.words.js';

registerEnumType(ConsentPurpose, {
  name: 'ConsentPurpose',
  description: 'What a party lets itself be contacted or its data be used for. Campaigns need MARKETING.',
});
registerEnumType(ConsentChannel, {
  name: 'ConsentChannel',
  description: 'A channel of contact, or ANY: the last statement about either decides.',
});

@InputType({ isAbstract: true })
abstract class ConsentStep extends PartyStep {
  @Field(() => ConsentPurpose, { description: 'For what.' })
  readonly purpose: ConsentPurpose;

  @Field(() => ConsentChannel, { description: 'Over which channel; ANY is all of them.' })
  readonly channel: ConsentChannel;
}

@InputType('GrantConsentInput', { description: 'The party agrees, from `occurredAt` on.' })
export class GrantConsent extends ConsentStep {
  readonly type = 'GrantConsent' as const;

  @IsText(1000)
  @Field(() => String, { description: 'What proves it, up to 1000 characters: a signed form, an opt-in. Personal.' })
  readonly basis: string;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Until when, exclusive; absent: until it is withdrawn.' })
  readonly expiresAt?: Instant | null;
}

@InputType('WithdrawConsentInput', {
  description: 'The party no longer agrees, or never will: nothing need have been granted before.',
})
export class WithdrawConsent extends ConsentStep {
  readonly type = 'WithdrawConsent' as const;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, { nullable: true, description: 'How that became known, up to 1000 characters. Personal.' })
  readonly basis?: string | null;
}

export const consentCommands = [GrantConsent, WithdrawConsent] as const;

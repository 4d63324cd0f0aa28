import { Field, ID, InputType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayUnique, IsOptional, ValidateNested } from 'class-validator';
import type { AffiliationId, ContactPointId, PartyId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import { IsIdOf, IsLine, IsText } from '../text-rules.inputs.js';
import { consentCommands } from './consent.inputs.js';
import { ErasePerson, RequestErasure } from './erasure.inputs.js';
import { mergeCommands } from './merge.inputs.js';
import { needCommands } from './needs.inputs.js';
import { PartyStep } from './party-step.inputs.js';
import { ContactPointKind, PartyKind, PartyRole } from './party.words.js';
import { profileCommands } from './profile.inputs.js';
import { roleCommands } from './roles.inputs.js';

registerEnumType(PartyKind, { name: 'PartyKind', description: 'What a party is. It never changes.' });
registerEnumType(PartyRole, { name: 'PartyRole', description: 'What a party is to the care that is given.' });
registerEnumType(ContactPointKind, {
  name: 'ContactPointKind',
  description: 'A way to reach a party. OTHER needs a label.',
});

@InputType({ description: 'The name of a party in an external system.' })
export class IdentityInput {
  @IsLine(64)
  @Field(() => String, {
    description: 'The system that gave the name, up to 64 characters: NPI (its check digit is checked), MRN, a source.',
  })
  readonly system: string;

  @IsLine(256)
  @Field(() => String, { description: 'The name, up to 256 characters, compared exactly.' })
  readonly value: string;
}

@InputType('RegisterPartyInput', { description: 'A person, household or organisation enters the ledger.' })
export class RegisterParty {
  readonly type = 'RegisterParty' as const;

  @Field(() => PartyKind, { description: 'What the party is.' })
  readonly kind: PartyKind;

  @IsLine(200)
  @Field(() => String, { description: 'What people call the party, up to 200 characters.' })
  readonly displayName: string;

  @IsOptional()
  @ArrayUnique()
  @Field(() => [PartyRole], { nullable: true, description: 'What the party is to the care that is given.' })
  readonly roles?: readonly PartyRole[] | null;

  @IsOptional()
  @ArrayMaxSize(20)
  @ArrayUnique(({ system, value }: IdentityInput) => JSON.stringify([system, value]))
  @ValidateNested({ each: true })
  @Type(() => IdentityInput)
  @Field(() => [IdentityInput], {
    nullable: true,
    description: 'Names of the party in external systems, at most 20, as identifyParty would record them.',
  })
  readonly identities?: readonly IdentityInput[] | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the party became known; absent: now.' })
  readonly occurredAt?: Instant | null;
}

@InputType('IdentifyPartyInput', {
  description: 'A party is found under a name in an external system. A name belongs to one party at a time.',
})
export class IdentifyParty extends PartyStep {
  readonly type = 'IdentifyParty' as const;

  @IsLine(64)
  @Field(() => String, {
    description: 'The system that gave the name, up to 64 characters: NPI (its check digit is checked), MRN, a source.',
  })
  readonly system: string;

  @IsLine(256)
  @Field(() => String, { description: 'The name, up to 256 characters, compared exactly.' })
  readonly value: string;
}

@InputType('AddContactPointInput', { description: 'A way to reach the party becomes known.' })
export class AddContactPoint extends PartyStep {
  readonly type = 'AddContactPoint' as const;

  @Field(() => ContactPointKind, { description: 'Which way to reach the party this is.' })
  readonly kind: ContactPointKind;

  @IsOptional()
  @IsLine(100)
  @Field(() => String, { nullable: true, description: 'With kind OTHER: which one, up to 100 characters.' })
  readonly kindLabel?: string | null;

  @IsText(500)
  @Field(() => String, { description: 'Number or address as it is written, up to 500 characters.' })
  readonly value: string;

  @IsOptional()
  @IsLine(100)
  @Field(() => String, { nullable: true, description: 'What it is for, up to 100 characters: office, after six.' })
  readonly label?: string | null;
}

@InputType({ isAbstract: true })
abstract class ContactPointStep extends PartyStep {
  @IsIdOf('cpt')
  @Field(() => ID, { description: 'The contact point.' })
  readonly contactPointId: ContactPointId;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, {
    nullable: true,
    description:
      'Why it is dated before the contact point became known, up to 1000 characters; else ORDER_IMPLAUSIBLE.',
  })
  readonly orderReason?: string | null;
}

@InputType('VerifyContactPointInput', { description: 'The contact point was found to reach the party.' })
export class VerifyContactPoint extends ContactPointStep {
  readonly type = 'VerifyContactPoint' as const;
}

@InputType('InvalidateContactPointInput', { description: 'The contact point no longer reaches the party. Final.' })
export class InvalidateContactPoint extends ContactPointStep {
  readonly type = 'InvalidateContactPoint' as const;

  @IsText(1000)
  @Field(() => String, { description: 'How that became known, up to 1000 characters.' })
  readonly reason: string;
}

@InputType('StartAffiliationInput', { description: 'A person takes a position in an organisation.' })
export class StartAffiliation extends PartyStep {
  readonly type = 'StartAffiliation' as const;

  @IsIdOf('pty')
  @Field(() => ID, { description: 'The organisation: a party of kind ORGANISATION.' })
  readonly organizationId: PartyId;

  @IsOptional()
  @IsLine(200)
  @Field(() => String, { nullable: true, description: 'What the person is there, up to 200 characters.' })
  readonly position?: string | null;
}

@InputType('EndAffiliationInput', { description: 'A person leaves a position. Not before it started.' })
export class EndAffiliation extends PartyStep {
  readonly type = 'EndAffiliation' as const;

  @IsIdOf('aff')
  @Field(() => ID, { description: 'The affiliation.' })
  readonly affiliationId: AffiliationId;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, { nullable: true, description: 'Why, up to 1000 characters.' })
  readonly reason?: string | null;
}

/** What whoever records may send. */
export const partyRecords = [
  RegisterParty,
  IdentifyParty,
  AddContactPoint,
  VerifyContactPoint,
  InvalidateContactPoint,
  StartAffiliation,
  EndAffiliation,
  ...roleCommands,
  ...profileCommands,
  ...needCommands,
  ...consentCommands,
  ...mergeCommands,
  RequestErasure,
] as const;

/** What only whoever guards privacy may send. */
export const erasingCommands = [ErasePerson] as const;

export const partyCommands = [...partyRecords, ...erasingCommands] as const;

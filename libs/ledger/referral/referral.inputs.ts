import { Field, ID, InputType, PartialType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import type { EventId, PartyId, ReferralId, RelationshipId } from '../../event-sourcing/id.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { MoneyInput } from '../../graphql/money.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import { IsIdOf, IsLine, IsText } from '../text-rules.inputs.js';
import {
  DeclineReason,
  ReferralMotive,
  ReferralProgress,
  ReferralStatus,
  ReferralStep,
  ReferralUrgency,
  ValueKind,
} from './referral.words.js';
import { ReferralStepReplacement } from './step-replacement.inputs.js';

registerEnumType(ReferralProgress, {
  name: 'ReferralProgress',
  description: 'How far a referral gets, in this order.',
});
registerEnumType(ReferralStep, {
  name: 'ReferralStep',
  description: 'What can be reported of a referral.',
  valuesMap: {
    DECLINED: { description: 'The target will not take it. Needs one of the reasons to decline.' },
    SCHEDULED: { description: 'There is an appointment; again after a NO_SHOW, or when it is moved.' },
    NO_SHOW: { description: 'Nobody came to the appointment. Another may follow.' },
    REPORTED: { description: 'The target sent its note.' },
    ACKNOWLEDGED: { description: 'The sender has read it.' },
    CLOSED: { description: 'The person knows how it goes on: the loop is closed.' },
    EXPIRED: { description: 'Nothing more is waited for.' },
  },
});
registerEnumType(ReferralStatus, {
  name: 'ReferralStatus',
  description: 'Where a referral stands, by business time.',
  valuesMap: {
    DRAFTED: { description: 'Made, and nothing more.' },
    LEAKED: { description: 'The person went elsewhere.' },
    REDIRECTED: { description: 'Another referral, its child, goes on elsewhere.' },
  },
});
registerEnumType(DeclineReason, { name: 'DeclineReason', description: 'Why a target declines. OTHER needs a label.' });
registerEnumType(ReferralUrgency, { name: 'ReferralUrgency', description: 'The priorities of a FHIR request.' });
registerEnumType(ReferralMotive, {
  name: 'ReferralMotive',
  description: 'Why the referrer chose this target. OTHER needs a label.',
  valuesMap: { GRATITUDE: { description: 'In return for something: `inReturnFor` may say what.' } },
});
registerEnumType(ValueKind, { name: 'ValueKind', description: 'What a value came as. OTHER needs a label.' });

/** What is said of a referral. */
@InputType({ isAbstract: true })
class ReferralDetails {
  @IsIdOf('pty')
  @Field(() => ID, { description: 'The party that refers.' })
  readonly referrerId: PartyId;

  @IsLine(200)
  @Field(() => String, {
    description:
      'Who is referred: the id of a party, or what an outside system calls the case. Opaque, never a name, up to 200 characters.',
  })
  readonly subjectRef: string;

  @IsIdOf('pty')
  @Field(() => ID, { description: 'The party to which it goes.' })
  readonly targetId: PartyId;

  @IsLine(100)
  @Field(() => String, { description: 'What is referred for: cardiology, durable equipment; up to 100 characters.' })
  readonly serviceLine: string;

  @Field(() => ReferralUrgency, { defaultValue: 'ROUTINE', description: 'How soon.' })
  readonly urgency: ReferralUrgency;

  @IsOptional()
  @IsText(10_000)
  @Field(() => String, { nullable: true, description: 'What the target is asked, up to 10000 characters. Personal.' })
  readonly question?: string | null;

  @Field(() => ReferralMotive, { defaultValue: 'UNKNOWN', description: 'Why this target.' })
  readonly motive: ReferralMotive;

  @IsOptional()
  @IsLine(100)
  @Field(() => String, { nullable: true, description: 'With motive OTHER: which one, up to 100 characters.' })
  readonly motiveLabel?: string | null;

  @IsOptional()
  @IsIdOf('evt')
  @Field(() => ID, { nullable: true, description: 'With motive GRATITUDE: the event that it is the thanks for.' })
  readonly inReturnFor?: EventId | null;

  @IsOptional()
  @IsIdOf('rel')
  @Field(() => ID, { nullable: true, description: 'The relationship whose ledger shows it.' })
  readonly relationshipId?: RelationshipId | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was made; absent: now.' })
  readonly occurredAt?: Instant | null;
}

@InputType('MakeReferralInput', { description: 'One party directs another, or a case, to a third.' })
export class MakeReferral extends ReferralDetails {
  readonly type = 'MakeReferral' as const;

  @IsOptional()
  @IsIdOf('ref')
  @Field(() => ID, {
    nullable: true,
    description: 'The referral that it follows from; at most 32 may follow from each other. Never changes.',
  })
  readonly parentReferralId?: ReferralId | null;
}

@InputType({ isAbstract: true })
abstract class OfReferral {
  @IsIdOf('ref')
  @Field(() => ID, { description: 'The referral.' })
  readonly referralId: ReferralId;
}

@InputType({ isAbstract: true })
abstract class DatedOfReferral extends OfReferral {
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was so; absent: now. Late reports are welcome.',
  })
  readonly occurredAt?: Instant | null;
}

@InputType({ isAbstract: true })
abstract class FollowingReferral extends DatedOfReferral {
  @IsOptional()
  @IsText(1000)
  @Field(() => String, {
    nullable: true,
    description: 'Why it is dated before the referral was made, up to 1000 characters; else ORDER_IMPLAUSIBLE.',
  })
  readonly orderReason?: string | null;
}

@InputType('RecordReferralStepInput', {
  description:
    'A referral got further, or ended. Steps may be reported late and in any order; what they prove is inferred. Only a contradiction is refused.',
})
export class RecordReferralStep extends FollowingReferral {
  readonly type = 'RecordReferralStep' as const;

  @Field(() => ReferralStep, { description: 'What happened.' })
  readonly step: ReferralStep;

  @Field(() => DeclineReason, { nullable: true, description: 'With DECLINED, and needed there: why.' })
  readonly declineReason?: DeclineReason | null;

  @IsOptional()
  @IsLine(100)
  @Field(() => String, { nullable: true, description: 'With declineReason OTHER: which one, up to 100 characters.' })
  readonly declineReasonLabel?: string | null;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, { nullable: true, description: 'What there is to say of it, up to 1000 characters. Personal.' })
  readonly reason?: string | null;
}

@InputType('LeakReferralInput', { description: 'The person went elsewhere than referred.' })
export class LeakReferral extends FollowingReferral {
  readonly type = 'LeakReferral' as const;

  @IsOptional()
  @IsIdOf('pty')
  @Field(() => ID, { nullable: true, description: 'Where to, when it is known.' })
  readonly toPartyId?: PartyId | null;

  @IsText(1000)
  @Field(() => String, { description: 'Why, up to 1000 characters. Personal.' })
  readonly reason: string;
}

@InputType('RedirectReferralInput', {
  description: 'The referral goes on to another target: as a child, which is made at once with the same facts.',
})
export class RedirectReferral extends FollowingReferral {
  readonly type = 'RedirectReferral' as const;

  @IsIdOf('pty')
  @Field(() => ID, { description: 'The party to which it goes now.' })
  readonly toTargetId: PartyId;

  @IsText(1000)
  @Field(() => String, { description: 'Why, up to 1000 characters. Personal.' })
  readonly reason: string;
}

@InputType('ReassignReferralSourceInput', {
  description: 'From then on another party is credited with the referral. Who referred stays as it is.',
})
export class ReassignReferralSource extends FollowingReferral {
  readonly type = 'ReassignReferralSource' as const;

  @IsIdOf('pty')
  @Field(() => ID, { description: 'The party that is credited at that time.' })
  readonly from: PartyId;

  @IsIdOf('pty')
  @Field(() => ID, { description: 'The party to credit.' })
  readonly to: PartyId;

  @IsText(1000)
  @Field(() => String, { description: 'Why, up to 1000 characters. Personal.' })
  readonly reason: string;
}

@InputType('DeclareSourceInput', {
  description: 'What the person says about who or what sent them. Stands beside the recorded source.',
})
export class DeclareSource extends DatedOfReferral {
  readonly type = 'DeclareSource' as const;

  @IsLine(100)
  @Field(() => String, { description: 'Where it was asked: intake form, first visit; up to 100 characters.' })
  readonly point: string;

  @IsLine(100)
  @Field(() => String, {
    description: 'The answer: a choice of your form, such as WEB or FRIEND. Names no person, up to 100 characters.',
  })
  readonly answer: string;

  @IsOptional()
  @IsIdOf('pty')
  @Field(() => ID, { nullable: true, description: 'The party that the answer means, when it is one we know.' })
  readonly partyId?: PartyId | null;
}

@InputType('RealizeValueInput', { description: 'The referral was worth something, once more or for the first time.' })
export class RealizeValue extends FollowingReferral {
  readonly type = 'RealizeValue' as const;

  @ValidateNested()
  @Type(() => MoneyInput)
  @Field(() => MoneyInput, { description: 'How much, 0 or more. Value that was none is retracted.' })
  readonly amount: MoneyInput;

  @Field(() => ValueKind, { description: 'What it came as.' })
  readonly kind: ValueKind;

  @IsOptional()
  @IsLine(100)
  @Field(() => String, { nullable: true, description: 'With kind OTHER: which one, up to 100 characters.' })
  readonly kindLabel?: string | null;
}

@InputType({ isAbstract: true })
abstract class AmendingReferral extends OfReferral {
  @IsText(1000)
  @Field(() => String, { description: 'Why, up to 1000 characters. Personal.' })
  readonly reason: string;
}

@InputType('CorrectReferralStepInput', {
  description:
    'A step, leak, redirect, source or value of a referral was recorded wrongly. Happens once; both versions stay visible for ever.',
})
export class CorrectReferralStep extends AmendingReferral {
  readonly type = 'CorrectReferralStep' as const;

  @IsIdOf('evt')
  @Field(() => ID, { description: 'The event that recorded it.' })
  readonly eventId: EventId;

  @ValidateNested()
  @Type(() => ReferralStepReplacement)
  @Field(() => ReferralStepReplacement, { description: 'The facts that change.' })
  readonly replacement: ReferralStepReplacement;
}

@InputType('RetractReferralStepInput', {
  description:
    'A step, leak, redirect, source or value of a referral never was. The referral stands as if it had never been recorded.',
})
export class RetractReferralStep extends AmendingReferral {
  readonly type = 'RetractReferralStep' as const;

  @IsIdOf('evt')
  @Field(() => ID, { description: 'The event that recorded it.' })
  readonly eventId: EventId;
}

@InputType({
  description: 'What a referral really was. What is absent stays as it was; null takes an optional fact away.',
})
export class ReferralReplacement extends PartialType(ReferralDetails, { omitDefaultValues: true }) {}

@InputType('CorrectReferralInput', {
  description: 'A referral was recorded wrongly. Happens once; both versions stay visible for ever.',
})
export class CorrectReferral extends AmendingReferral {
  readonly type = 'CorrectReferral' as const;

  @ValidateNested()
  @Type(() => ReferralReplacement)
  @Field(() => ReferralReplacement, { description: 'The facts that change.' })
  readonly replacement: ReferralReplacement;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, {
    nullable: true,
    description: 'Why it is dated behind one of its steps, up to 1000 characters; else ORDER_IMPLAUSIBLE.',
  })
  readonly orderReason?: string | null;
}

@InputType('RetractReferralInput', {
  description: 'A referral never was. Final; it stays visible as retracted for ever.',
})
export class RetractReferral extends AmendingReferral {
  readonly type = 'RetractReferral' as const;
}

/** Every command of the concept that can be sent. */
export const referralCommands = [
  MakeReferral,
  RecordReferralStep,
  LeakReferral,
  RedirectReferral,
  ReassignReferralSource,
  DeclareSource,
  RealizeValue,
  CorrectReferralStep,
  RetractReferralStep,
  CorrectReferral,
  RetractReferral,
] as const;

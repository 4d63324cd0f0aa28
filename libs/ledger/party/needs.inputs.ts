import { Field, ID, InputType, registerEnumType } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';
import type { EventId, NeedId } from '../../event-sourcing/id.js';
import { IsIdOf, IsLine } from '../text-rules.inputs.js';
import { PartyStep } from './party-step.inputs.js';
import { NeedBasis, NeedKind } from './party.words.js';

registerEnumType(NeedKind, {
  name: 'NeedKind',
  description: 'What a party needs.',
  valuesMap: {
    PROBLEM: { description: 'Something is wrong.' },
    UNMET: { description: 'Something is missing.' },
    DESIRED_FEELING: { description: 'How the party wants to feel.' },
  },
});
registerEnumType(NeedBasis, {
  name: 'NeedBasis',
  description: 'How a need became known.',
  valuesMap: {
    STATED: { description: 'The party said so.' },
    INFERRED: { description: 'Somebody concluded it.' },
  },
});

@InputType('IdentifyNeedInput', { description: 'A need of the party becomes known.' })
export class IdentifyNeed extends PartyStep {
  readonly type = 'IdentifyNeed' as const;

  @Field(() => NeedKind, { description: 'What kind of need it is.' })
  readonly kind: NeedKind;

  @Field(() => NeedBasis, { description: 'How it became known.' })
  readonly basis: NeedBasis;

  @IsLine(100)
  @Field(() => String, {
    description:
      'The need as a code or a few words that name no person, up to 100 characters. Open once per kind and code.',
  })
  readonly code: string;
}

@InputType('MeetNeedInput', { description: 'A need was met. Not before it became known.' })
export class MeetNeed extends PartyStep {
  readonly type = 'MeetNeed' as const;

  @IsIdOf('ned')
  @Field(() => ID, { description: 'The need.' })
  readonly needId: NeedId;

  @IsOptional()
  @IsIdOf('evt')
  @Field(() => ID, { nullable: true, description: 'The event of the ledger that met it, when one did.' })
  readonly byEventId?: EventId | null;
}

export const needCommands = [IdentifyNeed, MeetNeed] as const;

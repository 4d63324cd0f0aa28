import { ArgsType, Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Instant } from '../../event-sourcing/instant.js';
import { connectionOf, PageArguments } from '../../graphql/paging.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import type { ConsentStatus as Status } from '../../ledger/party/consent.js';
import { ConsentChannel, ConsentPurpose, NeedBasis, NeedKind } from '../../ledger/party/party.words.js';
import type { NeedFilter, NeedStatus as Progress } from './profile-queries.js';

@ObjectType({ description: 'What is known of a party over a stretch of time.' })
export class Attribute {
  @Field(() => String, { description: 'What it is.' })
  readonly key: string;

  @Field(() => String, { description: 'The value as text.' })
  readonly value: string;

  @Field(() => String, { nullable: true, description: 'Unit of the value.' })
  readonly unit: string | null;

  @Field(() => DateTimeScalar, { description: 'Since when it is so.' })
  readonly validFrom: Instant;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Until when, exclusive; null: until a later value.' })
  readonly validTo: Instant | null;

  @Field(() => String, { description: 'Who says so.' })
  readonly source: string;

  @Field(() => DateTimeScalar, { description: 'When the ledger learnt it.' })
  readonly recordedAt: Instant;
}

@ObjectType({ description: 'How a party likes it.' })
export class Preference {
  @Field(() => String, { description: 'What it is about.' })
  readonly topic: string;

  @Field(() => String, { description: 'What the party likes.' })
  readonly value: string;

  @Field(() => DateTimeScalar, { description: 'Since when it is known.' })
  readonly since: Instant;
}

const NeedStatus: { readonly [Word in Progress]: Word } = { OPEN: 'OPEN', MET: 'MET' };
registerEnumType(NeedStatus, { name: 'NeedStatus', description: 'Whether a need was met.' });

@ObjectType({ description: 'What a party needs.' })
export class Need {
  @Field(() => ID, { description: 'Opaque, and the same for ever.' })
  readonly id: string;

  @Field(() => NeedKind, { description: 'What kind of need it is.' })
  readonly kind: NeedKind;

  @Field(() => NeedBasis, { description: 'How it became known.' })
  readonly basis: NeedBasis;

  @Field(() => String, { description: 'The need as a code or a few words.' })
  readonly code: string;

  @Field(() => DateTimeScalar, { description: 'When it became known.' })
  readonly identifiedAt: Instant;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was met; null: not yet.' })
  readonly metAt: Instant | null;

  @Field(() => ID, { nullable: true, description: 'The event that met it, when one did.' })
  readonly metBy: string | null;
}

@ObjectType('NeedConnection', { description: 'A page of needs.' })
export class NeedConnection extends connectionOf(() => Need, 'Need') {}

@InputType('NeedFilter', { description: 'Which needs are wanted; all of it must hold.' })
export class NeedFilterInput implements NeedFilter {
  @Field(() => NeedStatus, { nullable: true, description: 'Whether they were met.' })
  readonly status?: Progress | null;

  @Field(() => NeedKind, { nullable: true, description: 'What kind of need.' })
  readonly kind?: NeedKind | null;

  @Field(() => NeedBasis, { nullable: true, description: 'How they became known.' })
  readonly basis?: NeedBasis | null;
}

@ArgsType()
export class NeedsArguments extends PageArguments {
  @Field(() => NeedFilterInput, { nullable: true, description: 'Which needs are wanted.' })
  readonly filter?: NeedFilterInput | null;
}

@ArgsType()
export class NeedsOfPartyArguments {
  @Field(() => NeedStatus, { nullable: true, description: 'Whether they were met; absent: all.' })
  readonly status?: Progress | null;
}

const ConsentStatus: { readonly [Word in Status]: Word } = {
  GRANTED: 'GRANTED',
  WITHDRAWN: 'WITHDRAWN',
  EXPIRED: 'EXPIRED',
};
registerEnumType(ConsentStatus, { name: 'ConsentStatus', description: 'Where consent stands.' });

@ObjectType({ description: 'Where the consent of a party for a purpose over a channel stands.' })
export class Consent {
  @Field(() => ConsentPurpose, { description: 'For what.' })
  readonly purpose: ConsentPurpose;

  @Field(() => ConsentChannel, { description: 'Over which channel.' })
  readonly channel: ConsentChannel;

  @Field(() => ConsentStatus, { description: 'What the last statement about the channel, or about ANY, comes to.' })
  readonly status: Status;

  @Field(() => DateTimeScalar, { description: 'When that was stated.' })
  readonly since: Instant;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it expires, or did; null: never.' })
  readonly expiresAt: Instant | null;

  @Field(() => String, { nullable: true, description: 'What proves it.' })
  readonly basis: string | null;
}

@ArgsType()
export class AsOfArguments {
  @Field(() => DateTimeScalar, { nullable: true, description: 'At this moment; absent: now.' })
  readonly asOf?: Instant | null;
}

import { ArgsType, Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Instant } from '../../event-sourcing/instant.js';
import { Node } from '../../graphql/node.js';
import { connectionOf, PageArguments } from '../../graphql/paging.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import { ContactPointKind, PartyKind, PartyRole } from '../../ledger/party/party.words.js';
import { OrderDirection } from '../ordering.types.js';
import type { PartyFilter } from './party-queries.js';

@ObjectType({
  implements: () => Node,
  description: 'A person, household or organisation that can hold relationships.',
})
export class Party extends Node {
  @Field(() => PartyKind, { description: 'What the party is.' })
  readonly kind: PartyKind;

  @Field(() => String, { description: 'What people call the party.' })
  readonly displayName: string;

  @Field(() => DateTimeScalar, { description: 'When the party became known.' })
  readonly registeredAt: Instant;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was erased: its name and every other text of it are gone. Null: it was not.',
  })
  readonly erasedAt: Instant | null;
}

@ObjectType({ description: 'A party that turned out to be another one, which answers for it since.' })
export class MergedParty {
  @Field(() => ID, { description: 'The id under which its own facts are recorded.' })
  readonly id: string;

  @Field(() => ID, { description: 'The party that it was merged into.' })
  readonly survivorId: string;

  @Field(() => ID, { description: 'The PartiesMerged event that says so.' })
  readonly eventId: string;

  @Field(() => DateTimeScalar, { description: 'When that was recorded.' })
  readonly mergedAt: Instant;
}

@ObjectType({ description: 'The name of a party in an external system.' })
export class Identity {
  @Field(() => String, { description: 'The system that gave the name: NPI, MRN, a source.' })
  readonly system: string;

  @Field(() => String, { description: 'The name. One name belongs to one party.' })
  readonly value: string;

  @Field(() => DateTimeScalar, { description: 'When the party was identified by it.' })
  readonly identifiedAt: Instant;
}

@ObjectType({ description: 'A way to reach a party.' })
export class ContactPoint {
  @Field(() => ID, { description: 'Opaque, and the same for ever.' })
  readonly id: string;

  @Field(() => ContactPointKind, { description: 'What it is.' })
  readonly kind: ContactPointKind;

  @Field(() => String, { nullable: true, description: 'With kind OTHER: which one.' })
  readonly kindLabel: string | null;

  @Field(() => String, { description: 'The number or address.' })
  readonly value: string;

  @Field(() => String, { nullable: true, description: 'What people call it: home, front desk.' })
  readonly label: string | null;

  @Field(() => DateTimeScalar, { description: 'When it became known.' })
  readonly addedAt: Instant;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was last seen to work.' })
  readonly verifiedAt: Instant | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Since when it is known not to work.' })
  readonly invalidatedAt: Instant | null;

  @Field(() => String, { nullable: true, description: 'Why it does not work.' })
  readonly invalidatedReason: string | null;
}

@ObjectType({ description: 'Dated membership of a person in an organisation.' })
export class Affiliation {
  @Field(() => ID, { description: 'Opaque, and the same for ever.' })
  readonly id: string;

  @Field(() => DateTimeScalar, { description: 'When it began.' })
  readonly startedAt: Instant;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ended; null while it lasts.' })
  readonly endedAt: Instant | null;
}

@ObjectType('PartyConnection', { description: 'A page of parties.' })
export class PartyConnection extends connectionOf(() => Party, 'Party') {}

@InputType('PartyFilter', { description: 'Which parties are wanted; all of it must hold.' })
export class PartyFilterInput implements PartyFilter {
  @Field(() => PartyKind, { nullable: true, description: 'What they are.' })
  readonly kind?: PartyKind | null;

  @Field(() => PartyRole, { nullable: true, description: 'What they are to the care that is given.' })
  readonly role?: PartyRole | null;
}

const PartyOrderField = { REGISTERED_AT: 'REGISTERED_AT' } as const;
registerEnumType(PartyOrderField, {
  name: 'PartyOrderField',
  description: 'What parties can be sorted by.',
  valuesMap: { REGISTERED_AT: { description: 'When they became known.' } },
});

@InputType({ description: 'How parties are sorted.' })
export class PartyOrder {
  @Field(() => PartyOrderField, { description: 'By what.' })
  readonly field: keyof typeof PartyOrderField;

  @Field(() => OrderDirection, { defaultValue: 'ASC', description: 'Which way.' })
  readonly direction: OrderDirection;
}

@ArgsType()
export class PartiesArguments extends PageArguments {
  @Field(() => PartyFilterInput, { nullable: true, description: 'Which parties are wanted.' })
  readonly filter?: PartyFilterInput | null;

  @Field(() => PartyOrder, { nullable: true, description: 'How they are sorted. Absent: the newest first.' })
  readonly orderBy?: PartyOrder | null;
}

@ArgsType()
export class PartyArguments {
  @Field(() => ID, { description: 'The party, under any id that it was recorded with.' })
  readonly id: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'As merges were known at this moment: before a merge there are two. Absent: now.',
  })
  readonly asKnown?: Instant | null;
}

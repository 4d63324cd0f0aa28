import { ArgsType, Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Instant } from '../../event-sourcing/instant.js';
import type { Position } from '../../event-sourcing/position.js';
import { connectionOf, PageArguments } from '../../graphql/paging.js';
import { DateTimeScalar, PositionScalar } from '../../graphql/scalars.js';

@ObjectType({ description: 'One version of a metric.' })
export class MetricVersion {
  @Field(() => String, { description: 'Name of the metric.' })
  readonly metric: string;

  @Field(() => Int, { description: 'The version.' })
  readonly version: number;
}

@ObjectType({ description: 'One part of a score.' })
export class HealthComponent {
  @Field(() => String, { description: 'Its name in the definition.' })
  readonly name: string;

  @Field(() => Float, { nullable: true, description: '0 to 1; null when there is no data.' })
  readonly value: number | null;

  @Field(() => Float, { description: 'Its share, relative to the weights of the others.' })
  readonly weight: number;

  @Field(() => Float, { description: 'Points of the score. Those of all components are the score before caps.' })
  readonly contribution: number;

  @Field(() => Boolean, { description: 'Whether there is no data for it.' })
  readonly missing: boolean;
}

@ObjectType({ description: 'What holds a score down while it lasts.' })
export class HealthCap {
  @Field(() => String, { description: 'Its name in the definition.' })
  readonly name: string;

  @Field(() => Float, { description: 'The highest score there can be meanwhile.' })
  readonly at: number;
}

@ObjectType({ description: 'The score at a moment.' })
export class HealthPoint {
  @Field(() => DateTimeScalar, { description: 'The moment.' })
  readonly at: Instant;

  @Field(() => Float, { nullable: true, description: '0 to 100; null when no component has data.' })
  readonly score: number | null;

  @Field(() => String, { nullable: true, description: 'The band that the score lies in.' })
  readonly band: string | null;

  @Field(() => String, { description: 'The version that it was computed by: `relationship-health@2`.' })
  readonly definitionVersion: string;
}

@ObjectType({ description: 'An event as a reason.' })
export class HealthEvent {
  @Field(() => ID, { description: 'Its id in the ledger.' })
  readonly id: string;

  @Field(() => DateTimeScalar, { description: 'When it was so.' })
  readonly occurredAt: Instant;

  @Field(() => DateTimeScalar, { description: 'When the ledger learnt it.' })
  readonly recordedAt: Instant;
}

@ObjectType({ description: 'Points of one component.' })
export class HealthComponentChange {
  @Field(() => String, { description: 'Its name in the definition.' })
  readonly name: string;

  @Field(() => Float, { description: 'By how much it moved the score.' })
  readonly points: number;
}

const HealthChangeKind = { FACT: 'FACT', TIME: 'TIME', DEFINITION: 'DEFINITION' } as const;
registerEnumType(HealthChangeKind, {
  name: 'HealthChangeKind',
  description: 'What moves a score.',
  valuesMap: {
    FACT: { description: 'Something that happened.' },
    TIME: { description: 'Nothing happened meanwhile.' },
    DEFINITION: { description: 'Another version of the metric came into force.' },
  },
});

@ObjectType({ description: 'One thing that moved a score.' })
export class HealthChange {
  @Field(() => HealthChangeKind, { description: 'What it is.' })
  readonly kind: keyof typeof HealthChangeKind;

  @Field(() => DateTimeScalar, { description: 'When; of a wait its end.' })
  readonly at: Instant;

  @Field(() => Float, {
    description: 'By how much. All points of an explanation are exactly the difference of the two scores.',
  })
  readonly points: number;

  @Field(() => [HealthComponentChange], { description: 'Through which components.' })
  readonly components: readonly HealthComponentChange[];

  @Field(() => Float, { description: 'What caps took, or gave back.' })
  readonly capPoints: number;

  @Field(() => String, { description: 'Why, in words.' })
  readonly because: string;

  @Field(() => HealthEvent, { nullable: true, description: 'The event, of what happened.' })
  readonly event: HealthEvent | null;
}

@ObjectType({ description: 'How a relationship is, from 0 to 100, and why: computed when asked, from its facts.' })
export class Health {
  @Field(() => Float, { nullable: true, description: '0 to 100; null when no component has data.' })
  readonly score: number | null;

  @Field(() => String, { nullable: true, description: 'The band that the score lies in.' })
  readonly band: string | null;

  @Field(() => MetricVersion, { description: 'What it was computed by.' })
  readonly definition: MetricVersion;

  @Field(() => DateTimeScalar, { description: 'As things were then.' })
  readonly asOf: Instant;

  @Field(() => DateTimeScalar, { nullable: true, description: 'As far as was known then; null: by now.' })
  readonly asKnown: Instant | null;

  @Field(() => [HealthComponent], { description: 'What it is made of.' })
  readonly components: readonly HealthComponent[];

  @Field(() => [HealthCap], { description: 'What holds it down.' })
  readonly caps: readonly HealthCap[];
}

@ObjectType({ description: 'A relationship whose health comes into another band if nothing happens until then.' })
export class BandChange {
  @Field(() => DateTimeScalar, { description: 'When, at most a minute late.' })
  readonly at: Instant;

  @Field(() => String, { nullable: true, description: 'The band that it lies in from then on.' })
  readonly band: string | null;

  @Field(() => String, { nullable: true, description: 'The band before; null: it had no score.' })
  readonly was: string | null;
}

@ObjectType('BandChangeConnection', { description: 'A page of changes of band.' })
export class BandChangeConnection extends connectionOf(() => BandChange, 'BandChange') {}

@ArgsType()
export class BandChangesArguments extends PageArguments {
  @Field(() => DateTimeScalar, { description: 'Before this moment.' })
  readonly before: Instant;

  @Field(() => DateTimeScalar, { nullable: true, description: 'From this moment on; absent: now.' })
  readonly from?: Instant | null;

  @Field(() => String, { nullable: true, description: 'Only into the band of this name; absent: into any.' })
  readonly to?: string | null;
}

@ArgsType()
export class HealthArguments {
  @Field(() => DateTimeScalar, { nullable: true, description: 'As things were then; absent: now.' })
  readonly asOf?: Instant | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'As far as was known then; absent: by now.' })
  readonly asKnown?: Instant | null;

  @Field(() => String, {
    nullable: true,
    description: '`metric@version`, or a metric for its version in force. Absent: what was in force for its kind then.',
  })
  readonly definition?: string | null;
}

@ArgsType()
export class HealthSpanArguments {
  @Field(() => DateTimeScalar, { description: 'From this moment.' })
  readonly from: Instant;

  @Field(() => DateTimeScalar, { description: 'To this moment.' })
  readonly to: Instant;
}

@ArgsType()
export class HealthHistoryArguments extends HealthSpanArguments {
  @Field(() => Int, {
    defaultValue: 30,
    description: 'At how many moments, 1 to 500, evenly spread, both ends among them.',
  })
  readonly points: number;
}

@ObjectType({ description: 'From when on a version was in force.' })
export class MetricTerm {
  @Field(() => Int, { description: 'The version.' })
  readonly version: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Since when; null: from the beginning.' })
  readonly since: Instant | null;

  @Field(() => String, { nullable: true, description: 'Why.' })
  readonly reason: string | null;

  @Field(() => String, { nullable: true, description: 'Who decided it.' })
  readonly decidedBy: string | null;
}

@ObjectType('MetricDefinition', { description: 'A published definition of a metric. Its body never changes.' })
export class MetricDefinitionType {
  @Field(() => String, { description: 'Name of the metric.' })
  readonly metric: string;

  @Field(() => Int, { description: 'The version.' })
  readonly version: number;

  @Field(() => String, { description: 'The definition as it is hashed: JSON as RFC 8785 writes it.' })
  readonly body: string;

  @Field(() => String, { description: 'SHA-256 of the body, in hex.' })
  readonly hash: string;

  @Field(() => Boolean, { description: 'Whether it is what queries answer by unless told.' })
  readonly active: boolean;

  @Field(() => String, { nullable: true, description: 'What it was to make better; null for the one that ships.' })
  readonly reason: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was published; null for the one that ships.' })
  readonly publishedAt: Instant | null;

  @Field(() => String, { nullable: true, description: 'Who published it; null for the one that ships.' })
  readonly publishedBy: string | null;

  @Field(() => PositionScalar, { nullable: true, description: 'Where that stands in the ledger.' })
  readonly position: Position | null;

  @Field(() => [MetricTerm], { description: 'When the metric had which version in force, the earliest first.' })
  readonly terms: readonly MetricTerm[];
}

import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Position } from '../../event-sourcing/position.js';
import { PositionScalar } from '../../graphql/scalars.js';

export const MetricStateType = {
  ACTIVE: 'ACTIVE',
  READY: 'READY',
  BUILDING: 'BUILDING',
  PUBLISHED: 'PUBLISHED',
} as const;
registerEnumType(MetricStateType, {
  name: 'MetricState',
  description: 'Whether a version of a metric can answer for all relationships at once.',
  valuesMap: {
    ACTIVE: { description: 'It is in force, and lists are by it.' },
    READY: { description: 'It is not in force. Lists by it are built and kept: activated, it serves at once.' },
    BUILDING: { description: 'Lists by it are being built, beside those that serve.' },
    PUBLISHED: { description: 'It is not in force. No lists by it are kept.' },
  },
});

@ObjectType({ description: 'A relationship of which what is kept is not what its raw events say.' })
export class ParityDifference {
  @Field(() => ID, { description: 'The relationship.' })
  readonly relationshipId: string;

  @Field(() => String, { description: 'What differs, in a sentence.' })
  readonly what: string;
}

@ObjectType({
  description: 'A sample of relationships, computed anew from the raw events of the log, beside what lists read.',
})
export class MetricParity {
  @Field(() => Boolean, { description: 'Whether all are the same, to 1e-9 points.' })
  readonly same: boolean;

  @Field(() => Int, { description: 'How many were compared. Those that are several by a merge of parties are not.' })
  readonly sample: number;

  @Field(() => Int, { description: 'Of how many raw events.' })
  readonly events: number;

  @Field(() => PositionScalar, { description: 'Up to where both speak.' })
  readonly position: Position;

  @Field(() => [ParityDifference], { description: 'Those that differ.' })
  readonly differing: readonly ParityDifference[];
}

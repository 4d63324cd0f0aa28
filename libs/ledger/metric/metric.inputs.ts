import { Field, InputType, Int } from '@nestjs/graphql';
import { IsInt, IsOptional, Matches, MaxLength, Min } from 'class-validator';
import { IsLine, IsText } from '../text-rules.inputs.js';

/** Lower case, digits and hyphens: it stands in names like `relationship-health@2`. */
const METRIC = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const LONGEST_BODY = 100_000;

@InputType({ isAbstract: true })
abstract class OfMetric {
  @IsLine(60)
  @Matches(METRIC, { message: 'Lower case letters, digits and single hyphens, as in relationship-health.' })
  @Field(() => String, { description: 'Name of the metric: `relationship-health`.' })
  readonly metric: string;
}

@InputType('PublishMetricDefinitionInput', {
  description: 'A definition of a metric becomes its next version, for ever as it is. It is not in force yet.',
})
export class PublishMetricDefinition extends OfMetric {
  readonly type = 'PublishMetricDefinition' as const;

  @MaxLength(LONGEST_BODY, { message: `At most ${String(LONGEST_BODY)} characters.` })
  @Field(() => String, { description: 'The definition, in YAML or JSON.' })
  readonly body: string;

  @IsText(1000)
  @Field(() => String, { description: 'What it is to make better, up to 1000 characters.' })
  readonly reason: string;
}

@InputType('ActivateMetricDefinitionInput', {
  description: 'A published version comes into force: from then on it is what queries answer with unless told.',
})
export class ActivateMetricDefinition extends OfMetric {
  readonly type = 'ActivateMetricDefinition' as const;

  @IsInt()
  @Min(1)
  @Field(() => Int, { description: 'The version.' })
  readonly version: number;

  @IsOptional()
  @Matches(/^p[0-9a-z]{1,13}$/, { message: 'A position, as the API hands it out.' })
  @Field(() => String, {
    nullable: true,
    description: 'Up to where its effect was looked at before: the position of the plan.',
  })
  readonly position?: string | null;

  @IsOptional()
  @IsText(1000)
  @Field(() => String, { nullable: true, description: 'Why, up to 1000 characters.' })
  readonly reason?: string | null;
}

@InputType('RollbackMetricDefinitionInput', {
  description: 'The version that was in force before the last activation is in force again.',
})
export class RollbackMetricDefinition extends OfMetric {
  readonly type = 'RollbackMetricDefinition' as const;

  @IsText(1000)
  @Field(() => String, { description: 'Why, up to 1000 characters.' })
  readonly reason: string;
}

/** Every command of the concept. */
export const metricCommands = [PublishMetricDefinition, ActivateMetricDefinition, RollbackMetricDefinition] as const;

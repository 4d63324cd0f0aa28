import { Field, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsOptional, Matches, Min, ValidateNested } from 'class-validator';
import { IsLine, IsText } from '../text-rules.inputs.js';

@InputType({ isAbstract: true })
abstract class OfFile {
  @Matches(/^[0-9a-f]{64}$/, { message: 'A SHA-256 in 64 lower case hexadecimal digits.' })
  @Field(() => String, {
    description:
      'SHA-256, in hexadecimal digits, of the file and of how its columns are read: the same file again is the same import.',
  })
  readonly sourceHash: string;
}

@InputType('StartImportInput', {
  description: 'A file is about to be imported. Said again of the same file, nothing is recorded.',
})
export class StartImport extends OfFile {
  readonly type = 'StartImport' as const;

  @IsLine(100)
  @Field(() => String, { description: 'What the ids of the file belong to, up to 100 characters.' })
  readonly source: string;

  @IsLine(40)
  @Field(() => String, { description: 'What a row is: touches, parties, referrals.' })
  readonly rowType: string;

  @Min(0)
  @Field(() => Int, { description: 'How many rows it has.' })
  readonly rows: number;
}

@InputType({ description: 'A row that could not be imported.' })
export class RejectedRowInput {
  @Min(1)
  @Field(() => Int, { description: 'Its line in the file, counted from 1.' })
  readonly line: number;

  @IsLine(60)
  @Field(() => String, { description: 'The code of the refusal.' })
  readonly code: string;

  @IsText(1000)
  @Field(() => String, { description: 'Why, up to 1000 characters.' })
  readonly reason: string;
}

const MOST_REJECTED = 1000;

@InputType('CompleteImportInput', { description: 'A file was imported to its end. Said again, nothing is recorded.' })
export class CompleteImport extends OfFile {
  readonly type = 'CompleteImport' as const;

  @Min(0)
  @Field(() => Int, { description: 'Commands that recorded something.' })
  readonly recorded: number;

  @Min(0)
  @Field(() => Int, { description: 'Commands that were known already.' })
  readonly repeated: number;

  @Min(0)
  @Field(() => Int, { description: 'Rows that were rejected.' })
  readonly rejected: number;

  @IsOptional()
  @ArrayMaxSize(MOST_REJECTED)
  @ValidateNested({ each: true })
  @Type(() => RejectedRowInput)
  @Field(() => [RejectedRowInput], {
    nullable: true,
    description: `The rows that were rejected, with line and reason: the first ${String(MOST_REJECTED)} of them, of which as many are kept as 512 KiB hold.`,
  })
  readonly rejectedRows?: readonly RejectedRowInput[] | null;
}

/** Every command of the concept. */
export const importCommands = [StartImport, CompleteImport] as const;

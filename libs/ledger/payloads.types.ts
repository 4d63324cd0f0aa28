import { Field, ObjectType } from '@nestjs/graphql';
import { Payload } from '../graphql/payload.js';
import type { Executed } from './execute.js';

/** A payload whose entity is read from the read models, and only when it is asked for. */
@ObjectType({ isAbstract: true })
export abstract class LedgerPayload extends Payload {
  input: object;

  /** Null when the command was refused. */
  executed: Executed | null;
}

@ObjectType({ description: 'What became of a command about a campaign.' })
export class CampaignPayload extends LedgerPayload {}

@ObjectType({ description: 'What became of a command about an import.' })
export class ImportPayload extends LedgerPayload {}

@ObjectType({ description: 'What became of a command about a commitment.' })
export class CommitmentPayload extends LedgerPayload {}

@ObjectType({ description: 'What became of a command about feedback.' })
export class FeedbackPayload extends LedgerPayload {}

@ObjectType({ description: 'What became of a command about a request for feedback.' })
export class FeedbackRequestPayload extends LedgerPayload {}

@ObjectType({ description: 'What became of a command about the definition of a metric.' })
export class MetricDefinitionPayload extends LedgerPayload {}

@ObjectType({ description: 'What became of a command about a party.' })
export class PartyPayload extends LedgerPayload {}

@ObjectType({ description: 'What became of a command about a referral.' })
export class ReferralPayload extends LedgerPayload {}

@ObjectType({ description: 'What became of a command about a relationship.' })
export class RelationshipPayload extends LedgerPayload {}

@ObjectType({
  description: 'What became of a command about a read model. It takes effect once projectors have read it in the log.',
})
export class ProjectionPayload extends LedgerPayload {}

@ObjectType({ description: 'What became of a command about a touch.' })
export class TouchPayload extends LedgerPayload {}

@ObjectType({
  description: 'What became of many commands. `position` is the highest, `errors` are of the list as a whole.',
})
export class TouchesPayload extends Payload {
  @Field(() => [TouchPayload], {
    description: 'One per input, in their order; each is recorded or refused for itself.',
  })
  results: readonly TouchPayload[];
}

@ObjectType({ description: 'What became of a command about a trust action.' })
export class TrustActionPayload extends LedgerPayload {}

@ObjectType({ description: 'What became of a command about an assessment of trust.' })
export class TrustAssessmentPayload extends LedgerPayload {}

@ObjectType({ description: 'What became of a command about a request for what would earn trust.' })
export class TrustRequestPayload extends LedgerPayload {}

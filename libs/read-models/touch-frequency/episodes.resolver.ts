import { Context, Field, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { CallerContext } from '../../access/caller.js';
import type { Instant } from '../../event-sourcing/instant.js';
import { ReadsFrom } from '../../graphql/at-least-position.js';
import { DateTimeScalar } from '../../graphql/scalars.js';
import type { RelationshipRow } from '../directory/relationship-queries.js';
import { Relationship } from '../directory/relationship.types.js';
import { ReadDatabase } from '../read-database.js';
import { episodes, type Episode } from './episodes.js';
import { historyOf } from './loaders.js';

@ObjectType('Episode', { description: 'A stretch of a relationship between opening, lapse, return and end.' })
class EpisodeType implements Episode {
  @Field(() => DateTimeScalar, { description: 'When it began: the opening, or a return.' })
  readonly from: Instant;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it lapsed or ended; null while it lasts.' })
  readonly to: Instant | null;
}

@Resolver(() => Relationship)
export class EpisodesResolver {
  constructor(private readonly db: ReadDatabase) {}

  @ReadsFrom('touch_frequency')
  @ResolveField(() => [EpisodeType], {
    description: 'Its episodes, oldest first: a lapse ends one, a return begins one.',
  })
  async episodes(@Parent() relationship: RelationshipRow, @Context() context: CallerContext): Promise<Episode[]> {
    return episodes(await historyOf(this.db, context, relationship, undefined)());
  }
}

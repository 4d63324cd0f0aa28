import { Args, Query, Resolver, Subscription } from '@nestjs/graphql';
import { Roles } from '../../access/roles.js';
import type { ProjectionStatus } from '../../projecting/status.js';
import { endable } from '../../graphql/subscription.js';
import { ProjectionOverview } from './overview.js';
import { ProjectionType } from './projections.types.js';

const FOLLOWERS = ['operator', 'auditor', 'analyst'] as const;

@Resolver(() => ProjectionType)
export class ProjectionsResolver {
  constructor(private readonly overview: ProjectionOverview) {}

  @Roles(...FOLLOWERS)
  @Query(() => [ProjectionType], { description: 'All read models by name, and how far they have come.' })
  projections(): Promise<readonly ProjectionStatus[]> {
    return this.overview.all();
  }

  @Roles(...FOLLOWERS)
  @Subscription(() => ProjectionType, {
    description:
      'A read model as it is and whenever that changes: how far a rebuild has come. Ends when there is none.',
    resolve: (status: ProjectionStatus) => status,
  })
  projectionProgress(
    @Args('name', { type: () => String, description: 'Name of the read model.' }) name: string,
  ): AsyncIterable<ProjectionStatus> {
    return endable((signal) => this.overview.progressOf(name, signal));
  }
}

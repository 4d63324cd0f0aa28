import { Query, Resolver } from '@nestjs/graphql';
import { Roles } from '../../access/roles.js';
import type { ProjectionStatus } from '../../projecting/status.js';
import { ProjectionOverview } from './overview.js';
import { ProjectionType } from './projections.types.js';

@Resolver(() => ProjectionType)
export class ProjectionsResolver {
  constructor(private readonly overview: ProjectionOverview) {}

  @Roles('operator', 'auditor', 'analyst')
  @Query(() => [ProjectionType], { description: 'All read models by name, and how far they have come.' })
  projections(): Promise<readonly ProjectionStatus[]> {
    return this.overview.all();
  }
}

import type { Type } from '@nestjs/common';
import { withDirectFields } from '../../libs/graphql/direct-fields.js';
import { mutationResolvers } from '../../libs/ledger/ledger.module.js';
import { payloadEntities } from '../../libs/read-models/payload-entities.resolver.js';
import { OperationPreparation, OperationsResolver } from '../../libs/read-models/projections/operations.resolver.js';
import { readModelResolvers } from '../../libs/read-models/resolvers.js';

/** Whoever answers a field of the API. */
export const resolvers: readonly Type[] = withDirectFields([
  ...mutationResolvers,
  ...payloadEntities,
  ...readModelResolvers,
  OperationPreparation,
  OperationsResolver,
]);

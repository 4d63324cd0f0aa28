import type { Type } from '@nestjs/common';
import { mutationResolvers } from '../../libs/ledger/ledger.module.js';
import { AffiliationResolver, PartyResolver } from '../../libs/read-models/directory/party.resolver.js';
import { RelationshipResolver, StewardResolver } from '../../libs/read-models/directory/relationship.resolver.js';
import { ChangesResolver } from '../../libs/read-models/ledger/changes.resolver.js';
import { LedgerResolver, LedgerStreamResolver } from '../../libs/read-models/ledger/ledger.resolver.js';
import { NodeResolver } from '../../libs/read-models/node.resolver.js';
import {
  PartyPayloadResolver,
  PayloadEntities,
  RelationshipPayloadResolver,
  TouchPayloadResolver,
} from '../../libs/read-models/payloads.resolver.js';
import { OperationPreparation, OperationsResolver } from '../../libs/read-models/projections/operations.resolver.js';
import { ProjectionsResolver } from '../../libs/read-models/projections/projections.resolver.js';
import {
  ParticipantResolver,
  TimelineResolver,
  TouchEntryResolver,
} from '../../libs/read-models/timeline/timeline.resolver.js';
import {
  RelationshipTouchesResolver,
  TouchFrequencyResolver,
} from '../../libs/read-models/touch-frequency/touch-frequency.resolver.js';

/** Whoever answers a field, one line per class. */
export const resolvers: readonly Type[] = [
  ...mutationResolvers,
  AffiliationResolver,
  ChangesResolver,
  LedgerResolver,
  LedgerStreamResolver,
  NodeResolver,
  OperationPreparation,
  OperationsResolver,
  ParticipantResolver,
  PartyPayloadResolver,
  PartyResolver,
  PayloadEntities,
  ProjectionsResolver,
  RelationshipPayloadResolver,
  RelationshipResolver,
  RelationshipTouchesResolver,
  StewardResolver,
  TimelineResolver,
  TouchEntryResolver,
  TouchFrequencyResolver,
  TouchPayloadResolver,
];

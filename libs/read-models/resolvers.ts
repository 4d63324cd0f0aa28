import type { Type } from '@nestjs/common';
import { AffiliationResolver, PartyResolver } from './directory/party.resolver.js';
import { RelationshipResolver, StewardResolver } from './directory/relationship.resolver.js';
import { ChangesResolver } from './ledger/changes.resolver.js';
import { LedgerResolver, LedgerStreamResolver } from './ledger/ledger.resolver.js';
import { NodeResolver } from './node.resolver.js';
import { ProjectionsResolver } from './projections/projections.resolver.js';
import { ParticipantResolver, TimelineResolver, TouchEntryResolver } from './timeline/timeline.resolver.js';
import { RelationshipTouchesResolver, TouchFrequencyResolver } from './touch-frequency/touch-frequency.resolver.js';

/** Whoever answers what is asked of read models. */
export const readModelResolvers: readonly Type[] = [
  AffiliationResolver,
  ChangesResolver,
  LedgerResolver,
  LedgerStreamResolver,
  NodeResolver,
  ParticipantResolver,
  PartyResolver,
  ProjectionsResolver,
  RelationshipResolver,
  RelationshipTouchesResolver,
  StewardResolver,
  TimelineResolver,
  TouchEntryResolver,
  TouchFrequencyResolver,
];

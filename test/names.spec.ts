import { expect, it } from '@jest/globals';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { readFileSync } from 'node:fs';

// Apps, scripts and checks rely on these names: more may come, none of them goes or changes before it was deprecated.
// One line per type: its fields with their arguments, or its values.
const NAMES = `
Query: node(id atLeastPosition) nodes(ids) party(id) parties(filter orderBy first after) partyByIdentity(system value)
  relationship(id) relationships(filter orderBy first after) referral(id) referrals(filter orderBy) openLoops(ownerId)
  referralChain(rootId depth) referralFunnel(from to by) referralInfluence(first)
  attribution(model outcome by from to lookbackDays) campaigns campaign(id) touchStats(filter groupBy bucket)
  overdueTouches(stewardId before) commitmentsDue(before) feedbackOpen metricDefinitions
  metricDefinition(metric version) projections ledger
Mutation: registerParty identifyParty recordAttribute recordPreference addContactPoint verifyContactPoint
  invalidateContactPoint startAffiliation endAffiliation identifyNeed meetNeed grantConsent withdrawConsent mergeParties
  unmergeParties requestErasure erasePerson openRelationship assignSteward handOverSteward releaseSteward setCadence
  setChannelMixTarget changeStage lapseRelationship reactivateRelationship endRelationship
  recordTouch(input idempotencyKey) recordTouches(inputs idempotencyKey) correctTouch retractTouch
  recordTrustAction retractTrustAction askForTrustRequest makeCommitment remindCommitment renegotiateCommitment
  keepCommitment breakCommitment waiveCommitment declineCommitment assessTrust requestFeedback receiveFeedback
  acknowledgeFeedback actionFeedback resolveFeedback confirmFeedback reopenFeedback disputeFeedback makeReferral
  recordReferralStep leakReferral redirectReferral reassignReferralSource declareSource realizeValue planCampaign
  launchCampaign pauseCampaign endCampaign recordCampaignCost recordCampaignResponse publishMetricDefinition
  activateMetricDefinition rollbackMetricDefinition rebuildProjection pauseProjection resumeProjection skipEvent
Subscription: relationshipChanged(id after) ledgerEvents(types after) projectionProgress(name)
Relationship: id a b kind stage stewards openedAt endedAt cadence
  entries(kinds channels from to includeRetracted first after) touches health(asOf asKnown definition) trust
  commitments(status) feedback(status) referrals needs
TouchFrequency: count(window) per30Days byChannel byDirection byIntent meanGapDays longestGapDays adherence lastTouchAt
  dueAt overdueDays status
Health: score band definition asOf components caps explain(from to) history(from to points)
MetricVersion: metric version
HealthComponent: name value weight contribution missing evidence
HealthChange: kind points because event
HealthPoint: at score band definitionVersion
Trust: credibility reliability intimacy selfOrientation byKind
Attribution: rows unattributed total
AttributionRow: key label creditMicros outcomes value
Campaign: cost responses roi(model)
Projection: name version state position lagEvents lagSeconds progress ratePerSecond etaSeconds lastError
Ledger: head event(id) events(filter first after) stream(name) lateFacts(asOf)
LedgerHead: position size
LedgerEvent: type data recordedAt position
Money: amountMinor currency
UserError: code message path
IdempotencyConflict: firstEventId
StateConflict: current
InvalidInput: allowed nearest
TouchPayload: position replayed errors
RecordTouchInput: relationshipId channel direction intent outcome occurredAt participants function phase topic mindset
  minutes campaignId cost note
RelationshipFilter: stewardId partyId kind stage band status openGrievance
RelationshipOrder: field direction
RelationshipOrderField: HEALTH LAST_TOUCH DUE_AT OPENED_AT
RelationshipConnection: nodes edges pageInfo totalCount
AttributionModel: FIRST LAST LINEAR TIME_DECAY POSITION W MARKOV SHAPLEY
AttributionOutcome: MADE SEEN CLOSED VALUE
AttributionDimension: CHANNEL INTENT STEWARD CAMPAIGN SOURCE
ReferralStep: SENT RECEIVED ACCEPTED DECLINED SCHEDULED NO_SHOW SEEN REPORTED ACKNOWLEDGED CLOSED CANCELLED EXPIRED
DateTime:
Date:
Position:
Minutes:
BasisPoints:
`;

const schema: GraphQLSchema = buildSchema(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));

interface Named {
  readonly name: string;
  readonly args: readonly string[];
}

const contract = NAMES.trim()
  .replaceAll(/\n\s+/g, ' ')
  .split('\n')
  .map((line) => {
    const [type = '', members = ''] = line.split(':');
    const named = [...members.matchAll(/(\w+)(?:\(([^)]*)\))?/g)];
    return [type, named.map(([, name = '', args = '']): Named => ({ name, args: args.match(/\w+/g) ?? [] }))] as const;
  });

function membersOf(type: GraphQLNamedType | undefined): ReadonlyMap<string, readonly string[]> {
  if (isEnumType(type)) return new Map(type.getValues().map(({ name }) => [name, []]));
  if (isInputObjectType(type)) return new Map(Object.keys(type.getFields()).map((name) => [name, []]));
  if (!isObjectType(type) && !isInterfaceType(type)) return new Map();
  const fields = Object.values(type.getFields());
  return new Map(fields.map(({ name, args }) => [name, args.map((argument) => argument.name)]));
}

it.each(contract)('%s has every name that others rely on', (name, wanted) => {
  const type = schema.getType(name);
  expect(type).toBeDefined();
  const members = membersOf(type);
  const missing = wanted.flatMap((one) => {
    const args = members.get(one.name);
    return args ? one.args.filter((arg) => !args.includes(arg)).map((arg) => `${one.name}(${arg})`) : one.name;
  });
  expect(missing).toEqual([]);
});

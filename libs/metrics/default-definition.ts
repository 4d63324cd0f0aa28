/**
 * relationship-health@1, as it ships. The text is what an analyst starts from, so it is kept as text, with its comments;
 * docs/metrics.md explains each choice.
 */
export const DEFAULT_DEFINITION = `# How a relationship is, from 0 to 100.
metric: relationship-health
description: Kept up, balanced, trusted, true to its promises, and heard.
scoring: WEIGHTED

# Of relationships that were promised no rhythm of their own.
cadenceDays: 30

# How much of a meeting there is in a touch, by channel; every other channel counts 1.
richness:
  IN_PERSON_VISIT: 1.5
  VIDEO_CALL: 1.25
  MEAL: 1.25
  TRAINING_SESSION: 1.25
  SMS: 0.75
  POSTAL_MAIL: 0.75
  FAX: 0.5
  SOCIAL_MEDIA: 0.5
  WEB: 0.5
  ADVERTISEMENT: 0.1

components:
  - name: recency
    type: recency
    weight: 20
    mode: GRACE
    halfLifeDays: 45
    fromOpening: true
    when: outcome == "CONNECTED"

  - name: frequency
    type: frequency
    weight: 20
    halfLifeDays: 90
    dedupeMinutes: 15
    when: outcome == "CONNECTED"
    weigh: richness

  - name: reciprocity
    type: reciprocity
    weight: 10
    halfLifeDays: 180
    ideal: 0.5
    when: outcome == "CONNECTED"

  - name: mix
    type: mix
    weight: 5
    halfLifeDays: 180
    fullAt: 3
    shrink: 3
    when: outcome == "CONNECTED"

  - name: trust
    type: trust
    weight: 15
    halfLifeDays: 365
    kappa: 2
    selfOrientationFloor: 0.5
    weigh: 'customized ? 1.5 : 1.0'

  - name: commitments
    type: commitments
    weight: 15
    halfLifeDays: 365
    overdueWeight: 0.5
    when: side == "A"
    weigh: 'lateDays > 7 ? 0.5 : 1.0'

  - name: feedback
    type: feedback
    weight: 15
    halfLifeDays: 180
    prior: 0.6
    priorWeight: 1
    sentimentByKind:
      PRAISE: 8000
      SUGGESTION: 0
      IRRELEVANT_OUTREACH: -3000
      COMPLAINT: -5000
      GRIEVANCE: -9000

  - name: referral
    type: referral
    weight: 20
    mode: BASELINE
    halfLifeDays: 60
    baselineHalfLifeDays: 365
    relationshipKinds: [REFERRAL_PARTNER, PHYSICIAN_RELATIONS]

caps:
  - name: OPEN_GRIEVANCE
    at: 40
    whileOpen: detail == "GRIEVANCE"

bands:
  - { name: GREEN, from: 70 }
  - { name: AMBER, from: 40 }
  - { name: RED, from: 0 }
`;

import { isProblem } from '../mapping.js';
import { at, id, kindOfTie, relationship, step } from './fields.js';
import { stepsOf, type DatedStep, type RowKind } from './row-kind.js';

const STEPS: readonly DatedStep[] = [
  { field: 'acknowledgedAt', type: 'AcknowledgeFeedback' },
  { field: 'actionedAt', type: 'ActionFeedback' },
  { field: 'resolvedAt', type: 'ResolveFeedback' },
  { field: 'confirmedAt', type: 'ConfirmFeedback' },
  { field: 'reopenedAt', type: 'ReopenFeedback' },
  { field: 'disputedAt', type: 'DisputeFeedback' },
];

export const feedback: RowKind = {
  fields: {
    id,
    by: { type: 'externalId', help: 'whose it is, by the id in the source', aliases: ['from', 'party'] },
    about: { type: 'externalId', help: 'of whom, by the id in the source', aliases: ['to'] },
    ...relationship('instead of by and about'),
    relationshipKind: kindOfTie,
    at: { ...at('when it was said'), aliases: ['receivedat', ...(at('').aliases ?? [])] },
    kind: { type: 'word', help: 'NPS, CSAT, CES, COMPLAINT, PRAISE, SUGGESTION, GRIEVANCE, …' },
    score: { type: 'number', help: 'the score, inside its scale', aliases: ['rating'] },
    scaleMin: { type: 'number', help: 'lowest score there is (an NPS needs none)' },
    scaleMax: { type: 'number', help: 'highest score there is' },
    sentimentBp: { type: 'whole', help: 'how it felt, -10000 to 10000', aliases: ['sentiment'] },
    theme: { type: 'text', help: 'what it is about, in a word that others use too' },
    method: { type: 'word', help: 'how it came to be heard' },
    methodLabel: { type: 'text', help: 'with method OTHER: which one' },
    mindset: { type: 'word', help: 'PATIENT, CONSUMER, PROFESSIONAL or UNKNOWN' },
    perceivedMeaning: { type: 'text', help: 'what they understood us to mean' },
    text: { type: 'text', help: 'what they said', aliases: ['comment', 'note'] },
    acknowledgedAt: step('when they were told that they were heard'),
    actionedAt: step('when something was done about it'),
    resolvedAt: step('when it was dealt with, in our eyes'),
    confirmedAt: step('when it was dealt with in their eyes, too'),
    reopenedAt: step('when it turned out not to be'),
    disputedAt: step('when one side did not agree'),
  },

  lacks(has) {
    const pair = has('by') && has('about');
    if (!pair && !has('relationship') && !has('relationshipId')) return 'by and about';
    return ['kind', 'at'].find((field) => !has(field));
  },

  survey: ({ relationshipKind, by, about, at }, source) => void source.tieOf(relationshipKind, by, about, at),

  compose(fields, source, content) {
    const { id, by, at, kind, score, scaleMin, scaleMax } = fields;
    const { sentimentBp, theme, method, methodLabel, mindset, perceivedMeaning, text } = fields;
    const place = source.placeOf(fields, 'by', 'about', fields['relationshipKind']);
    if (isProblem(place)) return place;
    const key = source.keyOf('feedback', id, content);
    const { relationshipId, opening } = place;
    const whose = by === undefined ? [] : [String(by)];
    const scale = scaleMin === undefined && scaleMax === undefined ? {} : { scale: { min: scaleMin, max: scaleMax } };
    const said = { kind, score, ...scale, sentimentBp, theme, method, methodLabel, mindset, perceivedMeaning, text };
    const [author] = whose.map((party) => ({ by: source.partyRef(party) }));
    return [
      ...opening,
      ...source.ensuredParties(...whose),
      { type: 'ReceiveFeedback', idempotencyKey: key, input: { relationshipId, ...author, ...said, occurredAt: at } },
      ...stepsOf(fields, STEPS, key, { relationshipId, feedbackId: `fbk:${key}` }),
    ];
  },
};

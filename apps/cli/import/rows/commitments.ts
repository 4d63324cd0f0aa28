import { isProblem } from '../mapping.js';
import { at, id, kindOfTie, relationship, step } from './fields.js';
import { empty, stepsOf, type DatedStep, type RowKind } from './row-kind.js';

const STEPS: readonly DatedStep[] = [
  { field: 'remindedAt', type: 'RemindCommitment' },
  { field: 'keptAt', type: 'KeepCommitment' },
  { field: 'brokenAt', type: 'BreakCommitment' },
  { field: 'waivedAt', type: 'WaiveCommitment' },
  { field: 'declinedAt', type: 'DeclineCommitment' },
];

export const commitments: RowKind = {
  fields: {
    id,
    owedBy: { type: 'externalId', help: 'who promised, by the id in the source', aliases: ['by', 'from'] },
    owedTo: { type: 'externalId', help: 'to whom, by the id in the source', aliases: ['to'] },
    ...relationship('where owedBy and owedTo are not the two of it'),
    relationshipKind: kindOfTie,
    at: { ...at('when it was promised'), aliases: ['madeat', ...(at('').aliases ?? [])] },
    text: { type: 'text', help: 'what was promised', aliases: ['promise', 'commitment'] },
    dueAt: { type: 'time', help: 'when it falls due', aliases: ['due'] },
    remindedAt: step('when it was brought to mind'),
    keptAt: step('when it was kept'),
    brokenAt: step('when it was broken'),
    waivedAt: step('when it was waived'),
    declinedAt: step('when it was declined'),
  },

  lacks: (has) => ['owedBy', 'owedTo', 'text', 'dueAt', 'at'].find((field) => !has(field)),

  survey: ({ relationshipKind, owedBy, owedTo, at }, source) => void source.tieOf(relationshipKind, owedBy, owedTo, at),

  compose(fields, source, content) {
    const { id, owedBy, owedTo, text, dueAt, at } = fields;
    const place = source.placeOf(fields, 'owedBy', 'owedTo', fields['relationshipKind']);
    if (isProblem(place)) return place;
    if (owedBy === undefined || owedTo === undefined) return empty(owedBy === undefined ? 'owedBy' : 'owedTo');
    const key = source.keyOf('commitment', id, content);
    const [debtor, creditor] = [String(owedBy), String(owedTo)];
    const { relationshipId, opening } = place;
    const promise = { owedBy: source.partyRef(debtor), owedTo: source.partyRef(creditor), text, dueAt, occurredAt: at };
    return [
      ...opening,
      ...source.ensuredParties(debtor, creditor),
      { type: 'MakeCommitment', idempotencyKey: key, input: { relationshipId, ...promise } },
      ...stepsOf(fields, STEPS, key, { relationshipId, commitmentId: `cmt:${key}` }),
    ];
  },
};

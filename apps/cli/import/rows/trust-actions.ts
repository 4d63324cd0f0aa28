import { isProblem } from '../mapping.js';
import { at, currency, id, kindOfTie, note, relationship } from './fields.js';
import { empty, money, type RowKind } from './row-kind.js';

export const trustActions: RowKind = {
  fields: {
    id,
    by: { type: 'externalId', help: 'who did it, by the id in the source', aliases: ['from', 'actor'] },
    to: { type: 'externalId', help: 'for whom, or to whom, by the id in the source', aliases: ['for'] },
    ...relationship('where by and to are not the two of it'),
    relationshipKind: kindOfTie,
    at: at('when it was'),
    kind: { type: 'word', help: 'what was done: HONEST_COUNSEL, VALUE_GIVEN, ON_TIME_DELIVERY, …' },
    customized: { type: 'flag', help: 'whether it was made for this one party: yes or no (default)' },
    asked: { type: 'flag', help: 'whether somebody had asked for it: yes or no (default)' },
    giftValueMinor: { type: 'whole', help: 'of a GIFT: what it was worth in cents, pence, …' },
    currency: { ...currency, help: 'of the gift, ISO 4217' },
    note: { ...note, help: 'what it was' },
  },

  lacks: (has) => ['by', 'to', 'kind', 'at'].find((field) => !has(field)),

  survey: ({ relationshipKind, by, to, at }, source) => void source.tieOf(relationshipKind, by, to, at),

  compose(fields, source, content) {
    const { id, by, to, kind, customized, asked, giftValueMinor, currency, note, at } = fields;
    const place = source.placeOf(fields, 'by', 'to', fields['relationshipKind']);
    if (isProblem(place)) return place;
    if (by === undefined || to === undefined) return empty(by === undefined ? 'by' : 'to');
    const [doer, other] = [String(by), String(to)];
    const gift = money('giftValue', giftValueMinor, currency);
    return [
      ...place.opening,
      ...source.ensuredParties(doer, other),
      {
        type: 'RecordTrustAction',
        idempotencyKey: source.keyOf('trustAction', id, content),
        input: {
          relationshipId: place.relationshipId,
          by: source.partyRef(doer),
          to: source.partyRef(other),
          ...{ kind, customized, asked, ...gift, note, occurredAt: at },
        },
      },
    ];
  },
};

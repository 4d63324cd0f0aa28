import { isProblem } from '../mapping.js';
import { at, currency, id, kindOfTie, note, relationship } from './fields.js';
import { money, type RowKind } from './row-kind.js';

export const touches: RowKind = {
  fields: {
    id,
    from: {
      type: 'externalId',
      help: 'who turned to the other, by the id in the source',
      aliases: ['sender', 'src', 'source', 'sourceid', 'fromid', 'u', 'caller'],
    },
    to: {
      type: 'externalId',
      help: 'to whom, by the id in the source',
      aliases: ['receiver', 'recipient', 'dst', 'target', 'targetid', 'toid', 'v', 'callee'],
    },
    ...relationship('instead of from and to'),
    at: at('when it was'),
    kind: kindOfTie,
    channel: { type: 'word', help: 'EMAIL (default), PHONE_CALL, IN_PERSON_VISIT, …' },
    channelLabel: { type: 'text', help: 'with channel OTHER: which one' },
    direction: { type: 'word', help: 'OUTBOUND, INBOUND or MUTUAL; follows from `from` when that is there' },
    intent: { type: 'word', help: 'INFORM (default), GIVE, LISTEN, SERVE, ASK, SELL, CELEBRATE, REPAIR' },
    outcome: { type: 'word', help: 'CONNECTED (default), LEFT_MESSAGE, NO_SHOW, DECLINED, BOUNCED, AUTOMATED' },
    function: { type: 'word', help: 'which part of the organisation: MARKETING, CLINICAL, LIAISON, …' },
    functionLabel: { type: 'text', help: 'with function OTHER: which one' },
    phase: { type: 'word', help: 'OUTREACH or SERVICE' },
    topic: { type: 'text', help: 'what it was about' },
    mindset: { type: 'word', help: 'PATIENT, CONSUMER, PROFESSIONAL or UNKNOWN' },
    minutes: { type: 'whole', help: 'how long it took' },
    campaign: { type: 'externalId', help: 'imported campaign that it belongs to, by the id in the source' },
    campaignId: { type: 'text', help: 'campaign in the ledger that it belongs to, cmp_…' },
    costMinor: { type: 'whole', help: 'what it cost in cents, pence, …' },
    currency: { ...currency, help: 'of the cost, ISO 4217' },
    note,
  },
  usualColumns: ['from', 'to', 'at'],

  lacks(has) {
    const pair = has('from') && has('to');
    if (!pair && !has('relationship') && !has('relationshipId')) return 'from and to';
    if (!pair && !has('direction')) return 'direction';
    return has('at') ? undefined : 'at';
  },

  survey: ({ kind, from, to, at }, source) => void source.tieOf(kind, from, to, at),

  compose(fields, source, content) {
    const { id, from, to: _to, relationship: _, relationshipId: __, at, kind, costMinor, currency, ...said } = fields;
    const { campaign, ...facts } = said;
    const place = source.placeOf(fields, 'from', 'to', kind);
    if (isProblem(place)) return place;
    const { relationshipId, opening, tie } = place;
    const direction = tie ? { direction: from === tie.a ? 'OUTBOUND' : 'INBOUND' } : {};
    const belongs = campaign === undefined ? {} : { campaignId: `cmp:${source.keys.of('campaign', String(campaign))}` };
    const input = {
      channel: 'EMAIL',
      intent: 'INFORM',
      occurredAt: at,
      ...money('cost', costMinor, currency),
      ...facts,
    };
    return [
      ...opening,
      {
        type: 'RecordTouch',
        idempotencyKey: source.keyOf('touch', id, content),
        input: { relationshipId, ...direction, ...input, ...belongs },
      },
    ];
  },
};

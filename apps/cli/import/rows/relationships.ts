import { at, id, kindOfTie } from './fields.js';
import { allOf, empty, type Command, type RowKind } from './row-kind.js';
import { kindOf } from './source.js';

export const relationships: RowKind = {
  fields: {
    id: { ...id, help: 'id of the row in the source; without it the pair and the kind stand for it' },
    a: { type: 'externalId', help: 'our side, by the id in the source', aliases: ['ours', 'partya'] },
    b: { type: 'externalId', help: 'the other side, by the id in the source', aliases: ['theirs', 'partyb'] },
    kind: kindOfTie,
    intent: { type: 'word', help: 'UNKNOWN (default), RELATIONAL or TRANSACTIONAL' },
    at: { ...at('when it began'), aliases: ['openedat', 'since', 'start', ...(at('').aliases ?? [])] },
    steward: { type: 'externalId', help: 'who carries it for us, by the id in the source' },
    intervalDays: { type: 'whole', help: 'promised rhythm: a touch every so many days', aliases: ['cadence'] },
    graceDays: { type: 'whole', help: 'days that it may be late (default 0)' },
  },

  lacks: allOf('a', 'b'),

  compose(fields, source) {
    const { id, a, b, intent, at, steward, intervalDays, graceDays } = fields;
    if (a === undefined || b === undefined) return empty(a === undefined ? 'a' : 'b');
    const [ours, theirs] = [String(a), String(b)];
    const kind = kindOf(fields['kind']);
    const key = id === undefined ? source.keys.tie(kind, ours, theirs) : source.keys.relationship(String(id));
    const relationshipId = `rel:${key}`;
    const others = steward === undefined ? [ours, theirs] : [ours, theirs, String(steward)];
    const commands: Command[] = [
      ...source.ensuredParties(...others),
      {
        type: 'OpenRelationship',
        idempotencyKey: key,
        input: { a: source.partyRef(ours), b: source.partyRef(theirs), kind, intent, occurredAt: at },
      },
    ];
    if (steward !== undefined) {
      const input = { relationshipId, stewardId: source.partyRef(String(steward)), occurredAt: at };
      commands.push({ type: 'AssignSteward', idempotencyKey: `${key}/steward`, input });
    }
    if (intervalDays !== undefined) {
      const input = { relationshipId, intervalDays, graceDays, occurredAt: at };
      commands.push({ type: 'SetCadence', idempotencyKey: `${key}/cadence`, input });
    }
    return commands;
  },
};

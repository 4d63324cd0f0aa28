/** How a cell becomes a value of a field. */
export type FieldType = 'text' | 'word' | 'words' | 'whole' | 'time' | 'externalId';

export interface Field {
  readonly type: FieldType;
  readonly help: string;
  /** Names of columns that mean this field without being told. */
  readonly aliases?: readonly string[];
}

export const IMPORT_TYPES = ['touches', 'parties', 'relationships'] as const;
export type ImportType = (typeof IMPORT_TYPES)[number];

const at = (help: string): Field => ({
  type: 'time',
  help: `${help}: RFC 3339 with offset, or Unix seconds or milliseconds`,
  aliases: ['occurredat', 'time', 'timestamp', 'datetime', 'date', 'ts', 'unixtime', 'when'],
});
const id: Field = {
  type: 'externalId',
  help: 'id of the row in the source; without it the content of the row stands for it',
  aliases: ['externalid'],
};
const kindOfTie: Field = { type: 'word', help: 'kind of relationship: PEER (default), PHYSICIAN_RELATIONS, CARE, …' };

/** What a column can be mapped to, per type of file. Everything that is not named here is left out of the import. */
export const FIELDS: Readonly<Record<ImportType, Readonly<Record<string, Field>>>> = {
  touches: {
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
    relationship: { type: 'externalId', help: 'instead of from and to: id of an imported relationship in the source' },
    relationshipId: { type: 'text', help: 'instead of from and to: id of the relationship in the ledger, rel_…' },
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
    campaignId: { type: 'text', help: 'campaign in the ledger that it belongs to, cmp_…' },
    costMinor: { type: 'whole', help: 'what it cost in cents, pence, …' },
    currency: { type: 'word', help: 'of the cost, ISO 4217' },
    note: { type: 'text', help: 'what was said', aliases: ['notes', 'comment'] },
  },
  relationships: {
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
  parties: {
    id: { ...id, help: 'id of the party in the source', aliases: ['externalid', 'partyid'] },
    kind: { type: 'word', help: 'PERSON (default), HOUSEHOLD or ORGANISATION' },
    displayName: { type: 'text', help: 'what people call it', aliases: ['name', 'fullname'] },
    roles: { type: 'words', help: 'PATIENT, PRACTITIONER, … separated by ; or |', aliases: ['role'] },
    npi: { type: 'text', help: 'National Provider Identifier' },
    email: { type: 'text', help: 'e-mail address', aliases: ['mail', 'emailaddress'] },
    phone: { type: 'text', help: 'telephone number', aliases: ['tel', 'telephone', 'mobile'] },
    at: at('when it became known'),
  },
};

/** How a cell becomes a value of a field. */
export type FieldType = 'text' | 'word' | 'words' | 'whole' | 'number' | 'flag' | 'time' | 'externalId' | 'externalIds';

export interface Field {
  readonly type: FieldType;
  readonly help: string;
  /** Names of columns that mean this field without being told. */
  readonly aliases?: readonly string[];
}

// Fields that rows of several kinds have.

export const at = (help: string): Field => ({
  type: 'time',
  help: `${help}: RFC 3339 with offset, or Unix seconds or milliseconds`,
  aliases: ['occurredat', 'time', 'timestamp', 'datetime', 'date', 'ts', 'unixtime', 'when'],
});

export const step = (help: string): Field => ({ type: 'time', help });

export const id: Field = {
  type: 'externalId',
  help: 'id of the row in the source; without it the content of the row stands for it',
  aliases: ['externalid'],
};

export const kindOfTie: Field = {
  type: 'word',
  help: 'kind of relationship: PEER (default), PHYSICIAN_RELATIONS, CARE, …',
};

/** Names of the relationship of an entry, instead of the two parties. */
export const relationship = (instead: string): Readonly<Record<'relationship' | 'relationshipId', Field>> => ({
  relationship: { type: 'externalId', help: `${instead}: id of an imported relationship in the source` },
  relationshipId: { type: 'text', help: `${instead}: id of the relationship in the ledger, rel_…` },
});

export const note: Field = { type: 'text', help: 'what was said', aliases: ['notes', 'comment'] };
export const currency: Field = { type: 'word', help: 'of the amount, ISO 4217' };

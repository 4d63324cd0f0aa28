import { refuse as refuseWith, type Refusal } from '../event-sourcing/decider.js';
import type { RelationshipId } from '../event-sourcing/id.js';
import type { RefusalCode } from '../event-sourcing/refusal-codes.js';

/** Refuses with a published code. */
export const refuse = (code: RefusalCode, message: string, more?: Parameters<typeof refuseWith>[2]): Refusal =>
  refuseWith(code, message, more);

/** The field at `path` breaks a rule that its neighbours or the state decide. */
export const invalid = (path: readonly string[], message: string, detail?: Record<string, unknown>): Refusal =>
  refuse('INVALID_INPUT', message, { path, ...(detail && { detail }) });

/** Names the fields of a correction's replacement as the caller gave them. */
export const inReplacement = ({ path, ...refusal }: Refusal): Refusal =>
  path ? { ...refusal, path: ['replacement', ...path] } : refusal;

/** What is recorded already rules it out; `current` is that state in one word, time or id. */
export const conflict = (current: string, message: string, path?: readonly string[]): Refusal =>
  refuse('STATE_CONFLICT', message, { detail: { current }, ...(path && { path }) });

/** What every entry answers for a relationship that was never opened. */
export const relationshipUnknown = (relationshipId: RelationshipId): Refusal =>
  refuse('RELATIONSHIP_UNKNOWN', `There is no relationship ${relationshipId}.`, { path: ['relationshipId'] });

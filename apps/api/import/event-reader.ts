import { refuse, type Refusal } from '../../../libs/event-sourcing/decider.js';
import { isId } from '../../../libs/event-sourcing/id.js';
import { isInstant, parseInstant } from '../../../libs/event-sourcing/instant.js';
import type { Deciders, StreamDecider } from '../../../libs/event-sourcing/stream-decider.js';
import { parseStream } from '../../../libs/event-sourcing/stream.js';
import type { ToldAppend, ToldEvent } from '../../../libs/ledger/restore.js';
import { parse } from './command-reader.js';
import type { Line } from './lines.js';

/** A line that tells an event. */
export interface ReadEvent extends Omit<ToldAppend, 'events'> {
  /** What reports call the line. */
  readonly line: number;
  readonly event: ToldEvent;
}

/** A line that does not. */
export interface UnreadEvent {
  readonly line: number;
  readonly type?: string;
  readonly refusal: Refusal;
}

/** Keys of callers have up to 255 characters; behind the key of many touches stands which one it is. */
const LONGEST_NAME = 260;
const SHA_256 = /^[0-9a-f]{64}$/;

type Body = Readonly<Record<string, unknown>>;

/** Reads lines as `rapport export` writes them: the fields of `LedgerEvent`. */
export class EventReader {
  constructor(private readonly deciders: Deciders) {}

  read(line: Line): ReadEvent | UnreadEvent {
    const body = line.unreadable === undefined ? parse(line.text) : undefined;
    if (!body) return { line: line.number, refusal: misread([], line.unreadable ?? 'The line is no JSON object.') };
    const number = Number.isSafeInteger(body['line']) ? (body['line'] as number) : line.number;
    const read = this.readBody(body);
    if ('decider' in read) return { line: number, ...read };
    const type = typeof body['type'] === 'string' ? { type: body['type'] } : {};
    return { line: number, ...type, refusal: read };
  }

  private readBody(body: Body): Omit<ReadEvent, 'line'> | Refusal {
    const { id, type, stream, revision, idempotencyKey, inputHash, correlationId, causationId, actor, data } = body;
    const parsed = typeof stream === 'string' ? parseStream(stream) : undefined;
    const decider = parsed && this.deciders.ofCategory(parsed.category);
    if (!decider || !ofKind(decider, parsed.id)) return misread(['stream'], 'This names no stream of the ledger.');
    if (typeof type !== 'string' || !decider.events.has(type)) {
      return misread(['type'], `No event of a ${decider.category} is called so.`);
    }
    const occurredAt = typeof body['occurredAt'] === 'string' ? parseInstant(body['occurredAt']) : 'INVALID_INPUT';
    if (!isInstant(occurredAt)) return refuse(occurredAt, 'This is no time with an offset.', { path: ['occurredAt'] });
    if (!Number.isSafeInteger(revision) || (revision as number) < 0)
      return misread(['revision'], 'This is no revision.');
    if (typeof id !== 'string' || !isId('evt', id)) return misread(['id'], 'This is no id of an event.');
    if (!isName(idempotencyKey)) return misread(['idempotencyKey'], NAME);
    if (!isName(correlationId)) return misread(['correlationId'], NAME);
    const causedBy = causationId ?? undefined;
    if (causedBy !== undefined && !isName(causedBy)) return misread(['causationId'], NAME);
    const digest = inputHash ?? undefined;
    if (digest !== undefined && !(typeof digest === 'string' && SHA_256.test(digest))) {
      return misread(['inputHash'], 'This is no SHA-256 in hexadecimal digits.');
    }
    const actorId = isObject(actor) ? actor['id'] : undefined;
    if (!isName(actorId)) return misread(['actor', 'id'], NAME);
    if (!isObject(data)) return misread(['data'], 'This is no object.');
    const cause = causedBy === undefined ? {} : { causationId: causedBy };
    return {
      decider,
      subject: parsed.id,
      revision: revision as number,
      idempotencyKey,
      ...(digest !== undefined && { inputHash: digest }),
      event: { id, type, occurredAt, actor: { id: actorId }, correlationId, ...cause, data },
    };
  }
}

const ofKind = ({ address: { prefix, pattern } }: StreamDecider, id: string): boolean =>
  prefix === undefined ? pattern?.test(id) === true : isId(prefix, id);

const NAME = `This is no text of 1 to ${String(LONGEST_NAME)} characters.`;

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME;

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const misread = (path: readonly string[], message: string): Refusal => refuse('INVALID_INPUT', message, { path });

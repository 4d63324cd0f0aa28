import { isInputObjectType, isNonNullType, type GraphQLSchema } from 'graphql';
import { refuse, type DatedCommand, type Refusal } from '../../../libs/event-sourcing/decider.js';
import { deriveId, type IdPrefix } from '../../../libs/event-sourcing/id.js';
import { misreadIn, nearest } from '../../../libs/graphql/unreadable.js';
import type { Deciders } from '../../../libs/event-sourcing/stream-decider.js';
import { isKey, UNFIT_KEY } from '../../../libs/ledger/mutations.resolver.js';
import { commandOf, violations, type CommandClass } from '../../../libs/ledger/validate.inputs.js';
import { inputReader, type Found, type ReadInput } from './input-reader.js';
import type { Line } from './lines.js';
import type { References } from './references.js';
import { soundness } from './soundness.js';
import type { Ordered } from './waves.js';

/** A line that can be carried out. */
export interface ReadCommand extends Ordered {
  /** What reports call the line. */
  readonly line: number;
  readonly command: DatedCommand;
  readonly idempotencyKey: string;
}

/** A line that cannot. */
export interface UnreadLine {
  readonly line: number;
  readonly type?: string;
  readonly refusal: Refusal;
}

interface Kind {
  readonly commandClass: CommandClass;
  readonly read: ReadInput;
  readonly isSound: (command: DatedCommand) => boolean;
}

/** Turns lines into commands exactly as the mutations of the same names turn their arguments into commands. */
export class CommandReader {
  private readonly kinds: ReadonlyMap<string, Kind>;

  constructor(
    schema: GraphQLSchema,
    commands: readonly CommandClass[],
    private readonly deciders: Deciders,
  ) {
    this.kinds = new Map(commands.map((commandClass) => [new commandClass().type, kindOf(schema, commandClass)]));
  }

  read(line: Line, references: References): ReadCommand | UnreadLine {
    const body = line.unreadable === undefined ? parse(line.text) : undefined;
    if (!body) return { line: line.number, refusal: invalid(line.unreadable ?? 'The line is no JSON object.') };
    const number = Number.isSafeInteger(body['line']) ? (body['line'] as number) : line.number;
    const { type, idempotencyKey: key, input, ensure } = body;
    const kind = typeof type === 'string' ? this.kinds.get(type) : undefined;
    if (!kind) return { line: number, refusal: this.unknownType(type) };
    const unread = (refusal: Refusal): UnreadLine => ({ line: number, type: type as string, refusal });
    if (!isKey(key)) return unread(UNFIT_KEY);
    if (typeof input !== 'object' || input === null) return unread(invalid('The input is no object.', ['input']));

    const found: Found = { references, mentions: [], misread: false };
    const fields = kind.read(input, found);
    if (found.misread) return unread(misreadRefusal(fields));
    const command = commandOf(kind.commandClass, fields);
    const wrong = kind.isSound(command) ? undefined : violations(command)[0];
    if (wrong) return unread(wrong);
    const id = <Prefix extends IdPrefix>(prefix: Prefix) => deriveId(prefix, references.tenantId, key);
    const stream = this.deciders.subjectOf(command, { id });
    const { leads, address } = this.deciders.of(command);
    // What it may bring about in another stream has the id that follows from its key: later lines may speak of that.
    const mentions = leads && address.prefix ? [...found.mentions, id(address.prefix)] : found.mentions;
    return { line: number, command, idempotencyKey: key, stream, mentions, settles: ensure === true };
  }

  private unknownType(type: unknown): Refusal {
    const meant = typeof type === 'string' ? nearest(type, [...this.kinds.keys()]) : undefined;
    const detail = meant === undefined ? {} : { nearest: meant };
    return refuse('INVALID_INPUT', 'This is no command.', { path: ['type'], detail });
  }
}

function kindOf(schema: GraphQLSchema, commandClass: CommandClass): Kind {
  const { type } = new commandClass();
  const mutation = schema.getMutationType()?.getFields()[type.charAt(0).toLowerCase() + type.slice(1)];
  const input = mutation?.args.find(({ name }) => name === 'input')?.type;
  const inputType = isNonNullType(input) ? input.ofType : input;
  if (!isInputObjectType(inputType)) throw new Error(`${type} has no mutation with an input.`);
  return { commandClass, read: inputReader(inputType), isSound: soundness(commandClass) };
}

/** The object that a line is; undefined: it is none. */
export function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

const invalid = (message: string, path: readonly string[] = []): Refusal => refuse('INVALID_INPUT', message, { path });

function misreadRefusal(fields: object): Refusal {
  const { problem, path } = misreadIn(fields)[0]!;
  return refuse(problem.code, problem.message, { path, detail: problem.detail });
}

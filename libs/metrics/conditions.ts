import { Environment, ParseError } from '@marcbachmann/cel-js';
import type { ASTNode } from '@marcbachmann/cel-js';
import type { Fact } from './fact.js';

/** What expressions can ask of a fact. Absent text is "", an absent number 0. */
const FIELDS = {
  kind: 'string',
  detail: 'string',
  side: 'string',
  actor: 'string',
  channel: 'string',
  direction: 'string',
  intent: 'string',
  outcome: 'string',
  function: 'string',
  phase: 'string',
  mindset: 'string',
  minutes: 'double',
  dimension: 'string',
  sign: 'double',
  asked: 'bool',
  customized: 'bool',
  sentimentBp: 'double',
  lateDays: 'double',
  amountMinor: 'double',
} as const;

export type FactField = keyof typeof FIELDS;
/** `richness` is what the definition says of the fact's channel. */
export const EXPRESSION_NAMES: readonly string[] = [...Object.keys(FIELDS), 'richness'];

/** Reads of one field each: a call of its own stays fast where `fact[name]` would not. */
export const FIELD_OF: { readonly [F in FactField]: (fact: Fact) => Fact[F] } = {
  kind: (fact) => fact.kind,
  detail: (fact) => fact.detail,
  side: (fact) => fact.side,
  actor: (fact) => fact.actor,
  channel: (fact) => fact.channel,
  direction: (fact) => fact.direction,
  intent: (fact) => fact.intent,
  outcome: (fact) => fact.outcome,
  function: (fact) => fact.function,
  phase: (fact) => fact.phase,
  mindset: (fact) => fact.mindset,
  minutes: (fact) => fact.minutes,
  dimension: (fact) => fact.dimension,
  sign: (fact) => fact.sign,
  asked: (fact) => fact.asked,
  customized: (fact) => fact.customized,
  sentimentBp: (fact) => fact.sentimentBp,
  lateDays: (fact) => fact.lateDays,
  amountMinor: (fact) => fact.amountMinor,
};

/** What is wrong with an expression, and where in its text. */
export class ExpressionInvalid extends Error {
  override readonly name = 'ExpressionInvalid';
  constructor(
    message: string,
    readonly offset: number,
    /** The name that nobody knows. */
    readonly unknownName?: string,
  ) {
    super(message);
  }
}

/** An expression over a fact: it depends on these fields and nothing else. */
export interface Rule<T> {
  readonly fields: readonly FactField[];
  of(fact: Fact): T;
}

export const always = <T>(value: T): Rule<T> => ({ fields: [], of: () => value });

type Richness = { readonly [channel: string]: number } | undefined;

/** A condition. Throws ExpressionInvalid. */
export function condition(source: string, richness: Richness): Rule<boolean> {
  const { evaluate, fields } = compiled(source, richness, ['bool']);
  return { fields, of: (fact) => evaluate(fact) === true };
}

/** A weight: finite, else 0. Throws ExpressionInvalid. */
export function weight(source: string | number | undefined, richness: Richness): Rule<number> {
  if (source === undefined) return always(1);
  if (typeof source === 'number') return always(source);
  const { evaluate, fields } = compiled(source, richness, ['double', 'int']);
  return {
    fields,
    of(fact) {
      const value = Number(evaluate(fact));
      return Number.isFinite(value) ? value : 0;
    },
  };
}

// CEL keeps `function` for itself; a word of the same length keeps every place in the text where it is.
const RESERVED = /("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\bfunction\b/g;
const FUNCTION = 'functio_';

const environment = new Environment({ limits: { maxAstNodes: 500, maxDepth: 50 } });
for (const [name, type] of Object.entries(FIELDS)) {
  environment.registerVariable(name === 'function' ? FUNCTION : name, type);
}
environment.registerVariable('richness', 'double');
// Whole numbers are whole numbers in CEL: `minutes / 30` and `1 + sign` should not need a decimal point all the same.
const ARITHMETIC = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
};
for (const [operator, apply] of Object.entries(ARITHMETIC)) {
  const mixed = (a: number | bigint, b: number | bigint) => apply(Number(a), Number(b));
  for (const types of [`double ${operator} int`, `int ${operator} double`]) {
    try {
      environment.registerOperator(types, mixed);
    } catch {
      // the library has it already
    }
  }
}

function compiled(source: string, richness: Richness, types: readonly string[]) {
  const text = source.replace(RESERVED, (_, quoted?: string) => quoted ?? FUNCTION);
  const program = parsed(text);
  const { valid, type, error } = program.check();
  if (!valid) {
    const { code, summary, range } = error ?? {};
    const unknown = code === 'unknown_variable' && range ? source.slice(range.start, range.end) : undefined;
    throw new ExpressionInvalid(summary?.replace(FUNCTION, 'function') ?? 'It is wrong.', range?.start ?? 0, unknown);
  }
  if (!types.includes(String(type))) {
    throw new ExpressionInvalid(
      `It gives ${String(type)}, not ${types[0] === 'bool' ? 'a condition' : 'a number'}.`,
      0,
    );
  }
  const names = namesIn(program.ast);
  const context: Record<string, unknown> = {};
  const fields = [...names].map((name) => (name === FUNCTION ? 'function' : name === 'richness' ? 'channel' : name));
  return {
    fields: [...new Set(fields)] as FactField[],
    evaluate: (fact: Fact): unknown => {
      for (const name of names) context[name] = valueOf(name, fact, richness);
      try {
        return program(context);
      } catch {
        return undefined; // a division of whole numbers by 0, a channel that a map does not name: it does not count
      }
    },
  };
}

function parsed(text: string) {
  try {
    return environment.parse(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new ExpressionInvalid(error.summary, error.range?.start ?? 0);
  }
}

const isField = (name: string): name is FactField => Object.hasOwn(FIELDS, name);

function valueOf(name: string, fact: Fact, richness: Richness): unknown {
  if (name === 'richness') return richness?.[fact.channel ?? ''] ?? 1;
  const field = name === FUNCTION ? 'function' : name;
  if (!isField(field)) return undefined;
  return FIELD_OF[field](fact) ?? (FIELDS[field] === 'string' ? '' : 0);
}

/** The variables that the tree speaks of. */
function namesIn(ast: ASTNode): Set<string> {
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null || !('op' in node) || !('args' in node)) return;
    if (node.op === 'id' && typeof node.args === 'string' && environment.hasVariable(node.args)) names.add(node.args);
    visit(node.args);
  };
  visit(ast);
  return names;
}

import {
  createSourceEventStream,
  execute,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  parse,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { Loaders, type RequestContext } from '../request-context.js';
import { RequestError } from '../request-error.js';
import { SharedReads } from '../shared-reads.js';
import { compile, type Compiled } from './compile.js';
import { eachExecuted } from './each-executed.js';
import type { Faults } from './faults.js';
import { exceeded, LIMITS, measure, type Limits, type Size, type Variables } from './limits.js';
import { variableErrors } from './variable-errors.js';

/** What a client sends, whatever the transport. */
export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: GivenVariables;
}

/** A document with the one operation of it that was chosen, checked against the schema. */
export interface Operation {
  readonly document: DocumentNode;
  readonly node: OperationDefinitionNode;
  readonly size: Size;
  uses: number;
  /** Absent at first, and for good when the operation cannot be compiled. */
  compiled?: Compiled | undefined;
}

export type GivenVariables = Variables | null | undefined;

export const isOperation = (prepared: Operation | readonly GraphQLError[]): prepared is Operation =>
  !Array.isArray(prepared);

/** Kept documents, in characters of their text. */
const KEPT_CHARACTERS = 1_000_000;

/**
 * The one way an operation is carried out: over HTTP, websocket and event stream. A document is parsed, measured and
 * validated once; the second time it comes it is compiled.
 */
export class Operations {
  private readonly kept = new LRUCache<string, Operation>({
    maxSize: KEPT_CHARACTERS,
    sizeCalculation: (_, key) => key.length + 1,
  });

  private readonly reads = new SharedReads();

  constructor(
    readonly schema: GraphQLSchema,
    private readonly faults: Faults,
    private readonly limits: Limits = LIMITS,
  ) {}

  /** Of one request, which reads together with all others. */
  loaders(): Loaders {
    return new Loaders(this.reads);
  }

  /** The operation, or the errors of a request that cannot be carried out at all. */
  prepare({ query, operationName, variables }: OperationRequest): Operation | readonly GraphQLError[] {
    const key = `${operationName ?? ''}\n${query}`;
    let operation = this.kept.get(key);
    if (!operation) {
      const checked = this.check(query, operationName);
      if (!isOperation(checked)) return checked;
      operation = checked;
      this.kept.set(key, operation);
    }
    const tooMuch = exceeded(operation.size, variables ?? {}, this.limits);
    return tooMuch === undefined ? operation : [new RequestError('LIMIT_EXCEEDED', tooMuch)];
  }

  /** One result for a query or mutation; for a subscription one per event, or the one why it cannot begin. */
  start(
    operation: Operation,
    variables: GivenVariables,
    context: RequestContext,
  ): Promise<AsyncGenerator<ExecutionResult, void> | ExecutionResult> {
    const isSubscription = operation.node.operation === OperationTypeNode.SUBSCRIPTION;
    return isSubscription ? this.subscribe(operation, variables, context) : this.execute(operation, variables, context);
  }

  /** A query or mutation. Without `data` in the result nothing was executed. */
  async execute(operation: Operation, variables: GivenVariables, context: RequestContext): Promise<ExecutionResult> {
    const compiled = this.compiledFrom(operation);
    const result = await (compiled?.(context, variables) ?? execute(this.arguments(operation, variables, context)));
    return this.explained(result, operation, variables);
  }

  /** The result as it may leave the house: every transport sends only what this returns. */
  present(result: ExecutionResult, context: RequestContext): FormattedExecutionResult {
    return this.faults.present(result, context);
  }

  private async subscribe(
    operation: Operation,
    variables: GivenVariables,
    context: RequestContext,
  ): Promise<AsyncGenerator<ExecutionResult, void> | ExecutionResult> {
    const args = this.arguments(operation, variables, context);
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source)) return this.explained(source, operation, variables);
    return eachExecuted<ExecutionResult>(source, {
      executeOn: (payload) =>
        execute({ ...args, rootValue: payload, contextValue: { ...context, loaders: this.loaders() } }),
      onFailure: (error) => ({
        errors: [new GraphQLError('The subscription failed.', { originalError: asError(error) })],
      }),
      expiry:
        context.admittedUntil === undefined ? undefined : { inMs: context.admittedUntil - Date.now(), reason: EXPIRED },
    });
  }

  private check(query: string, operationName: string | null | undefined): Operation | readonly GraphQLError[] {
    let document: DocumentNode;
    try {
      document = parse(query, { maxTokens: this.limits.tokens });
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      throw error;
    }
    const node = getOperationAST(document, operationName);
    if (!node) return [new GraphQLError(operationName ? 'The document has no such operation.' : 'Name one operation.')];
    const size = measure(this.schema, document, node);
    const tooMuch = exceeded({ ...size, cost: () => 0 }, {}, this.limits);
    if (tooMuch !== undefined) return [new RequestError('LIMIT_EXCEEDED', tooMuch)];
    const errors = validate(this.schema, document, undefined, { maxErrors: 20 });
    return errors.length > 0 ? errors : { document, node, size, uses: 0 };
  }

  /** A document that comes twice is likely to come often; compiling takes as long as some ten executions. */
  private compiledFrom(operation: Operation): Compiled | undefined {
    operation.uses += 1;
    if (operation.uses === 2) operation.compiled = compile(this.schema, operation.document, operation.node);
    return operation.compiled;
  }

  private arguments({ document, node }: Operation, variables: GivenVariables, context: RequestContext): ExecutionArgs {
    return {
      schema: this.schema,
      document,
      operationName: node.name?.value,
      variableValues: variables,
      contextValue: context,
    };
  }

  /** Errors before execution are about the variables: whoever found them, they are given with their paths. */
  private explained(result: ExecutionResult, { node }: Operation, variables: GivenVariables): ExecutionResult {
    if (result.data !== undefined) return result;
    const errors = variableErrors(this.schema, node, variables ?? {});
    return errors.length > 0 ? { errors } : result;
  }
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

const EXPIRED = new RequestError('UNAUTHENTICATED', 'The token has expired. Follow on with a new one.');

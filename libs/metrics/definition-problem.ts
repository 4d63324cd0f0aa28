/** One thing that is wrong with a definition. */
export interface DefinitionProblem {
  /** Where in the definition: names of fields and indexes of lists, outermost first. */
  readonly path: readonly string[];
  readonly message: string;
  /** What could stand there. */
  readonly allowed?: readonly string[];
  /** Which of that was probably meant. */
  readonly nearest?: string;
  /** The name itself is wrong, not its value. */
  readonly isName?: boolean;
  /** Of an expression: the character at which it goes wrong. */
  readonly offset?: number;
  /** Where in the text that was read, from 1. */
  readonly line?: number;
  readonly column?: number;
}

/** A definition that cannot be computed. */
export class DefinitionInvalid extends Error {
  override readonly name = 'DefinitionInvalid';
  readonly code = 'DEFINITION_INVALID';
  constructor(readonly problems: readonly DefinitionProblem[]) {
    super(problems.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
  }
}

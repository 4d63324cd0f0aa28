/** What became of commands. */
export interface Tally {
  recorded: number;
  /** Carried out before, or so already: nothing new was recorded. */
  repeated: number;
  rejected: number;
}

/** How far the import has come: everything about the first `read` lines has been said. */
export interface Progress extends Tally {
  /** Lines that are done with, blank ones not counted. */
  readonly read: number;
  /** Reading at least this position shows all of it; null when nothing was recorded. */
  readonly position: string | null;
}

export interface Rejected {
  readonly line: number;
  readonly code: string;
  readonly message: string;
  /** The field of the input that is at fault, outermost first. */
  readonly path?: readonly string[];
  readonly hint?: string;
}

/** The last line of an import that came to its end. */
export interface Summary extends Progress {
  readonly done: true;
  /** The same per type of command. */
  readonly byType: Readonly<Record<string, Tally>>;
}

/** The last line of one that did not: send the same lines again, what was recorded is not recorded twice. */
export interface Stopped {
  readonly error: { readonly code: string; readonly message: string };
}

export type Report = Progress | Rejected | Summary | Stopped;

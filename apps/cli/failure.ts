/** What a shell learns from the end of a command. */
export const EXIT = {
  failed: 1,
  usage: 2,
  verification: 3,
  changes: 4,
  storeDown: 69,
  configuration: 78,
  interrupted: 130,
} as const;

/** A command that ends here, with what a person can do about it. Everything else that is thrown is a bug. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly exitCode: (typeof EXIT)[keyof typeof EXIT] = EXIT.failed,
    readonly hint?: string,
  ) {
    super(message);
    this.name = 'Failure';
  }
}

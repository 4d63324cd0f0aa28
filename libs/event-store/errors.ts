/** The store could not be reached; nothing was written. Safe to try again. */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreUnavailable';
  }
}

/**
 * The connection was lost after an append was sent and reading back did not settle it either. Repeat it with the same
 * idempotency key: it will be carried out once.
 */
export class AppendOutcomeUnknown extends Error {
  constructor(
    readonly stream: string,
    options?: ErrorOptions,
  ) {
    super(`Whether the append to ${stream} was stored is unknown. Repeat it with the same idempotency key.`, options);
    this.name = 'AppendOutcomeUnknown';
  }
}

/** Nothing was written, nor will be if it is tried again: the store takes no append of that size. */
export class AppendTooLarge extends Error {
  constructor(
    readonly stream: string,
    readonly mostBytes: number,
    options?: ErrorOptions,
  ) {
    super(`The append to ${stream} is larger than the ${mostBytes} bytes that the event store takes at most.`, options);
    this.name = 'AppendTooLarge';
  }
}

/**
 * Events of a stream of ours were deleted on the server, past Rapport: what is left is not what was recorded. Trying
 * again changes nothing. `storedAt`: the revision at which the append was stored all the same, because the deletion
 * came between reading and appending.
 */
export class StreamDeleted extends Error {
  constructor(
    readonly stream: string,
    readonly storedAt?: number,
    options?: ErrorOptions,
  ) {
    const stored = storedAt === undefined ? '' : ` The append was stored at its revision ${storedAt}.`;
    super(
      `Events of ${stream} were deleted on the server of the log: its history is not whole any more.${stored}`,
      options,
    );
    this.name = 'StreamDeleted';
  }
}

/** The text cannot be stored unchanged: U+0000 or half of a surrogate pair. */
export class UnstorableText extends Error {
  constructor(readonly field: string) {
    super(`${field} holds a character that no text can: U+0000 or half of a surrogate pair.`);
    this.name = 'UnstorableText';
  }
}

/** The store is set up so that an acknowledged event could be lost. */
export class UnsafeStore extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnsafeStore';
  }
}

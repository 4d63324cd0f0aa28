import type { Event, Recorded } from '../event-sourcing/event.js';
import type { Handler, Key, Projection, Rows } from '../event-sourcing/projection.js';

interface HandlerOf<E extends Event> {
  readonly reads?: (event: Recorded<E>) => Readonly<Record<string, readonly Key[]>>;
  readonly apply: (event: Recorded<E>, rows: Rows) => void;
}

/** Handlers that know the shape of their events. */
export const on = <E extends Event>(handlers: {
  readonly [Type in E['type']]?: HandlerOf<Extract<E, { readonly type: Type }>>;
}): Projection['on'] =>
  // The engine hands each handler events of its own type only: what the union says and `Recorded` cannot.
  handlers as Readonly<Record<string, unknown>> as Readonly<Record<string, Handler>>;

/** The party or relationship whose stream an event stands in. */
export function subjectOf({ stream }: Recorded): string {
  const dot = stream.indexOf('.'); // neither category nor tenant holds one
  if (dot < 0) throw new Error(`${stream} names no subject.`);
  return stream.slice(dot + 1);
}

/**
 * Where a row with a span ends while it has not: later than every position. As the last part of a key it makes the
 * open row findable by its name, and the closed ones keep their own.
 */
export const OPEN = 2n ** 63n - 1n;

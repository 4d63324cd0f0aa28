/**
 * Turns the data of one schema version into the next. Stored bytes are never rewritten: old events pass their chain
 * each time they are read.
 */
export type Upcaster = (data: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** Per event type the upcasters from version 1 up: the first turns version 1 into 2, and so on. */
export type Upcasters = Readonly<Record<string, readonly Upcaster[]>>;

/** The data as the newest version has it. A version newer than this program knows is refused: it would be misread. */
export function upcast(
  type: string,
  version: number,
  current: number,
  data: Readonly<Record<string, unknown>>,
  upcasters: Upcasters,
): Readonly<Record<string, unknown>> {
  if (version > current) throw new UnknownSchemaVersion(type, version, current);
  let upcasted = data;
  for (let from = version; from < current; from++) {
    const step = upcasters[type]?.[from - 1];
    if (!step) throw new Error(`No upcaster turns ${type} version ${from} into ${from + 1}.`);
    upcasted = step(upcasted);
  }
  return upcasted;
}

/** The log holds a newer schema version than this program knows: deploy the newer program first. */
export class UnknownSchemaVersion extends Error {
  constructor(
    readonly eventType: string,
    readonly version: number,
    readonly known: number,
  ) {
    super(`${eventType} version ${version} was written by a newer program; this one knows version ${known}.`);
    this.name = 'UnknownSchemaVersion';
  }
}

import { deriveId, type IdPrefix } from '../../../libs/event-sourcing/id.js';

const REFERENCE = /^([a-z]{3}):(.+)$/s;
const REMEMBERED = 50_000;

/**
 * What stands for an id in a line: `pty:crm:42` is the party that the command with the idempotency key `crm:42` makes.
 * Lines name the same few again and again, so the newest are remembered.
 */
export class References {
  private readonly known = new Map<string, string>();

  constructor(readonly tenantId: string) {}

  /** The id itself when it is no reference. */
  idOf(text: string): string {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const reference = REFERENCE.exec(text);
    if (!reference) return text;
    const id = deriveId(reference[1] as IdPrefix, this.tenantId, reference[2]!);
    if (this.known.size >= REMEMBERED) this.known.clear();
    this.known.set(text, id);
    return id;
  }
}

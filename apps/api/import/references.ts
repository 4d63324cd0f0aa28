import { deriveId, type IdPrefix } from '../../../libs/event-sourcing/id.js';

const REFERENCE = /^([a-z]{3}):(.+)$/s;
const REMEMBERED = 50_000;

/**
 * What stands for an id in a line: `pty:crm:42` is the party that the command with the idempotency key `crm:42` makes, `evt:crm:42`
 * the first event that it records.
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
    const [, prefix, key] = reference;
    // Of the events of a command, the first.
    const id = deriveId(prefix as IdPrefix, this.tenantId, key!, ...(prefix === 'evt' ? ['0'] : []));
    if (this.known.size >= REMEMBERED) this.known.clear();
    this.known.set(text, id);
    return id;
  }
}

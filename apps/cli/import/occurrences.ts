/**
 * Counts equal rows by their hashes, in 16 bytes a row at most: a file may have millions. Two rows with the same hash
 * (53 bits) count as equal, which only numbers the second one differently.
 */
export class Occurrences {
  private slots = new Float64Array(1 << 12);
  private size = 0;
  private readonly repeats = new Map<number, number>();

  /** How often the hash, a whole number from 1 to 2^53 - 1, was counted before. */
  count(hash: number): number {
    if (this.add(hash)) return 0;
    const before = (this.repeats.get(hash) ?? 0) + 1;
    this.repeats.set(hash, before);
    return before;
  }

  /** False: it was there. */
  private add(hash: number): boolean {
    const mask = this.slots.length - 1;
    let slot = hash % this.slots.length;
    for (; this.slots[slot] !== 0; slot = (slot + 1) & mask) if (this.slots[slot] === hash) return false;
    this.slots[slot] = hash;
    if (++this.size * 4 > this.slots.length * 3) this.grow();
    return true;
  }

  private grow(): void {
    const all = this.slots;
    this.slots = new Float64Array(all.length * 2);
    this.size = 0;
    for (const hash of all) if (hash !== 0) this.add(hash);
  }
}

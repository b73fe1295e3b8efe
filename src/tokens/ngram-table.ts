/** A table that numbers distinct n-grams 0, 1, 2 … in order of first sight, by their 32-bit hashes (open addressing). */
export class NgramTable {
  /** How many there are. */
  size = 0;
  /** [size] */
  hashes: Uint32Array;
  /** [capacity] a number plus one, or 0 */
  private slots: Uint32Array;

  /** @param expected how many are likely to come: room for them is taken at once */
  constructor(expected = 1024) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(16, expected * 2)));
    this.slots = new Uint32Array(capacity);
    this.hashes = new Uint32Array(capacity >> 1);
  }

  /** The n-gram's number, or -1. */
  find(hash: number): number {
    const { slots, hashes } = this;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot]! - 1;
      if (number < 0 || hashes[number] === hash) return number;
    }
  }

  /** The n-gram's number, a new one where it is not there yet. */
  add(hash: number): number {
    const { slots, hashes } = this;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (; ; slot = (slot + 1) & mask) {
      const number = slots[slot]! - 1;
      if (number < 0) break;
      if (hashes[number] === hash) return number;
    }
    if (this.size === hashes.length) {
      this.grow();
      return this.add(hash);
    }
    hashes[this.size] = hash;
    slots[slot] = ++this.size;
    return this.size - 1;
  }

  /** Keeps at most half of the slots taken. */
  private grow(): void {
    const hashes = new Uint32Array(this.hashes.length * 2);
    hashes.set(this.hashes);
    this.hashes = hashes;
    this.slots = new Uint32Array(this.slots.length * 2);
    const mask = this.slots.length - 1;
    for (let number = 0; number < this.size; number++) {
      let slot = hashes[number]! & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = number + 1;
    }
  }
}

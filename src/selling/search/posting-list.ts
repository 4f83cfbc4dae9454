/** How many bits the count of each field has in a packed posting, and with that what it is capped at. */
const BITS = [5, 3, 4, 4, 8] as const;

/** The documents that have one term, ascending, with how often each field says it: eight bytes a document. */
export class PostingList {
  private data = new Uint32Array(4);
  size = 0;

  add(doc: number, counts: readonly number[]): void {
    if (this.size * 2 === this.data.length) {
      const wider = new Uint32Array(this.data.length * 2);
      wider.set(this.data);
      this.data = wider;
    }
    this.data[this.size * 2] = doc;
    this.data[this.size * 2 + 1] = pack(counts);
    this.size += 1;
  }

  forEach(visit: (doc: number, counts: readonly number[]) => void): void {
    const counts = [0, 0, 0, 0, 0];
    for (let at = 0; at < this.size; at++) {
      let packed = this.data[at * 2 + 1]!;
      for (let field = 0; field < BITS.length; field++) {
        counts[field] = packed & ((1 << BITS[field]!) - 1);
        packed >>>= BITS[field]!;
      }
      visit(this.data[at * 2]!, counts);
    }
  }

  /** Whether it holds for one of the documents; looks no further than that. */
  some(holds: (doc: number) => boolean): boolean {
    for (let at = 0; at < this.size; at++) if (holds(this.data[at * 2]!)) return true;
    return false;
  }

  has(doc: number): boolean {
    let [low, high] = [0, this.size - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.data[middle * 2]!;
      if (found === doc) return true;
      if (found < doc) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  }

  /** Without those that have no new number. */
  renumbered(numbers: Int32Array): PostingList {
    const list = new PostingList();
    this.forEach((doc, counts) => { if (numbers[doc]! >= 0) list.add(numbers[doc]!, counts); });
    return list;
  }
}

function pack(counts: readonly number[]): number {
  let packed = 0;
  let shift = 0;
  BITS.forEach((width, field) => {
    packed |= Math.min(counts[field]!, (1 << width) - 1) << shift;
    shift += width;
  });
  return packed >>> 0;
}

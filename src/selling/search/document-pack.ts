/** Documents as numbers of their terms, one after the other: millions of words are moved to a thread without being copied one by one. */
export type PackedDocuments = Readonly<{ terms: readonly string[]; words: Uint32Array<ArrayBuffer>; /** Where each document ends in `words`. */ ends: Uint32Array<ArrayBuffer> }>;

export class DocumentPack {
  private readonly ids = new Map<string, number>();
  private readonly ends: number[] = [];
  private words = new Uint32Array(1024);
  private used = 0;

  get size(): number {
    return this.ends.length;
  }

  add(document: readonly string[]): void {
    while (this.used + document.length > this.words.length) {
      const wider = new Uint32Array(this.words.length * 2);
      wider.set(this.words);
      this.words = wider;
    }
    for (const term of document) {
      let id = this.ids.get(term);
      if (id === undefined) this.ids.set(term, id = this.ids.size);
      this.words[this.used] = id;
      this.used += 1;
    }
    this.ends.push(this.used);
  }

  packed(): PackedDocuments {
    return { terms: [...this.ids.keys()], words: this.words.slice(0, this.used), ends: Uint32Array.from(this.ends) };
  }
}

export const unpacked = ({ terms, words, ends }: PackedDocuments): string[][] =>
  Array.from(ends, (end, at) => Array.from(words.subarray(at === 0 ? 0 : ends[at - 1]!, end), (id) => terms[id]!));

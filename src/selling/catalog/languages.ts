import { acceptedLocales, languageChain } from '../../shared/locale.js';

/** Nothing beyond the usual language; one and the same, so that it can be told at a glance. */
export const USUAL: readonly string[] = [];
/** Browsers send few different lists; whoever invents more gets no more memory. */
const REMEMBERED = 500;

/** In which languages the shop speaks besides its usual one. */
export class Languages {
  private readonly known = new Map<string, readonly string[]>();
  private readonly available: ReadonlySet<string>;

  constructor(readonly others: readonly string[], readonly usual: string) {
    this.available = new Set(others);
  }

  /** Where to look for words, the nearest first; the usual language comes after all of them. */
  chainFor(accepted: string | undefined): readonly string[] {
    if (accepted === undefined || this.others.length === 0) return USUAL;
    const known = this.known.get(accepted);
    if (known) return known;
    if (this.known.size >= REMEMBERED) this.known.clear();
    const chain = languageChain(acceptedLocales(accepted), this.available, this.usual);
    const kept = chain.length === 0 ? USUAL : chain;
    this.known.set(accepted, kept);
    return kept;
  }

  /** The same shop as seen by what has these words besides. */
  with(more: readonly string[]): Languages {
    return more.every((language) => this.available.has(language)) ? this : new Languages([...new Set([...this.others, ...more])], this.usual);
  }
}

import { wordsOf } from './text.js';

/** Which words belong to which language, of a catalogue that is told in several; empty where it is told in one. */
export class Tongues {
  private readonly words = new Map<string, Set<string>>();

  hear(language: string, text: string): void {
    const known = this.words.get(language) ?? new Set<string>();
    for (const word of wordsOf(text)) known.add(word);
    this.words.set(language, known);
  }

  get isSingle(): boolean {
    return this.words.size < 2;
  }

  /** What the speaker of the first language would not say is left out; a name that belongs to nobody, like a brand, stays. */
  spokenIn(languages: readonly string[], queries: readonly string[]): string[] {
    return queries.filter((query) => {
      const word = wordsOf(query).at(-1) ?? '';
      const speakers = [...this.words].filter(([, known]) => known.has(word));
      return speakers.length === 0 || speakers.some(([language]) => languages.includes(language));
    });
  }
}

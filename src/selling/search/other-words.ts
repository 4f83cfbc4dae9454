import { isStopWord } from './text.js';

/** What is looked up: the words of the catalogue with how many products say each; and the nearest spelling, wherever it is as near as that. */
export type Vocabulary = Readonly<{ frequency: ReadonlyMap<string, number>; nearest(word: string, edits: number): string | undefined }>;

const SHORTEST_PART = 3;
const SHORTEST_BEGINNING = 4;
const LONG = 8;

/** Words that nobody in the catalogue says, put together, taken apart or spelt more freely than a search does at first; null where nothing is found. */
export function otherSpelling(words: readonly string[], vocabulary: Vocabulary): string[] | null {
  const so: string[] = [];
  let isChanged = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const joined = at + 1 < words.length ? word + words[at + 1]! : '';
    if (isSaid(word, vocabulary)) { so.push(word); continue; }
    isChanged = true;
    if (vocabulary.frequency.has(joined)) { so.push(joined); at += 1; continue; }
    const other = takenApart(word, vocabulary) ?? vocabulary.nearest(word, word.length >= LONG ? 3 : 2);
    if (other === undefined) return null;
    so.push(other);
  }
  return isChanged ? so : null;
}

/** Words that nobody says cut to the longest beginning that somebody does, or left out; null where nothing is left or nothing changes. */
export function fewerWords(words: readonly string[], vocabulary: Vocabulary): string[] | null {
  const so = words.flatMap((word) => (isSaid(word, vocabulary) ? [word] : beginningOf(word, vocabulary) ?? []));
  return so.some((word) => !isStopWord(word)) && so.join(' ') !== words.join(' ') ? so : null;
}

const isSaid = (word: string, { frequency }: Vocabulary): boolean => frequency.has(word) || isStopWord(word);

/** Into the two words of which the rarer is the least rare. */
function takenApart(word: string, { frequency }: Vocabulary): string | undefined {
  let best: { so: string; worth: number } | undefined;
  for (let at = SHORTEST_PART; at <= word.length - SHORTEST_PART; at++) {
    const [first, second] = [word.slice(0, at), word.slice(at)];
    const worth = Math.min(frequency.get(first) ?? 0, frequency.get(second) ?? 0);
    if (worth > (best?.worth ?? 0)) best = { so: `${first} ${second}`, worth };
  }
  return best?.so;
}

function beginningOf(word: string, { frequency }: Vocabulary): string | undefined {
  for (let length = word.length - 1; length >= SHORTEST_BEGINNING; length--) if (frequency.has(word.slice(0, length))) return word.slice(0, length);
  return undefined;
}

const LINK = /(?:https?:\/\/|www\.)\S|[\w-]\.(?:com|net|org|shop|info|biz|ru|cn|xyz)\b/i;
const MAILBOX = /[\w.+-]@[\w-]+\.\w{2}/;
const DIGITS = /\d[\d ()/-]*/g;
/** A date has eight. */
const PHONE_FROM = 9;
const SHOUTING_FROM = 20;
const REPEATED_WORD = 5;
const INSULTS = ['fuck*', 'shit*', 'bitch*', 'asshole*', 'cunt*', 'nigger*', 'faggot*', 'scheiß*', 'arschloch*', 'hurensohn*', 'connard*', 'putain'];

export type Screen = (content: Readonly<{ title?: string; text: string }>) => string[];

/**
 * What makes a text wait for a moderator: links, addresses and telephone numbers, listed words, shouting, repetition. A machine never rejects,
 * it only asks somebody to look. `words` are added to those that every shop has; `*` at the end stands for any ending.
 */
export function createScreen(words: readonly string[] = []): Screen {
  const isListed = wordFinder([...INSULTS, ...words]);
  return ({ title = '', text }) => {
    const whole = plain(`${title}\n${text}`);
    const letters = whole.replace(/[^\p{L}]/gu, '');
    return [
      ...(LINK.test(whole) ? ['link'] : []),
      ...(MAILBOX.test(whole) || hasPhone(whole) ? ['contact'] : []),
      ...(isListed(whole) ? ['insult'] : []),
      ...(letters.length >= SHOUTING_FROM && letters === letters.toUpperCase() && letters !== letters.toLowerCase() ? ['shouting'] : []),
      ...(/(.)\1{9}/u.test(whole) || repeatsWord(whole) ? ['repetition'] : []),
    ];
  };
}

function repeatsWord(text: string): boolean {
  let [before, times] = ['', 0];
  return text.toLowerCase().split(/\s+/).some((word) => {
    times = word === before ? times + 1 : 1;
    before = word;
    return word.length > 1 && times >= REPEATED_WORD;
  });
}

const hasPhone = (text: string): boolean => (text.match(DIGITS) ?? []).some((found) => found.replace(/\D/g, '').length >= PHONE_FROM);

/** Letters that only look different are the same, and what cannot be seen is not there. */
const plain = (text: string): string => text.normalize('NFKC').replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '');

function wordFinder(words: readonly string[]): (text: string) => boolean {
  const any = words.map((word) => plain(word.trim())).filter((word) => word !== '' && word !== '*')
    .map((word) => (word.endsWith('*') ? `${escaped(word.slice(0, -1))}[\\p{L}\\p{N}]*` : escaped(word)));
  const listed = new RegExp(`(?<![\\p{L}\\p{N}])(?:${any.join('|')})(?![\\p{L}\\p{N}])`, 'iu');
  return (text) => listed.test(text);
}

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

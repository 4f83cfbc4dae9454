import { plain } from '../../shared/fold.js';

/** What two ways of writing one word have in common: case, accents, plural and the endings of verbs. English, as the catalogue is. */

/** Words that say nothing of a product: they are neither indexed nor asked for. */
const STOP_WORDS = new Set('a an and are as at be but by for from has have if in into is it its of on or s such t that the their then there these they this to was will with you your our we'.split(' '));

/** What is written in several ways is searched as one. */
const UNITS: Readonly<Record<string, string>> = {
  inches: 'inch', in: 'inch', '"': 'inch', '”': 'inch', "'": 'foot', '’': 'foot', ft: 'foot', feet: 'foot', ounces: 'ounce', oz: 'ounce', lbs: 'pound', lb: 'pound', pounds: 'pound',
  centimeters: 'cm', centimetres: 'cm', millimeters: 'mm', millimetres: 'mm', liter: 'litre', liters: 'litre', litres: 'litre', gb: 'gb', gigabyte: 'gb', gigabytes: 'gb',
  tb: 'tb', terabyte: 'tb', terabytes: 'tb', milligram: 'mg', milligrams: 'mg', kilogram: 'kg', kilograms: 'kg', kilos: 'kg', gram: 'g', grams: 'g', milliliter: 'ml', milliliters: 'ml', millilitres: 'ml',
  meter: 'm', meters: 'm', metre: 'm', metres: 'm', watt: 'w', watts: 'w', volt: 'v', volts: 'v', yards: 'yard', yd: 'yard', gallons: 'gallon', gal: 'gallon', quarts: 'quart', qt: 'quart',
};

/** `two pack` is a `2 pack`. */
const NUMBERS: ReadonlyMap<string, string> = new Map([
  ...'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ').map((word, at) => [word, String(at)] as const),
  ...'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').map((word, at) => [word, String((at + 2) * 10)] as const),
]);

/** What is written with signs or together by some and with words or apart by others. */
const HALVES = /\bhalf[- ](?:an? )?(?=(?:inch|foot|pint|cup|gallon|pound|ounce|mile|yard|litre|liter|quart|dozen)(?:e?s)?\b)/g;
const written = (text: string): string => text.replace(/\bw\/o\b/g, 'without').replace(/\bw\/(?=\s|$)/g, 'with').replace(/\bt(?:ee)?[- ]shirt/g, 'tshirt')
  .replace(HALVES, '1/2 ').replace(/\b(?:[a-z]\.)+[a-z]\b\.?/g, (initials) => initials.replaceAll('.', ''));

/** Scripts that put no blanks between words; Korean does. */
const UNBROKEN = '[\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Mymr}]';

/** Lower case, no accents; a token is a run of letters or digits, with decimals kept whole: `1.75" Ledergürtel` is 1.75, inch, ledergurtel. */
const TOKEN = new RegExp(`\\d+(?:[.,\\/]\\d+)+|\\d+|[\\p{L}&&${UNBROKEN}]+|[\\p{L}--${UNBROKEN}]+(?:['’][\\p{L}--${UNBROKEN}]+)*|["”](?=\\s|$|[^\\p{L}])`, 'gv');

export function wordsOf(text: string): string[] {
  const tokens = [...written(plain(text)).matchAll(TOKEN)].map(([raw]) => raw);
  const words: string[] = [];
  let afterNumber = false;
  for (const [at, raw] of tokens.entries()) {
    const unit = afterNumber ? unitOf(raw, tokens[at + 1]) : undefined;
    afterNumber = isDigits(raw) || NUMBERS.has(raw);
    if (unit !== undefined) { words.push(unit); continue; }
    if (raw === '"' || raw === '”') continue;
    words.push(isDigits(raw) ? raw.replace(',', '.') : raw.replace(/['’]s$/, '').replace(/['’]/g, ''));
  }
  return words;
}

const isDigits = (raw: string | undefined): boolean => raw !== undefined && raw.charCodeAt(0) >= 48 && raw.charCodeAt(0) <= 57;

/** Behind a number. `2 in 1` is no length, and `8 by 10` is 8 x 10. */
function unitOf(raw: string, next: string | undefined): string | undefined {
  if (raw === 'in' && next === '1') return undefined;
  if (raw === 'by' && isDigits(next)) return 'x';
  return Object.hasOwn(UNITS, raw) ? UNITS[raw] : undefined;
}

/** Nobody means more words than that, and each costs. */
export const MAX_TERMS = 24;

export const isStopWord = (word: string): boolean => STOP_WORDS.has(word);

/** What is looked up: the stems of all words that say something. */
export function termsOf(text: string): string[] {
  const terms: string[] = [];
  for (const word of wordsOf(text)) if (!STOP_WORDS.has(word)) terms.push(...termsOfWord(word));
  return terms;
}

const FIRST_UNBROKEN = 0x0e00;
const RUN = new RegExp(`^${UNBROKEN}`, 'v');
/** A run of letters of a script without blanks: several words, of which nobody says where they end. */
export const isRun = (word: string): boolean => word.charCodeAt(0) >= FIRST_UNBROKEN && RUN.test(word);

/** The stem of a word; of a run without blanks every two neighbours, so that it is found within a longer one. */
export function termsOfWord(word: string): string[] {
  if (!isRun(word)) return [stem(word)];
  const letters = [...word];
  return letters.length === 1 ? letters : letters.slice(1).map((letter, at) => letters[at]! + letter);
}

const IDEOGRAPH = /\p{Script=Han}/u;
/** What a word is found by: the letters of a run that are words by themselves as well, behind its pairs, which stay neighbours. */
export function indexedTerms(word: string): string[] {
  const terms = termsOfWord(word);
  return isRun(word) && [...word].length > 1 ? [...terms, ...[...word].filter((letter) => IDEOGRAPH.test(letter))] : terms;
}

const SPOKEN = /\p{L}[\p{L}\p{M}]*(?:['’][\p{L}\p{M}]+)*/gu;
/** Letters beyond a to z: what the words of a text look like as they are written, where that is not as they are compared. */
export function formsOf(text: string): Map<string, string> {
  const forms = new Map<string, string>();
  if (!/[^\0-\x7f]/.test(text)) return forms;
  for (const [token] of text.normalize('NFKC').toLowerCase().matchAll(SPOKEN)) {
    if (!/[^\0-\x7f’]/.test(token)) continue;
    const form = token.replace(/['’]s$/, '');
    const [word, ...more] = wordsOf(form);
    if (word !== undefined && more.length === 0 && word !== form) forms.set(word, form);
  }
  return forms;
}

const stems = new Map<string, string>();
const REMEMBERED = 50_000;

/** Remembered, since a catalogue says the same words again and again. */
export function stem(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  const found = stemOf(word);
  if (stems.size >= REMEMBERED) stems.clear();
  stems.set(word, found);
  return found;
}

const hasVowel = (text: string) => /[aeiouy]/.test(text);

/** Plurals, -ed and -ing, as in steps 1a to 1c of M. F. Porter, An algorithm for suffix stripping (1980); later steps join words that shoppers keep apart. */
function stemOf(word: string): string {
  const number = NUMBERS.get(word);
  if (number !== undefined) return number;
  if (word.length <= 3 || !/^[a-z]+$/.test(word)) return word;
  let so = word;
  if (so.endsWith('sses')) so = so.slice(0, -2);
  else if (so.endsWith('ies')) so = so.length > 4 ? `${so.slice(0, -3)}y` : so.slice(0, -1);
  else if (so.endsWith('s') && !so.endsWith('ss') && !so.endsWith('us') && !so.endsWith('is')) so = so.slice(0, -1);

  const verb = /^(.*)(ed|ing)$/.exec(so);
  if (verb && verb[1]!.length >= 3 && hasVowel(verb[1]!) && !so.endsWith('eed')) so = restored(verb[1]!);
  return so.length > 4 && so.endsWith('e') ? so.slice(0, -1) : so;
}

/** `hopp` of hopping is hop, `mak` of making is made whole by the silent e that is dropped from both. */
function restored(root: string): string {
  return /([bdgmnprt])\1$/.test(root) ? root.slice(0, -1) : root;
}

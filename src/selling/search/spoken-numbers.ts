/** Numbers as they are said: `one point seven five`, `twenty-five`, `half inch`, `nineteen eighty four`. */

const ONES = new Map('zero one two three four five six seven eight nine'.split(' ').map((word, at) => [word, at] as const));
const TEENS = new Map('ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ').map((word, at) => [word, at + 10] as const));
const TENS = new Map('twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').map((word, at) => [word, (at + 2) * 10] as const));
TENS.set('fourty', 40);
const SCALES = new Map([['thousand', 1_000], ['million', 1_000_000]]);
const FRACTIONS = new Map([['half', '1/2'], ['third', '1/3'], ['quarter', '1/4'], ['eighth', '1/8'], ['sixteenth', '1/16'], ['thirds', '2/3'], ['quarters', '3/4'], ['fourth', '1/4'], ['fourths', '3/4']]);
const HUNDREDTHS = new Map([['half', 50], ['quarter', 25], ['quarters', 75]]);
/** Before these half of something is half a unit; elsewhere it is a word, as in half sleeve. */
const MEASURED = /^(inch|inches|foot|feet|pint|pints|cup|cups|gallon|gallons|pound|pounds|ounce|ounces|mile|miles|yard|yards|liter|liters|litre|litres|quart|quarts|dozen|meter|metre|ton|ct|carat)$/;
const SPELLED_OUT = 3;

/** A value in hundredths, since money has no more of them; `decimals` is what was said behind the point, exactly. */
export type Spoken = Readonly<{ hundredths: number; text: string; next: number }>;

const digits = (word: string | undefined): number | null => (word !== undefined && /^\d{1,9}$/.test(word) ? Number(word) : null);
const onesOf = (word: string | undefined) => (word === undefined ? undefined : ONES.get(word));

/** Below a hundred: `forty two`, `seventeen`, `eight`. Digits count as what they say. */
function below100(words: readonly string[], at: number): { value: number; next: number } | null {
  const word = words[at];
  if (word === undefined) return null;
  const tens = TENS.get(word);
  if (tens !== undefined) {
    const ones = onesOf(words[at + 1]);
    return ones !== undefined && ones > 0 ? { value: tens + ones, next: at + 2 } : { value: tens, next: at + 1 };
  }
  const value = TEENS.get(word) ?? ONES.get(word) ?? digits(word);
  return value === null || value === undefined ? null : { value, next: at + 1 };
}

/** `two hundred and fifty thousand`, `a hundred`. */
function cardinal(words: readonly string[], start: number): { value: number; next: number } | null {
  let [total, at] = [0, start];
  for (let first = true; ; first = false) {
    const isArticle = words[at] === 'a' && (words[at + 1] === 'hundred' || words[at + 1] === 'thousand');
    const group = isArticle ? { value: 1, next: at + 1 } : words[at] === 'hundred' ? { value: 1, next: at } : below100(words, at);
    if (!group) return first ? null : { value: total, next: at };
    let { value, next } = group;
    if (words[next] === 'hundred') {
      const found = below100(words, words[next + 1] === 'and' ? next + 2 : next + 1);
      // `one hundred and two hundred` are two.
      const rest = found && words[found.next] === 'hundred' ? null : found;
      value = value * 100 + (rest?.value ?? 0);
      next = rest?.next ?? next + 1;
    }
    const scale = SCALES.get(words[next] ?? '');
    if (scale === undefined) return { value: total + value, next };
    total += value * scale;
    at = words[next + 1] === 'and' && below100(words, next + 2) ? next + 2 : next + 1;
  }
}

/** Behind `point`: each digit by itself, or `seventy five`. */
function decimals(words: readonly string[], start: number): { text: string; next: number } {
  let [text, at] = ['', start];
  for (;;) {
    const one = words[at] === 'oh' ? 0 : onesOf(words[at]) ?? digits(words[at]);
    if (one === undefined || one === null) break;
    text += String(one);
    at += 1;
  }
  if (text !== '') return { text, next: at };
  const group = below100(words, at);
  return group ? { text: String(group.value), next: group.next } : { text: '', next: start };
}

/** The number that begins here; null where none does. */
export function numberAt(words: readonly string[], at: number): Spoken | null {
  const whole = words[at] === 'point' ? { value: 0, next: at } : /^\d+\.\d+$/.test(words[at] ?? '') ? null : cardinal(words, at);
  if (!whole) return /^\d+\.\d+$/.test(words[at] ?? '') ? { hundredths: Math.round(Number(words[at]) * 100), text: words[at]!, next: at + 1 } : null;
  const { value, next } = whole;
  if (words[next] === 'point') {
    const { text, next: end } = decimals(words, next + 1);
    if (text !== '') return { hundredths: value * 100 + Number(text.padEnd(2, '0').slice(0, 2)), text: `${value}.${text}`, next: end };
    if (words[at] === 'point') return null;
  }
  if (words[next] === 'and') {
    const part = words[next + 1] === 'a' || words[next + 1] === 'one' || words[next + 1] === 'three' ? next + 2 : next + 1;
    const share = HUNDREDTHS.get(words[part] ?? '');
    if (share !== undefined) return { hundredths: value * 100 + share, text: `${value}.${share === 50 ? '5' : share}`, next: part + 1 };
  }
  return { hundredths: value * 100, text: next === at + 1 && digits(words[at]) !== null ? words[at]! : String(value), next };
}

/** An amount of money: `nineteen ninety nine` is 19.99, `one fifty` is 150. */
export function amountAt(words: readonly string[], at: number): Spoken | null {
  const first = numberAt(words, at);
  if (!first || first.text.includes('.')) return first;
  const second = below100(words, first.next);
  const value = Number(first.text);
  if (!second || second.value < 10 || second.value > 99 || digits(words[at]) !== null) return first;
  const isCents = value >= 10 || second.value % 10 >= 5;
  const hundredths = isCents ? value * 100 + second.value : (value * 100 + second.value) * 100;
  return { hundredths, text: isCents ? `${value}.${second.value}` : String(value * 100 + second.value), next: second.next };
}

export type Piece = Readonly<{ text: string; /** What was said, where one word was a number. */ word?: string }>;

/** Every number in digits. `isKnown` says whether the catalogue writes these digits together, where they can be said of one number or of two. */
export function withDigits(words: readonly string[], isKnown: (text: string) => boolean): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < words.length;) {
    const found = fractionAt(words, at) ?? slashed(words, at) ?? spelledOut(words, at) ?? pairAt(words, at, isKnown) ?? numberAt(words, at);
    if (!found) { pieces.push({ text: words[at]! }); at += 1; continue; }
    pieces.push({ text: found.text, ...(found.next === at + 1 && { word: words[at]! }) });
    at = /^per ?cent$/.test(words[found.next] ?? '') ? found.next + 1 : words[found.next] === 'per' && words[found.next + 1] === 'cent' ? found.next + 2 : found.next;
  }
  return pieces;
}

type Found = { text: string; next: number };

/** `half inch`, `three quarter inch`, `five eighths of an inch`. */
function fractionAt(words: readonly string[], at: number): Found | null {
  const counted = onesOf(words[at]) ?? (words[at] === 'a' ? 1 : undefined);
  const part = counted === undefined ? at : at + 1;
  const name = words[part];
  if (name === undefined) return null;
  const known = FRACTIONS.get(name) ?? FRACTIONS.get(name.replace(/s$/, ''));
  if (known === undefined || (name === 'third' && counted === undefined)) return null;
  let next = part + 1;
  if (words[next] === 'of') next += 1;
  if (words[next] === 'a' || words[next] === 'an') next += 1;
  if (!MEASURED.test(words[next] ?? '')) return null;
  return { text: `${counted ?? known.split('/')[0]}/${known.split('/')[1]}`, next };
}

/** `fifty slash fifty`. */
function slashed(words: readonly string[], at: number): Found | null {
  const first = below100(words, at);
  const second = first && words[first.next] === 'slash' ? below100(words, first.next + 1) : null;
  return first && second ? { text: `${first.value}/${second.value}`, next: second.next } : null;
}

/** `nine one one`, `one oh one`. */
function spelledOut(words: readonly string[], at: number): Found | null {
  let [text, next] = ['', at];
  for (; next < words.length; next++) {
    const one = words[next] === 'oh' && text !== '' ? 0 : onesOf(words[next]);
    if (one === undefined) break;
    text += String(one);
  }
  return text.length >= SPELLED_OUT ? { text, next } : null;
}

/** `nineteen eighty four`, `ten eighty`, `one fifty`: said in two, written in one. */
function pairAt(words: readonly string[], at: number, isKnown: (text: string) => boolean): Found | null {
  if (digits(words[at]) !== null) return null;
  const first = below100(words, at);
  const second = first && digits(words[first.next]) === null ? below100(words, first.next) : null;
  if (!first || !second || second.value < 10 || ['hundred', 'thousand', 'point'].includes(words[second.next] ?? '')) return null;
  const text = String(first.value * 100 + second.value);
  const isYear = first.value === 19 || (first.value === 20 && second.value < 50);
  return isYear || isKnown(text) ? { text, next: second.next } : null;
}

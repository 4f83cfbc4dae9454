/** Digits that stand alone, grouped or not, long enough for a card. */
const CANDIDATE = /(?<![\w-])\d(?:[ -]?\d){13,18}(?![\w-])/g;
/** The ranges of the networks: Visa, Mastercard, American Express, Discover, JCB, UnionPay, Diners, Maestro. */
const RANGES = /^(?:4\d{15}|4\d{18}|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|2720\d{12}|3[47]\d{13}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}|3(?:0[0-5]|[68]\d)\d{11}|(?:50|5[6-9]|6[37])\d{12,17})$/;

const isCardNumber = (candidate: string): boolean => {
  const digits = candidate.replaceAll(/[ -]/g, '');
  return RANGES.test(digits) && passesLuhn(digits);
};

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = digits.length - 1, double = false; at >= 0; at--, double = !double) {
    const digit = Number(digits[at]) * (double ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

export const hasCardNumber = (text: string): boolean => text.length >= 14 && (text.match(CANDIDATE)?.some(isCardNumber) ?? false);

/** For what is echoed, such as the address of a request. */
export const withoutCardNumbers = (text: string): string =>
  (text.length < 14 ? text : text.replace(CANDIDATE, (candidate) => (isCardNumber(candidate) ? '[card number]' : candidate)));

/** What has digits of its own: one in a million of these looks like a card. */
const NUMBERED = /barcode|gtin|trackingNumber|vatId/i;

type Path = readonly (string | number)[];
const isText = (value: unknown): value is string | number => typeof value === 'string' || (typeof value === 'number' && value >= 1e13);

/** The paths of every text that holds a card number, in whatever was sent. No recursion: bodies can be deeper than the stack. */
export function findCardNumbers(sent: unknown): Path[] {
  const found: Path[] = [];
  const waiting: Array<{ value: unknown; parent: Place | null; name: string }> = [{ value: sent, parent: null, name: '' }];
  for (let next = waiting.shift(); next; next = waiting.pop()) {
    const { value } = next;
    if (isText(value) && hasCardNumber(String(value))) found.push(pathOf(next));
    if (value === null || typeof value !== 'object' || value instanceof Uint8Array || value instanceof Date) continue;
    for (const [name, inner] of Object.entries(value)) {
      // The name of a field is text of the sender's as well.
      if (hasCardNumber(name)) found.push(pathOf(next));
      if (!NUMBERED.test(name)) waiting.push({ value: inner, parent: next, name });
    }
  }
  return found;
}

type Place = { parent: Place | null; name: string };
/** Put together only for what was found: a path for every text would cost more than the search. */
function pathOf(place: Place): Path {
  const path: string[] = [];
  for (let at: Place | null = place; at?.parent; at = at.parent) path.unshift(at.name);
  return path;
}

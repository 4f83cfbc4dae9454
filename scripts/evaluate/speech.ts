/** Turns typed queries into what somebody would say for them, as a recogniser would write it down. */

const ONES = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const TENS = ',,twenty,thirty,forty,fifty,sixty,seventy,eighty,ninety'.split(',');
const UNITS: Readonly<Record<string, string>> = { mg: 'milligrams', m: 'meters', cm: 'centimeters', ft: 'feet', oz: 'ounces', lb: 'pounds', gb: 'gigabytes', ml: 'milliliters', kg: 'kilograms' };
const HEARD_AS: ReadonlyArray<readonly [string, string]> = [
  ['red', 'read'], ['for', 'four'], ['2', 'to'], ['hair', 'hare'], ['blue', 'blew'], ['wall', 'waul'], ['pants', 'pance'], ['knife', 'nife'], ['boys', 'buoys'], ['bones', 'boans'], ['heart', 'hart'], ['beans', 'beens'], ['sole', 'soul'], ['tee', 'tea'], ['pair', 'pear'],
  ['board', 'bored'], ['lights', 'lites'], ['shoes', 'shoos'], ['grinder', 'grynder'], ['sale', 'sail'], ['wrap', 'rap'], ['tool', 'tule'], ['steel', 'steal'], ['night', 'knight'], ['cord', 'chord'], ['cars', 'carz'], ['pillows', 'pilloes'], ['frames', 'fraims'], ['deep', 'deap'],
  ['bowl', 'bole'], ['airpods', 'air pods'], ['handbags', 'hand bags'], ['carhartt', 'car heart'], ['sunglasses', 'sun glasses'], ['earbuds', 'ear buds'], ['kindle', 'kindel'], ['nike', 'nikey'], ['clip', 'klip'], ['dog', 'dawg'], ['face', 'fase'], ['made', 'maid'],
  ['flower', 'flour'], ['mail', 'male'], ['plain', 'plane'], ['weight', 'wait'], ['cell', 'sell'], ['bare', 'bear'], ['right', 'write'], ['tail', 'tale'], ['rose', 'rows'], ['toe', 'tow'], ['sea', 'see'], ['sun', 'son'], ['meat', 'meet'], ['key', 'quay'], ['brake', 'break'], ['base', 'bass'],
];
const BEFORE = ['show me ', 'um show me ', "i'm looking for ", 'can you find me ', 'hey do you have any ', 'uh i need ', 'please find ', 'search for ', "okay so i'd like to buy some ", 'um so like show me ', '', '', 'i want ', 'could you please show me some ', 'where can i find ', 'let me see ', 'well i am looking for a '];
const BEHIND = ['', '', '', ' please', ' thanks', ' if you have it', ' for me please', ' or something like that', ' thank you'];
const PAUSES = ['um', 'uh', 'er', 'you know', 'hmm', 'i mean'];

export type Random = (below: number) => number;
/** The same seed says the same. */
export function seeded(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

export function inWords(value: number): string {
  if (value < 20) return ONES[value]!;
  if (value < 100) return [TENS[Math.floor(value / 10)]!, ...(value % 10 ? [ONES[value % 10]!] : [])].join(' ');
  if (value < 1_000) return [`${ONES[Math.floor(value / 100)]!} hundred`, ...(value % 100 ? [inWords(value % 100)] : [])].join(' ');
  return [`${inWords(Math.floor(value / 1_000))} thousand`, ...(value % 1_000 ? [inWords(value % 1_000)] : [])].join(' ');
}

function sayNumber(text: string, random: Random): string {
  if (text === '1/2') return random(2) ? 'half' : 'one half';
  const [whole, decimals] = text.split('.');
  if (decimals !== undefined) return `${inWords(Number(whole))} point ${[...decimals].map((digit) => ONES[Number(digit)]).join(' ')}`;
  if (/^\d+\/\d+$/.test(text)) return text.split('/').map((part) => inWords(Number(part))).join(' slash ');
  return Number(text) < 1_000_000 ? inWords(Number(text)) : [...text].map((digit) => ONES[Number(digit)]).join(' ');
}

/** The words of a query, number by number and letter by letter where that is how one says them. */
export function say(query: string, random: Random): string {
  const said = query.toLowerCase().replace(/["”“]/g, '').replace(/&/g, ' and ').replace(/\bw\/ ?/g, 'with ').replace(/%\s*(\d+)|(\d+)\s*%/g, (_all, a: string, b: string) => `${a ?? b} percent`)
    .replace(/(?<=[a-z])\/(?=[a-z])/g, random(2) ? ' ' : ' slash ').replace(/[-,:;()|+]/g, ' ').replace(/\btshirt/g, random(2) ? 't shirt' : 'tee shirt');
  const words = said.split(/\s+/).filter(Boolean).flatMap((word) => {
    const known = HEARD_AS.find(([right]) => right === word);
    if (known && random(3) === 0) return [known[1]];
    if (/^\d+(?:[./]\d+)?$/.test(word)) return [sayNumber(word, random)];
    const mixed = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(word);
    if (mixed) return [sayNumber(mixed[1]!, random), random(3) ? UNITS[mixed[2]!] ?? mixed[2]! : mixed[2]!];
    const coded = /^([a-z]{1,3})(\d+)$/.exec(word);
    if (coded) return [...coded[1]!, sayNumber(coded[2]!, random)];
    if (word.length >= 2 && word.length <= 4 && !/[aeiouy]/.test(word)) return random(2) ? [...word] : [word];
    return [word];
  });
  if (words.length > 2 && random(4) === 0) words.splice(1 + random(words.length - 1), 0, PAUSES[random(PAUSES.length)]!);
  return words.join(' ');
}

export type Spoken = Readonly<{ transcript: string; typed: string; from?: number; to?: number }>;

/** With what people say around a wish, and now and then with a price. Amounts are in cents. */
export function speak(query: string, random: Random): Spoken {
  const amount = [10, 15, 20, 25, 30, 50, 75, 100, 120, 150, 200][random(11)]!;
  const prices: ReadonlyArray<readonly [string, { from?: number; to?: number }]> = [
    [` under ${inWords(amount)} dollars`, { to: amount * 100 }], [` for less than ${inWords(amount)} bucks`, { to: amount * 100 }], [` between ${inWords(amount)} and ${inWords(amount * 2)} dollars`, { from: amount * 100, to: amount * 200 }],
    [` over ${inWords(amount)} dollars`, { from: amount * 100 }], [` under nineteen ninety nine`, { to: 1999 }], [` that cost up to ${inWords(amount)} dollars`, { to: amount * 100 }], [` under $${amount}`, { to: amount * 100 }], [` ${inWords(amount)} dollars or less`, { to: amount * 100 }], [` below ${inWords(amount)}`, { to: amount * 100 }],
  ];
  const [words, price] = random(10) < 4 ? prices[random(prices.length)]! : ['', {}];
  return { transcript: `${BEFORE[random(BEFORE.length)]!}${say(query, random)}${words}${BEHIND[random(BEHIND.length)]!}`, typed: query, ...price };
}

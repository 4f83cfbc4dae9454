import { homophonesOf } from './phonetic.js';
import { readPrice, type PriceWords } from './price-words.js';
import { withDigits, type Piece } from './spoken-numbers.js';
import { isStopWord } from './text.js';

/** What the catalogue says, as far as the asker may know of it: what was meant is what makes sense there. */
export type Hearing = Readonly<{
  /** In how many products the word stands. */
  known(word: string): number;
  /** How many products have all of these words. */
  together(words: readonly string[]): number;
  /** In how many names of products these words stand side by side. */
  said(words: readonly string[]): number;
  /** Words of the catalogue that sound like this one. */
  soundingLike(word: string): readonly string[];
  /** The words that the most products have, as many as asked for. */
  usual(most: number): readonly string[];
}>;
export type Understood = Readonly<{ q: string; price: PriceWords | null }>;

const MUCH = 3;
const CONTEXT = 4;
const SHORTEST_SOUND = 4;

/** Said while thinking, wherever. */
const PAUSES = /(?<![\p{L}'’])(?:u+m+|u+h+m?|e+r+m?|h+m+|m+h+m+|mm+|ah+|eh|you know|i mean|sort of like|kind of like|let me think|let's see|how do you say|what(?:'s| is) it called|whatchamacallit)(?![\p{L}'’])/giu;
const ME = '(?: me| us)?';
const BUYING = '(?: to (?:buy|get|see|find|order|purchase|look at|look for|search for|shop for|have))?';
const HOW = '(?:just |really |currently |also |actually |maybe |kind of |definitely )?';
/** What leads up to a wish. */
const WISHES = [
  '(?:hey|hi|hello|ok|okay|yo)(?: there| alexa| siri| google| computer| assistant| shop)?', '(?:yeah|yes|alright|all right|please|thanks|excuse me|oh)',
  `(?:can|could|would|will) (?:you|we|i) (?:please |maybe |just |kindly )?(?:help me (?:find|get|look for)|show|find|get|give|fetch|search|look|see|have|buy|order|pull up|bring up|recommend|suggest)${ME}(?: for| up)?`,
  `(?:i am|i'm|im|i’m|we are|we're) ${HOW}(?:looking to (?:buy|get|find|purchase|order)|looking for|looking at|searching for|shopping for|hunting for|in the market for|trying to (?:find|get|buy)|hoping to (?:find|get|buy)|interested in|in need of|after)`,
  `(?:i|we) ${HOW}(?:want|wanna|need|was looking for|am after|would like|would love)${BUYING}`, `(?:i'd|i’d|we'd) ${HOW}(?:like|love|want|need)${BUYING}`,
  '(?:do|have|would) you (?:guys )?(?:have|got|sell|carry|stock)', '(?:are|is) there', 'have you got', 'what (?:have you got|do you have|about)(?: in| for)?', '(?:where|how) (?:can|do|could) i (?:find|get|buy|order)',
  `(?:please )?(?:show|find|search|look|shop)${ME} for`, '(?:please )?(?:show|find|get|give|fetch|bring|buy|order|recommend|suggest) (?:me|us)', '(?:let me|let\'s) (?:see|have|look at|find)', '(?:looking|searching|shopping) for', 'how about', 'something like', 'show', 'find', 'search',
];
const ARTICLES = '(?:some|any|a few|a couple of|all of the|all the|the best|a|an|the|some kind of)';
const wish = new RegExp(`^(?:${WISHES.join('|')})(?=[\\s,]+\\S)[\\s,]*`, 'iu');
const article = new RegExp(`^${ARTICLES}(?=\\s+\\S)\\s+`, 'iu');
const lead = new RegExp(`^(?:(?:so|well|like|now|right|just|maybe|actually|basically|and|then)[\\s,]+)+(?=(?:${WISHES.slice(2, -3).join('|')})[\\s,])`, 'iu');
const tail = /(?<![\s,])[\s,]+(?:please|thanks|thank you(?: very much| so much)?|cheers|for me|if (?:you can|you have (?:it|them|any|one|some)|possible|you don't mind)|or something(?: like that)?|or whatever|and stuff(?: like that)?|right now|i think|i guess|okay|ok|(?:will|would|could|can) you)$/iu;
/** Dropped where the catalogue never says them in this company. */
const IDLE = new Set(['like', 'so', 'well', 'actually', 'basically', 'maybe', 'just', 'really', 'okay', 'ok', 'right', 'please', 'slash', 'hyphen', 'dash', 'comma', 'literally', 'oh', 'anyway', 'perhaps', 'some', 'any', 'hash', 'hashtag']);

/** What would have been typed: without what is only said, in digits, with the words of the catalogue for what sounds like them. */
export function understand(transcript: string, hearing: Hearing): Understood {
  const { rest, price } = readPrice(withoutManners(transcript).replace(/(\p{L})-(?=\p{L})/gu, '$1 '));
  const tokens = [...withoutManners(rest).matchAll(/\d+(?:[.,/]\d+)+|\d+|[$€£%"”&]|\p{L}+(?:['’]\p{L}+)*/gu)].map(([token]) => token.toLowerCase());
  const numbered = withDigits(tokens, (text) => hearing.known(text) > 0);
  const chosen = choose(spelled(withoutIdle(numbered, hearing), hearing), hearing);
  return { q: joined(chosen, hearing).map(({ text }) => text).join(' ').replace(/\b(\d+) (?:dollars?|bucks)\b/g, '$$$1').trim(), price };
}

function withoutManners(transcript: string): string {
  let so = transcript.replace(/[’]/g, "'").replace(PAUSES, ' ').replace(/(?<![.,!?;:…])[.,!?;:…]+(?=\s|$)/g, ' ').replace(/\s+/g, ' ').trim();
  for (let before = ''; before !== so;) {
    before = so;
    so = so.replace(tail, '').replace(lead, '').replace(wish, '').replace(article, '').trim();
  }
  return so;
}

const around = (hearing: Hearing, before: Piece | undefined, word: string, after: Piece | undefined): number =>
  (before ? hearing.said([before.text, word]) : 0) + (after ? hearing.said([word, after.text]) : 0);

/** Without idle words and without what was said twice in a row. */
function withoutIdle(pieces: readonly Piece[], hearing: Hearing): Piece[] {
  const kept: Piece[] = [];
  for (const [at, piece] of pieces.entries()) {
    const last = kept.at(-1);
    if (last?.text === piece.text && /^\p{L}{2,}$/u.test(piece.text) && hearing.said([piece.text, piece.text]) === 0) continue;
    if (IDLE.has(piece.text) && pieces.length > 1 && around(hearing, last, piece.text, pieces[at + 1]) === 0) continue;
    kept.push(piece);
  }
  return kept;
}

/** Letters said one by one: `u s b` is usb. */
function spelled(pieces: readonly Piece[], hearing: Hearing): Piece[] {
  const out: Piece[] = [];
  for (let at = 0; at < pieces.length;) {
    let end = at;
    while (end < pieces.length && /^\p{L}$/u.test(pieces[end]!.text)) end += 1;
    if (end - at < 2) { out.push(pieces[at]!); at += 1; continue; }
    out.push(...segments(pieces.slice(at, end).map(({ text }) => text), hearing).map((text) => ({ text })));
    at = end;
  }
  return out;
}

/** As few words of the catalogue as spell it; what it does not know is one abbreviation. */
function segments(letters: readonly string[], hearing: Hearing): string[] {
  const best: Array<string[] | null> = [[]];
  for (let end = 1; end <= letters.length; end++) {
    best[end] = null;
    for (let start = 0; start < end; start++) {
      const before = best[start];
      const word = letters.slice(start, end).join('');
      if (!before || (hearing.known(word) === 0 && end - start > 1)) continue;
      if (!best[end] || before.length + 1 < best[end]!.length) best[end] = [...before, word];
    }
  }
  const found = best[letters.length]!;
  return found.length < letters.length ? found : [letters.join('')];
}

/** Of words that sound the same, the one that the catalogue says in this company. */
function choose(pieces: readonly Piece[], hearing: Hearing): Piece[] {
  const chosen = [...pieces];
  for (let at = 0; at < chosen.length; at++) {
    const spoken = chosen[at]!.word ?? chosen[at]!.text;
    const others = contextOf(chosen, at, hearing);
    const alternatives = new Set(homophonesOf(spoken));
    const isUnknown = alternatives.size === 0 && spoken.length >= SHORTEST_SOUND && /^\p{L}+$/u.test(spoken) && hearing.known(spoken) === 0;
    if (isUnknown) for (const word of hearing.soundingLike(spoken)) alternatives.add(word);
    if (alternatives.size === 0) continue;
    const before = chosen[at - 1];
    const after = chosen[at + 1];
    const byPlaceOnly = [...alternatives, spoken].some((word) => isStopWord(word) || withDigits([word], () => false)[0]!.word !== undefined);
    const worth = (word: string) => around(hearing, before, word, after) * MUCH + (byPlaceOnly || others.length === 0 ? 0 : hearing.together([word, ...others]));
    chosen[at] = better(chosen[at]!, [...alternatives], worth, { isLast: after === undefined && before !== undefined, isAlone: others.length === 0, hearing });
  }
  return chosen;
}

/** The nearest words that say something: more would be said by no product. */
function contextOf(pieces: readonly Piece[], at: number, hearing: Hearing): string[] {
  return pieces.map(({ text }, other) => ({ text, far: Math.abs(other - at) })).filter(({ text, far }) => far > 0 && !isStopWord(text) && hearing.known(text) > 0)
    .sort((a, b) => a.far - b.far).slice(0, CONTEXT).map(({ text }) => text);
}

type Place = { isLast: boolean; isAlone: boolean; hearing: Hearing };
function better(piece: Piece, alternatives: readonly string[], worth: (word: string) => number, { isLast, isAlone, hearing }: Place): Piece {
  const spoken = piece.word ?? piece.text;
  const own = worth(piece.text);
  let best: { word: string; worth: number } | null = null;
  for (const word of alternatives) {
    const so = worth(textOf(word)) || (isAlone && hearing.known(piece.text) === 0 && !isStopWord(word) ? hearing.known(word) / 1_000_000 : 0);
    if (so > 0 && (best === null || so > best.worth)) best = { word, worth: so };
  }
  if (best && best.worth > own * MUCH) return pieceOf(best.word);
  // No query ends with a preposition: what was heard so was a number.
  if (isLast && best === null && own === 0 && /^(?:to|too|for)$/.test(spoken)) return pieceOf(spoken === 'for' ? 'four' : 'two');
  return piece;
}

const pieceOf = (word: string): Piece => withDigits([word], () => false)[0]!;
const textOf = (word: string): string => pieceOf(word).text;

/** `air pods` where the catalogue says airpods, `car heart` where it says carhartt. */
function joined(pieces: readonly Piece[], hearing: Hearing): Piece[] {
  const out: Piece[] = [];
  for (let at = 0; at < pieces.length; at++) {
    const [a, b] = [pieces[at]!, pieces[at + 1]];
    const whole = b && joinedWord(a, b, contextOf([...out, ...pieces.slice(at + 2)], -1, hearing), hearing);
    if (whole) { out.push({ text: whole }); at += 1; } else out.push(a);
  }
  return out;
}

function joinedWord(a: Piece, b: Piece, others: readonly string[], hearing: Hearing): string | null {
  if (!/^\p{L}+$/u.test(a.text) || !/^\p{L}+$/u.test(b.text)) return null;
  const apart = hearing.said([a.text, b.text]);
  const whole = a.text + b.text;
  const bound = others.slice(0, CONTEXT - 2);
  if (hearing.known(whole) > 0) {
    const together = hearing.together([whole, ...bound]) || (hearing.together([a.text, b.text, ...bound]) === 0 ? 1 : 0);
    if (a.text.length === 1 || b.text.length === 1 ? hearing.known(whole) > apart * 2 : together > MUCH * apart) return whole;
    return null;
  }
  if (apart > 0 || isStopWord(a.text) || isStopWord(b.text) || whole.length <= SHORTEST_SOUND || hearing.together([a.text, b.text, ...bound]) > 0) return null;
  const alike = hearing.soundingLike(whole).map((word) => ({ word, worth: hearing.together([word, ...bound]) })).filter(({ worth }) => worth > 0).sort((x, y) => y.worth - x.worth);
  return alike[0]?.word ?? null;
}

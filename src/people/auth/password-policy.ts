import { fold } from '../../shared/fold.js';

const MIN_BYTES = 10;
const MAX_BYTES = 72;
const MIN_DIFFERENT = 4;
/** More words than that are a pass phrase. */
const MAX_WORDS = 3;

export type PasswordProblem = 'too_short' | 'too_long' | 'same_as_email' | 'too_common' | 'breached';
export const PASSWORD_SENTENCES: Readonly<Record<PasswordProblem, string>> = {
  too_short: `A password has at least ${MIN_BYTES} bytes.`,
  too_long: `A password has at most ${MAX_BYTES} bytes (letters with accents count for two or more).`,
  same_as_email: 'The password must not be the e-mail address or a part of it.',
  too_common: 'This password is among the first that are tried. Choose one that nobody would guess.',
  breached: 'This password is on a list of leaked passwords, so it is among the first that are tried. Choose another.',
};

/** What speaks against this password, or null. No rule asks for digits or capitals: length and rarity are what counts. */
export function passwordProblem(password: string, email: string, shopName = ''): PasswordProblem | null {
  const bytes = new TextEncoder().encode(password.normalize('NFC')).length;
  if (bytes < MIN_BYTES) return 'too_short';
  if (bytes > MAX_BYTES) return 'too_long';
  const folded = fold(password);
  if (isEmail(folded, fold(email))) return 'same_as_email';
  return isCommon(folded, lettersOf(fold(shopName))) ? 'too_common' : null;
}

/** The address, its name, or that name with digits and signs around it. */
function isEmail(folded: string, email: string): boolean {
  const name = email.split('@')[0]!;
  if (folded === email || folded === name) return true;
  const letters = lettersOf(name);
  return letters.length >= 4 && [lettersOf(folded), lettersOf(unleet(folded))].includes(letters);
}

const lettersOf = (text: string): string => text.replace(/[^\p{L}]+/gu, '');

/** Lists of the most used passwords are short words with decoration, runs of the keyboard and repetitions; so is this. */
function isCommon(folded: string, shop: string): boolean {
  if (new Set(folded).size < MIN_DIFFERENT || isRun(folded) || repeats(folded)) return true;
  const undecorated = folded.replace(/^\P{L}+|(?<!\P{L})\P{L}+$/gu, '');
  if (undecorated === '') return isNumberRun(folded);
  return [undecorated, unleet(undecorated), unleet(folded)].some((text) => isMadeOfWords(shop === '' ? lettersOf(text) : lettersOf(text).replaceAll(shop, ''), MAX_WORDS));
}

const RUNS = ['abcdefghijklmnopqrstuvwxyz', '01234567890123456789', 'qwertyuiopasdfghjklzxcvbnm', 'qwertzuiopasdfghjklyxcvbnm', 'azertyuiopqsdfghjklmwxcvbn',
  '1q2w3e4r5t6y7u8i9o0p', '1qaz2wsx3edc4rfv5tgb6yhn7ujm', 'qazwsxedcrfvtgbyhnujmikolp', '!@#$%^&*()'];
const reversed = (text: string) => [...text].reverse().join('');
const isRun = (text: string) => RUNS.some((run) => run.includes(text) || reversed(run).includes(text));

/** `abcabcabcabc`: the same few characters again and again. */
const repeats = (text: string) => /^(.{1,5}?)\1{1,}.{0,4}$/u.test(text) && new Set(text).size <= 5;

/** Digits only: a date, a telephone number or a run; ten digits are guessed in seconds. */
const isNumberRun = (text: string) => text.length <= 14;

const LEET: Readonly<Record<string, string>> = { 0: 'o', 1: 'i', 3: 'e', 4: 'a', 5: 's', 7: 't', '@': 'a', $: 's', '!': 'i' };
const unleet = (text: string) => text.replace(/[013457@$!]/g, (sign) => LEET[sign] ?? sign);

/** True when the letters are nothing but a few of the words that people take. */
function isMadeOfWords(letters: string, most: number): boolean {
  if (letters === '' || isUsual(letters)) return true;
  if (most === 1) return false;
  for (let at = 1; at < letters.length; at++) {
    if (isUsual(letters.slice(0, at)) && isMadeOfWords(letters.slice(at), most - 1)) return true;
  }
  return false;
}
const isUsual = (part: string) => WORDS.has(part) || (part.length >= 3 && isRun(part));

const WORDS: ReadonlySet<string> = new Set(`
  password passwort passwd passw motdepasse contrasena senha parola haslo pass word secret secure security letmein login logmein access
  welcome willkommen bienvenue hello hallo admin administrator root user guest test testing tester demo default master changeme change me
  qwerty qwertz azerty asdfgh zxcvbn iloveyou ilove love you lovely loveme babygirl princess sunshine shadow monkey dragon football
  baseball basketball soccer hockey superman batman spiderman starwars pokemon pikachu naruto michael jennifer jessica jordan charlie
  ashley daniel andrew thomas robert matthew joshua nicole hunter ranger killer trustno one trust freedom whatever computer internet
  google facebook linkedin samsung apple microsoft windows iphone android mustang ferrari porsche mercedes harley corvette yankees
  chelsea liverpool arsenal barcelona juventus cheese cookie chocolate pepper ginger banana orange purple yellow flower summer winter
  spring autumn january february march april june july august september october november december monday friday sunday money
  family friends forever angel jesus christ blessed heaven maggie buster tigger tiger lion eagle wolf bear cat dog puppy kitten
  shop store customer kontor company office work home house matrix hacker ninja samurai phoenix diamond silver golden gold
  london paris berlin america england germany france india china abc xyz aaa my the is a i am new old big
`.split(/\s+/).filter(Boolean));

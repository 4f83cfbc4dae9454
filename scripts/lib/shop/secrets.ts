import { randomBytes, randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivately } from '../files.js';

export interface Login {
  readonly email: string;
  readonly password: string;
}

export interface Secrets {
  readonly jwtSecret: string;
  readonly simulatorSecret: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly appSecret: string;
  readonly admin: Login;
  readonly customer: Login;
}

const LETTERS_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789';

const pick = (from: string, length: number) => Array.from({ length }, () => from[randomInt(from.length)]).join('');
const key = (kind: 'pk' | 'sk') => `${kind}_demo_${pick(LETTERS_AND_DIGITS, 8)}_${pick(LETTERS_AND_DIGITS + LETTERS_AND_DIGITS.slice(0, 26).toUpperCase(), 32)}`;

/** `Tabo-kilu-seno-rapi-72`: 56 bits that a person can read out and type. */
function readablePassword(): string {
  const word = () => pick('bdfghklmnprstv', 1) + pick('aeiou', 1) + pick('bdfghklmnprstv', 1) + pick('aeiou', 1);
  const [first, ...others] = [word(), word(), word(), word()];
  return [first!.charAt(0).toUpperCase() + first!.slice(1), ...others, randomInt(10, 100)].join('-');
}

function newSecrets(): Secrets {
  return {
    jwtSecret: randomBytes(48).toString('base64url'),
    simulatorSecret: randomBytes(24).toString('base64url'),
    publishableKey: key('pk'),
    secretKey: key('sk'),
    appSecret: `as_${pick(LETTERS_AND_DIGITS, 40)}`,
    admin: { email: 'admin@kontor.example', password: readablePassword() },
    customer: { email: 'ada@kontor.example', password: readablePassword() },
  };
}

/** The development secrets of this checkout: made once, so that keys and logins survive a restart. */
export async function loadSecrets(stateDir: string): Promise<Secrets> {
  const file = join(stateDir, 'state.json');
  const kept = await readFile(file, 'utf8').then((text) => (JSON.parse(text) as { secrets: Secrets }).secrets, () => undefined);
  if (kept) return kept;
  const secrets = newSecrets();
  await writePrivately(file, { secrets });
  return secrets;
}

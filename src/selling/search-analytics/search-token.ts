import { createHmac, randomBytes } from 'node:crypto';
import { sameText } from '../../shared/crypto/tokens.js';
import type { Searched } from './search-analytics.js';

const MAC_LENGTH = 22;

/** The name of one search, which carries what was searched for: nothing has to be kept until somebody clicks, and nobody can make one up. */
export function createSearchTokens(secret: string) {
  const macOf = (text: string) => createHmac('sha256', secret).update(text).digest('base64url').slice(0, MAC_LENGTH);

  return {
    make({ day, channel, words }: Searched): string {
      const text = `${randomBytes(9).toString('base64url')}.${Buffer.from(JSON.stringify([day, channel, words])).toString('base64url')}`;
      return `${text}.${macOf(text)}`;
    },

    /** Null when it is none of ours. `key` names the search, for counting it once. */
    read(token: string): (Searched & { key: string }) | null {
      const [key = '', said = '', mac = ''] = token.split('.');
      if (!sameText(mac, macOf(`${key}.${said}`))) return null;
      const [day, channel, words] = JSON.parse(Buffer.from(said, 'base64url').toString()) as [string, string, string];
      return { key, day, channel, words };
    },
  };
}
export type SearchTokens = ReturnType<typeof createSearchTokens>;

import { createHash, createHmac } from 'node:crypto';
import { codeFrom, normalisedCode } from './gift-cards.js';

export type Codes = ReturnType<typeof createCodes>;

/** Codes follow from the id of their card and a secret, so that a buyer can be shown one again although it is stored nowhere. */
export function createCodes(secret: string) {
  const hmac = (text: string) => createHmac('sha256', secret).update(text);
  return {
    codeOf: (cardId: string): string => codeFrom(hmac(`gift-card-code:${cardId}`).digest()),
    /** What is stored of a code. Without the secret a stolen database tells nothing, however few symbols a code has. */
    hashOf: (typed: string): string => hmac(`gift-card:${normalisedCode(typed)}`).digest('hex'),
  };
}

/** The cards of an order have ids of their own places in it: issuing them twice would be the same cards. */
export const idOfBought = (orderId: string, itemId: string, n: number): string => createHash('sha256').update(`gift-card:${orderId}:${itemId}:${n}`).digest('hex').slice(0, 24);

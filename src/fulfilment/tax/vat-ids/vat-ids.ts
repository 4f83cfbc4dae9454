import { checkVAT, countries } from 'jsvat';
import { countryOfPrefix } from '../tax.js';

export type VatNumber = Readonly<{ number: string; country: string }>;
/** What the authorities say of a number; `unavailable`: nothing, for now. */
export type VatAnswer = Readonly<{ status: 'valid' | 'invalid'; name?: string; consultation?: string } | { status: 'unavailable' }>;
export type VatCheck = VatNumber & Readonly<{ status: VatAnswer['status']; name?: string; consultation?: string; checkedAt: Date }>;
/** The port: whoever knows the numbers of Europe. It never throws for a silence. */
export type VatRegister = Readonly<{ look(number: VatNumber): Promise<VatAnswer> }>;

/** Capitals without spaces and dots, with its country; null where shape or check digits are wrong. */
export function parseVatId(text: string): VatNumber | null {
  const number = text.toUpperCase().replace(/[\s.\-/]/g, '').replace(/^GR/, 'EL');
  if (!/^[A-Z]{2}[A-Z0-9+*]{2,14}$/.test(number)) return null;
  const checked = checkVAT(number, countries);
  const country = countryOfPrefix(number.slice(0, 2));
  return checked.isValid && checked.country?.isoCode.short === country ? { number, country } : null;
}

const HELD_MS: Readonly<Record<VatCheck['status'], number>> = { valid: 24 * 3600_000, invalid: 3600_000, unavailable: 60_000 };
/** How long what was heard is believed. A silence is soon asked about again. */
export const isFreshCheck = ({ status, checkedAt }: VatCheck, now: Date): boolean => now.getTime() - checkedAt.getTime() < HELD_MS[status];

export type Address = {
  firstName: string; lastName: string; company?: string; line1: string; line2?: string; city: string;
  region?: string; postalCode: string; country: string; phone?: string;
};

/** Codes as warehouses and zones write them: `gb-sct` and `SCT` are one; what is longer is a name and not a code. */
export function regionCode(country: string, region: string | undefined): string | undefined {
  const code = region?.trim().toUpperCase().replace(`${country}-`, '');
  return code !== undefined && /^[A-Z0-9]{1,3}$/.test(code) ? code : undefined;
}

/** What of an order is sent by the shop itself. */
export type DigitalItem = Readonly<{
  id: string; sku: string; name: string; quantity: number; digital?: Readonly<{ kind: 'licence_key' | 'gift_card' } | { kind: 'download'; maxDownloads: number; expiresInDays: number }>;
}>;
export type IssuedKey = Readonly<{ sku: string; itemId: string; key: string }>;
/** The right to download a file so often, until then. */
export type Grant = Readonly<{ id: string; orderId: string; itemId: string; sku: string; used: number; max: number; expiresAt: Date; createdAt: Date }>;
export type StoredFile = Readonly<{ sku: string; name: string; contentType: string; bytes: Buffer }>;

/** What a link says; whoever has no key cannot make one, nor one that lasts longer. */
export const linkText = ({ id, expiresAt }: Pick<Grant, 'id' | 'expiresAt'>): string => `${id}.${expiresAt.getTime().toString(36)}`;
export const tokenParts = (token: string): { text: string; id: string; expiresAt: Date; signature: string } | null => {
  const match = /^([0-9a-f]{24})\.([0-9a-z]{1,11})\.([\w-]{43})$/.exec(token);
  if (!match) return null;
  const [, id, time, signature] = match as unknown as [string, string, string, string];
  return { text: `${id}.${time}`, id, expiresAt: new Date(Number.parseInt(time, 36)), signature };
};

export const contextOf = (id: string): string => `licence_keys|cipher|${id}`;

/** A card that a customer left with a provider: what names it there and what tells cards apart, never its number. */
export type WalletMethod = Readonly<{
  id: string; provider: string; providerCustomer: string; methodReference: string;
  brand: string; last4: string; expiryMonth: number; expiryYear: number; default: boolean; createdAt: Date;
}>;
export type Wallet = Readonly<{ userId: string; methods: readonly WalletMethod[]; version: number }>;

export const MAX_METHODS = 20;

/** The first one is the default, whatever was asked, so that there is always one while there are any. */
export function withMethod(wallet: Wallet, added: WalletMethod): Wallet {
  const isDefault = added.default || wallet.methods.length === 0;
  const others = isDefault ? wallet.methods.map((method) => ({ ...method, default: false })) : wallet.methods;
  return { ...wallet, methods: [...others, { ...added, default: isDefault }] };
}

export function withDefault(wallet: Wallet, id: string): Wallet {
  return { ...wallet, methods: wallet.methods.map((method) => ({ ...method, default: method.id === id })) };
}

export function withoutMethod(wallet: Wallet, id: string): Wallet {
  const left = wallet.methods.filter((method) => method.id !== id);
  const heir = left.some((method) => method.default) ? undefined : left.at(-1)?.id;
  return { ...wallet, methods: heir === undefined ? left : withDefault({ ...wallet, methods: left }, heir).methods };
}

/** Who buys, as far as prices, promotions and tax care. A guest has no id, no groups and no company. */
export type Buyer = Readonly<{
  userId: string | null;
  groupIds: readonly string[];
  companyId: string | null;
  /** Where it is sold: the channel of the API key; null is the usual one. */
  channel: string | null;
  /** Pays the wholesale prices, as a member of a group that does. */
  wholesale?: boolean;
  vatId?: string;
  /** Why no tax is due, as the authorities name it; set by staff. */
  taxExemption?: string;
}>;

export const guest = (channel: string | null = null): Buyer => ({ userId: null, groupIds: [], companyId: null, channel });

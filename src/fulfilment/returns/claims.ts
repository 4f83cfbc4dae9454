export const CLAIM_TYPES = ['lost', 'missing', 'damaged', 'wrong_item'] as const;
export type ClaimType = (typeof CLAIM_TYPES)[number];
export const CLAIM_STATES = ['requested', 'accepted', 'resolved', 'rejected', 'cancelled'] as const;
export type ClaimState = (typeof CLAIM_STATES)[number];
export type Resolution = 'refund' | 'replacement';

/** Something went wrong with goods that were sent. Accepted: what remains to be done hangs on a return. */
export type Claim = Readonly<{
  id: string; orderId: string; currency: string; type: ClaimType; state: ClaimState; lines: ReadonlyArray<Readonly<{ itemId: string; quantity: number }>>; note?: string; rejection?: string;
  resolution: Resolution | null; withReturn: boolean;
  /** Its units are gone for good and count as written off. */
  lost: boolean;
  returnId: string | null; replacementOrderId: string | null;
  /** Minor units that went back. */
  refunded: number; createdAt: Date; updatedAt: Date; version: number;
}>;

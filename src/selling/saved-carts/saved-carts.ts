/** What lay in a cart, put aside under a name; prices are those of the day when it is taken up again. */
export type SavedCart = Readonly<{
  id: string; userId: string; name: string; currency: string; lines: ReadonlyArray<Readonly<{ sku: string; name: string; quantity: number }>>; createdAt: Date;
}>;

export const MAX_SAVED_CARTS = 50;

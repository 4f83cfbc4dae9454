type Told = Readonly<{ id: string; tokenOf?: string; origin?: Readonly<{ orderId: string }> }>;

/** The order that a guest's token was made for: what is sent instead of its goods opens with the same one. */
export const tokenOwnerOf = ({ id, tokenOf, origin }: Told): string => tokenOf ?? origin?.orderId ?? id;

/** What a guest's token is derived from. */
export const orderTokenRef = (order: Told): string => `order-token:${tokenOwnerOf(order)}`;

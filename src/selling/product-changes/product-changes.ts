export const CHANGE_STATES = ['pending', 'approved', 'rejected', 'withdrawn', 'outdated'] as const;
export type ChangeState = (typeof CHANGE_STATES)[number];

/** One field, or one attribute as `attributes.<code>`; null where there is nothing. */
export type FieldDiff = Readonly<{ field: string; before: unknown; after: unknown }>;
/** As `PATCH /products/:id` takes it, of the fields that a vendor may speak of. */
export type Proposal = Readonly<Record<string, unknown>>;

export type ProductChange = Readonly<{
  id: string; productId: string; vendorId: string; state: ChangeState;
  /** What the product was when this was proposed. */
  baseVersion: number; changes: Proposal; diff: readonly FieldDiff[]; note: string | null;
  /** Of whoever decided. */
  reason: string | null; createdAt: Date; decidedAt: Date | null;
}>;

/** Uploads that are shown already may be kept or put in another order; others are staff's to add. */
export function foreignUploads(product: Readonly<{ images: ReadonlyArray<Readonly<{ mediaId?: string }>> }>, { images = [] }: Readonly<{ images?: ReadonlyArray<Readonly<{ mediaId?: string }>> }>): number[] {
  const shown = new Set(product.images.map(({ mediaId }) => mediaId));
  return images.flatMap(({ mediaId }, at) => (mediaId === undefined || shown.has(mediaId) ? [] : [at]));
}

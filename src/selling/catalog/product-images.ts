import { MAX_IMAGES, type Image } from './catalog.js';
import { ProductImageNotFound, TooManyImages } from './catalog.errors.js';

/** Counted from 0; past the end is the end. */
export type ImagePlace = Readonly<{ alt?: string | undefined; position?: number | undefined }>;

/** To attach what is attached already is to move it. */
export function withImage(images: readonly Image[], mediaId: string, { alt, position }: ImagePlace): readonly Image[] {
  const known = images.find((image) => image.mediaId === mediaId);
  const others = images.filter((image) => image.mediaId !== mediaId);
  if (others.length >= MAX_IMAGES) throw new TooManyImages(MAX_IMAGES);
  const at = position ?? (known ? images.indexOf(known) : others.length);
  return others.toSpliced(at, 0, { url: known?.url ?? '', alt: alt ?? known?.alt ?? '', mediaId });
}

export function changedImage(images: readonly Image[], mediaId: string, place: ImagePlace): readonly Image[] {
  if (!images.some((image) => image.mediaId === mediaId)) throw new ProductImageNotFound(mediaId);
  return withImage(images, mediaId, place);
}

export function withoutImage(images: readonly Image[], mediaId: string): readonly Image[] {
  if (!images.some((image) => image.mediaId === mediaId)) throw new ProductImageNotFound(mediaId);
  return images.filter((image) => image.mediaId !== mediaId);
}

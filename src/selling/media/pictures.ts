import type { Sharp, SharpOptions } from 'sharp';
import { AVATAR_SIDES, FORMATS, MAX_PIXELS, RENDITIONS, type BlobObject, type Profile, type Rendition } from './media.js';
import { damaged, tooManyPixels } from './media.errors.js';
import { createGate } from './gate.js';

export type Made = Readonly<BlobObject & { body: Buffer }>;
export type Picture = Readonly<{ width: number; height: number; objects: readonly Made[] }>;

/** libvips has its own threads and needs memory for each; more pictures at once only take longer, all of them. */
const AT_ONCE = 2;
const OPTIONS: SharpOptions = { limitInputPixels: MAX_PIXELS, failOn: 'error', sequentialRead: true, pages: 1 };
const QUALITY = { webp: 80, jpg: 82 } as const;

const gate = createGate(AT_ONCE);

/**
 * Makes a picture anew in every size and format. What is made has the pixels and nothing else: no EXIF, no place, no comment, no
 * profile, nothing behind its end. Of what moves, the first frame.
 */
export function makeRenditions(path: string, profile: Profile): Promise<Picture> {
  return gate(async () => {
    // It takes 200 ms to load, and most processes never see a picture.
    const { default: sharp } = await import('sharp');
    const { width, height } = await measure(sharp(path, { ...OPTIONS, limitInputPixels: false }));
    const sides = profile === 'avatar' ? AVATAR_SIDES : RENDITIONS;
    const objects: Made[] = [];
    try {
      // Decoded once, in the largest size; the smaller ones are made from that.
      const largest = await sharp(path, OPTIONS).rotate().resize(box(sides.zoom, profile)).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
      const pixels = { raw: { width: largest.info.width, height: largest.info.height, channels: largest.info.channels } };
      for (const name of Object.keys(sides) as Rendition[]) {
        const resized = () => sharp(largest.data, pixels).resize(box(sides[name], profile));
        objects.push(await encoded(resized().webp({ quality: QUALITY.webp }), name, 'webp'));
        objects.push(await encoded(resized().flatten({ background: '#fff' }).jpeg({ quality: QUALITY.jpg, mozjpeg: false }), name, 'jpg'));
      }
    } catch (error) {
      throw isOurs(error) ? error : damaged();
    }
    return { width, height, objects };
  });
}

/** The header alone is read; a flood of pixels is refused before any is decoded. */
async function measure(image: Sharp): Promise<{ width: number; height: number }> {
  const { width = 0, height = 0, autoOrient } = await image.metadata().catch(() => { throw damaged(); });
  const pixels = width * height;
  if (pixels === 0) throw damaged();
  if (pixels > MAX_PIXELS) throw tooManyPixels(pixels, MAX_PIXELS);
  return { width: autoOrient.width, height: autoOrient.height };
}

const box = (side: number, profile: Profile) => (profile === 'avatar'
  ? { width: side, height: side, fit: 'cover' as const }
  : { width: side, height: side, fit: 'inside' as const, withoutEnlargement: true });

async function encoded(image: Sharp, rendition: Rendition, format: keyof typeof FORMATS): Promise<Made> {
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return { name: `${rendition}.${format}`, contentType: FORMATS[format], bytes: data.length, width: info.width, height: info.height, body: data };
}

/** A full disk or a want of memory is no fault of the picture. */
const isOurs = (error: unknown): boolean => /ENOSPC|ENOMEM|out of memory/i.test((error as Error).message);

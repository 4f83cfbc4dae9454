import { SIDE, type Raster } from './visual-search.js';

const MAX_PIXELS = 64_000_000;

/** Any picture, from a file or its bytes, squeezed into our square. Throws when it is none. */
export async function rasterOf(picture: string | Buffer): Promise<Raster> {
  const { default: sharp } = await import('sharp');
  const { data } = await sharp(picture, { limitInputPixels: MAX_PIXELS, failOn: 'error', pages: 1 })
    .rotate().resize(SIDE, SIDE, { fit: 'fill' }).flatten({ background: '#fff' }).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return data;
}

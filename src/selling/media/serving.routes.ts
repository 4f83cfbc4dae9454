import Joi from 'joi';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems } from '../../shared/http/schemas.js';
import type { Storage } from '../../shared/storage/storage.js';
import type { LibraryService } from './library.service.js';
import { MediaNotFound } from './media.errors.js';
import { keyParams, linkQuery, type LinkQuery } from './media.schemas.js';

const YEAR_SECONDS = 31_536_000;

/** Read by browsers, which send no key. A name is a content, so what was once read never changes. */
export function servingRoute(library: LibraryService, storage: Pick<Storage, 'open'>): Route {
  return defineRoute<{ key: string }, LinkQuery>({
    method: 'get', path: '/media/:key', summary: 'Read a picture or a video', tag: 'Media', access: 'public', params: keyParams, query: linkQuery,
    description: '`<hash>-<size>.<format>`: thumb (160 pixels), card (480) and zoom (1600), as webp and jpg. Ranges are answered; what is not public needs a signed link.',
    produces: ['image/webp', 'image/jpeg', 'video/mp4', 'video/webm'], responses: { 200: Joi.object(), 206: Joi.object(), ...problems(400, 404) },
    handle: async ({ params, query }) => {
      const found = await library.find(params.key, query);
      if (!found) throw new MediaNotFound();
      const { object, isPublic, key } = found;
      return {
        status: 200, contentType: object.contentType, content: { size: object.bytes, etag: `"${params.key}"`, open: (range) => storage.open(key, range) },
        headers: {
          'Cache-Control': isPublic ? `public, max-age=${YEAR_SECONDS}, immutable` : 'private, no-store',
          'Content-Disposition': `inline; filename="${object.name}"`, 'X-Content-Type-Options': 'nosniff',
          ...(!object.contentType.startsWith('image/') && { 'Content-Security-Policy': 'default-src \'none\'; sandbox' }),
        },
      };
    },
  });
}

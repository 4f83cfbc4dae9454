import Joi from 'joi';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { currencyCode, id, problems, success, successOf } from '../../shared/http/schemas.js';
import { summaryReply } from '../catalog/index.js';
import { PictureRequired } from './visual-search.errors.js';
import type { VisualSearchService } from './visual-search.service.js';

const MAX_BYTES = 10_000_000;
type Query = { currency?: string; limit: number };
const query = Joi.object<Query>({ currency: currencyCode(), limit: Joi.number().integer().min(1).max(50).default(20) });
const answer = successOf(Joi.object({
  items: Joi.array().items(Joi.object({ product: summaryReply.required(), score: Joi.number().required().description('1 is the same picture'), mediaId: id().required().description('The picture of the product that is most alike') })).required(),
  model: Joi.string().valid('embedded').required(), note: Joi.string().required(),
}));

export function visualSearchRoutes(search: VisualSearchService, uploadFolder: string): Route[] {
  return [
    defineRoute<object, Query, object, object>({
      method: 'post', path: '/search/visual', summary: 'Find products that look like a picture', tag: 'Search', access: { scope: 'catalog:read' },
      description: 'In the field file. Cut, turned, mirrored and recoloured pictures find their product. The picture is not kept. Only uploaded pictures of products are compared.',
      consumes: { file: { maxBytes: MAX_BYTES, directory: uploadFolder } }, query, body: Joi.object({}), responses: { 200: answer, ...problems(400, 401, 403, 413, 415) },
      handle: async ({ query: shown }, { caller, file }) => {
        if (!file) throw new PictureRequired();
        return { status: 200, body: success('What looks like it.', await search.search(file.path, shown, caller)) };
      },
    }),
  ];
}

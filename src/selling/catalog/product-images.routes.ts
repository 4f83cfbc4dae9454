import Joi from 'joi';
import { retryLostRace } from '../../shared/db/retry.js';
import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Context, type Route } from '../../shared/http/route.js';
import { id, line, problems, success } from '../../shared/http/schemas.js';
import { changedImage, withImage, withoutImage, type ImagePlace } from './product-images.js';
import type { ProductPresenter } from './product-presenter.js';
import { productAnswer, productParams, variantAnswer, variantParams } from './products.schemas.js';
import type { ProductService, ProductWithVariants } from './products.service.js';
import type { VariantService } from './variants.service.js';

const write = { tag: 'Products', access: { permission: 'products:write' } } as const;
const place = { alt: line(300).allow(''), position: Joi.number().integer().min(0).max(1000).description('Counted from 0; the first is the one that lists show') };
type Attachment = ImagePlace & { mediaId: string };
const attachBody = Joi.object<Attachment>({ mediaId: id().required().description('A ready picture of the shop: POST /media'), ...place });
const placeBody = Joi.object<ImagePlace>(place).min(1);
const imageParams = Joi.object<{ id: string; mediaId: string }, true>({ id: id().required(), mediaId: id().required() });
const variantBody = Joi.object<{ mediaId: string; alt: string }, true>({ mediaId: id().required(), alt: line(300).allow('').default('') });
const refusals = problems(400, 401, 403, 404, 409, 412);

type Deps = { products: ProductService; variants: VariantService; presenter: ProductPresenter };

export function productImageRoutes({ products, variants, presenter }: Deps): Route[] {
  const answer = async (sentence: string, changed: ProductWithVariants, status = 200) => {
    const { view, version } = await presenter.show(changed);
    return { status, version, body: success(sentence, view) };
  };
  const arrange = (productId: string, { ifMatch, caller }: Context, apply: Parameters<ProductService['arrangeImages']>[1]) =>
    // Each change stands alone, so one that lost a race is made again on what the other left.
    retryLostRace(() => products.arrangeImages({ id: productId, ifMatch, actor: actorOf(caller) }, apply));
  const setOfVariant = async ({ id: productId, variantId }: { id: string; variantId: string }, image: { url: string; alt: string; mediaId: string } | null, { ifMatch, caller }: Context) => {
    const changed = await variants.edit({ productId, variantId, ifMatch, actor: actorOf(caller) }, { image });
    return { status: 200, version: changed.version, body: success(image ? 'The variant shows it.' : 'The variant shows no picture of its own.', presenter.variant(changed)) };
  };

  return [
    defineRoute<{ id: string }, object, object, Attachment>({
      ...write, method: 'post', path: '/products/:id/images', summary: 'Show an uploaded picture with a product', params: productParams, body: attachBody, responses: { 201: productAnswer, ...refusals },
      handle: async ({ params, body: { mediaId, ...where } }, context) => answer('The product shows it.', await arrange(params.id, context, (images) => withImage(images, mediaId, where)), 201),
    }),
    defineRoute<{ id: string; mediaId: string }, object, object, ImagePlace>({
      ...write, method: 'patch', path: '/products/:id/images/:mediaId', summary: 'Change the place or the alternative text of a picture', params: imageParams, body: placeBody, responses: { 200: productAnswer, ...refusals },
      handle: async ({ params, body }, context) => answer('Changed.', await arrange(params.id, context, (images) => changedImage(images, params.mediaId, body))),
    }),
    defineRoute<{ id: string; mediaId: string }>({
      ...write, method: 'delete', path: '/products/:id/images/:mediaId', summary: 'Take a picture away from a product; the file itself goes when nothing shows it', params: imageParams, responses: { 200: productAnswer, ...refusals },
      handle: async ({ params }, context) => answer('Taken away.', await arrange(params.id, context, (images) => withoutImage(images, params.mediaId))),
    }),
    defineRoute<{ id: string; variantId: string }, object, object, { mediaId: string; alt: string }>({
      ...write, method: 'put', path: '/products/:id/variants/:variantId/image', summary: 'Show an uploaded picture with a variant', params: variantParams, body: variantBody, responses: { 200: variantAnswer, ...refusals },
      handle: ({ params, body }, context) => setOfVariant(params, { url: '', ...body }, context),
    }),
    defineRoute<{ id: string; variantId: string }>({
      ...write, method: 'delete', path: '/products/:id/variants/:variantId/image', summary: 'Let a variant show the pictures of its product', params: variantParams, responses: { 200: variantAnswer, ...refusals },
      handle: ({ params }, context) => setOfVariant(params, null, context),
    }),
  ];
}

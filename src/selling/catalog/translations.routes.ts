import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { LiveTree } from './live-tree.js';
import { productParams } from './products.schemas.js';
import type { Translation } from './catalog.js';
import { categoryWords, languagesAnswer, productWords, translationAnswer, translationGone, translationPage, translationParams } from './translations.schemas.js';
import type { TranslatedKind, TranslationService } from './translations.service.js';

const KINDS = {
  product: { base: '/products', tag: 'Products', permission: 'products:write', words: productWords },
  category: { base: '/categories', tag: 'Categories', permission: 'categories:write', words: categoryWords },
} as const;
const DESCRIPTION = 'Readers get it by Accept-Language: de-AT falls back to de, that to the usual language. A slug may be of any script and is kept for ever.';

export function translationRoutes({ translations, tree }: { translations: TranslationService; tree: LiveTree }): Route[] {
  return [
    defineRoute({
      method: 'get', path: '/languages', summary: 'The languages of the catalogue', tag: 'Products', access: { scope: 'catalog:read', staff: 'products:read' }, responses: { 200: languagesAnswer, ...problems(400, 401, 403) },
      handle: async () => {
        const { languages: { usual, others } } = await tree.current();
        return { status: 200, body: success('Languages.', { usual, others: [...others].sort() }), cache: 'public' };
      },
    }),
    ...routesOf('product', translations), ...routesOf('category', translations),
  ];
}

function routesOf(kind: TranslatedKind, translations: TranslationService): Route[] {
  const { base, tag, permission, words } = KINDS[kind];
  const write = { tag, access: { permission } } as const;
  return [
    defineRoute({
      ...write, method: 'get', path: `${base}/:id/translations`, summary: `What is said of a ${kind} in other languages`, params: productParams,
      responses: { 200: translationPage, ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => {
        const items = await translations.list(kind, params.id);
        return { status: 200, body: success('Translations.', { items, total: items.length, pages: 1, current_page: 1, per_page: items.length }) };
      },
    }),
    defineRoute<{ id: string; language: string }, object, object, Translation>({
      ...write, method: 'put', path: `${base}/:id/translations/:language`, summary: `Say a ${kind} in another language`, params: translationParams, body: words, description: DESCRIPTION,
      responses: { 200: translationAnswer, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params: { id, language }, body }, { ifMatch, caller }) => {
        const { version } = await translations.put(kind, { id, ifMatch, actor: actorOf(caller) }, language, body);
        return { status: 200, body: success('Translated.', { id, version, language, ...body }), version };
      },
    }),
    defineRoute({
      ...write, method: 'delete', path: `${base}/:id/translations/:language`, summary: `Take a language of a ${kind} away; its slugs still lead to it`, params: translationParams,
      responses: { 200: translationGone, ...problems(400, 401, 403, 404, 409, 412) },
      handle: async ({ params: { id, language } }, { ifMatch, caller }) => {
        const { version } = await translations.remove(kind, { id, ifMatch, actor: actorOf(caller) }, language);
        return { status: 200, body: success('Translation taken away.', { id, version }), version };
      },
    }),
  ];
}

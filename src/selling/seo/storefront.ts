/** Where people see what this service knows. Languages other than the usual one stand in front of the path: /de/products/stuhl. */
export type Storefront = Readonly<{ url: string; name: string; language: string }>;
export type PageKind = 'products' | 'categories';

export const homeOf = ({ url, language }: Storefront, wanted = language): string => url + (wanted === language ? '' : `/${wanted}`);
export const addressOf = (site: Storefront, kind: PageKind, slug: string, wanted?: string): string => `${homeOf(site, wanted)}/${kind}/${encodeURIComponent(slug)}`;

/** Pictures of ours are named by their path. */
export const absolute = (url: string, base: string): string => (url.startsWith('/') ? base + url : url);

/** A slug has up to 140 letters of up to three bytes, each of which is three characters in an address. `/de/products/stuhl`, `/products/chair/`: undefined for everything else. */
export function readPath(path: string): { kind: PageKind; slug: string; language?: string } | undefined {
  const match = /^(?:\/([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*))?\/(products|categories)\/([^/?#]{1,1260})\/?(?:[?#].*)?$/.exec(path);
  if (!match) return undefined;
  const [, language, kind, slug] = match;
  try {
    return { kind: kind as PageKind, slug: decodeURIComponent(slug!), ...(language !== undefined && { language }) };
  } catch {
    return undefined;
  }
}

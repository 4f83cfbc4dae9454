/** Language, script, region and variants; nothing private. */
export const LANGUAGE_TAG = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/;

/** What somebody would rather read, the best first, of a list like `de-AT,de;q=0.9,en;q=0.5`. */
export function acceptedLocales(accepted: string | undefined): string[] {
  if (accepted === undefined) return [];
  const wanted = accepted.slice(0, 500).split(',').map((part) => {
    const [tag = '', ...parameters] = part.trim().split(';');
    const q = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find((value) => value !== undefined);
    return { tag: tag.trim(), q: q === undefined ? 1 : Number(q) };
  }).filter(({ tag, q }) => q > 0 && LANGUAGE_TAG.test(tag));
  return wanted.sort((a, b) => b.q - a.q).flatMap(({ tag }) => canonicalLocale(tag) ?? []);
}

/** The language that somebody would rather read; undefined when the list names none. */
export const preferredLocale = (accepted: string | undefined): string | undefined => acceptedLocales(accepted)[0];

/** The tag itself, then what is left when its end is cut off part by part: RFC 4647, 3.4 (lookup). `zh-Hant-TW`, `zh-Hant`, `zh`. */
export function fallbacksOf(tag: string): string[] {
  const parts = tag.split('-');
  return parts.map((_part, cut) => parts.slice(0, parts.length - cut)).filter((kept) => kept.at(-1)!.length > 1).map((kept) => kept.join('-'));
}

/**
 * The languages to look into, the nearest first, before the usual one: of the first wish that is had at all. Nothing where
 * the usual one is what is wanted, or nothing else is known. There are no more answers than languages, so they can be kept.
 */
export function languageChain(wishes: readonly string[], available: ReadonlySet<string>, usual: string): readonly string[] {
  for (const wish of wishes) {
    const chain: string[] = [];
    for (const tag of fallbacksOf(wish)) {
      // Who wants en-GB where en is the usual one wants nothing that lies beyond it.
      if (tag === usual) return chain;
      if (available.has(tag)) chain.push(tag);
    }
    if (chain.length > 0 || languageOf(wish) === languageOf(usual)) return chain;
  }
  return [];
}

/** `de-at` is written `de-AT`; undefined for what is no language tag. */
export function canonicalLocale(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

export const languageOf = (locale: string): string => locale.split('-')[0]!.toLowerCase();

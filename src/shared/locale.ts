/** The language that somebody would rather read, of a list like `de-AT,de;q=0.9,en;q=0.5`; undefined when it names none. */
export function preferredLocale(accepted: string | undefined): string | undefined {
  if (accepted === undefined) return undefined;
  const wanted = accepted.slice(0, 500).split(',').map((part) => {
    const [tag = '', ...parameters] = part.trim().split(';');
    const q = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find((value) => value !== undefined);
    return { tag: tag.trim(), q: q === undefined ? 1 : Number(q) };
  }).filter(({ tag, q }) => q > 0 && /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(tag));
  const [first] = wanted.sort((a, b) => b.q - a.q);
  return first && canonical(first.tag);
}

function canonical(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

export const languageOf = (locale: string): string => locale.split('-')[0]!.toLowerCase();

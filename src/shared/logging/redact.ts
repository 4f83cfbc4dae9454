const SECRET_NAMES = /pass(word|wd)|secret|authorization|cookie|token|api[-_]?key|x-app-secret|card|cvc|cvv|pan$/i;
/**
 * Bearer tokens, our keys and app secrets, a password in an address, and anything that reads like a card number, wherever
 * they stand in a text. A card number stands alone: the digits inside of a request id are none.
 */
const SECRET_TEXT = /Bearer\s+[\w.~+/-]+=*|\b(?:pk|sk|as)_[a-z]+_\w{8,}|\bas_\w{20,}|\beyJ[\w-]{10,}(?:\.[\w-]*){0,2}|(?<=:\/\/)[^\s:@/]*:[^\s@/]+(?=@)|(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])/g;
const MAX_DEPTH = 6;

/** Replaces secrets by `[redacted]`, by the name of the field and by the look of the text. */
export function redact<T extends object>(info: T): T {
  for (const key of Object.keys(info) as Array<keyof T>) {
    info[key] = (SECRET_NAMES.test(String(key)) ? '[redacted]' : clean(info[key], 1)) as T[keyof T];
  }
  return info;
}

/** As long as an id. What is longer in a path may open something by itself: a link to a list, a download, an order of a guest. */
const LONGEST_SEGMENT = 24;

/** A path as a log line may have it, whether or not a route was found for it: without its query, and without what may be a token. */
export function redactPath(url: string): string {
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  return path.length <= LONGEST_SEGMENT ? path : path.split('/').map((segment) => (segment.length > LONGEST_SEGMENT ? '[redacted]' : segment)).join('/');
}

export const redactText = (text: string): string => text.replace(SECRET_TEXT, '[redacted]');

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  if (depth > MAX_DEPTH) return '[deep]';
  if (value instanceof Error) return { name: value.name, message: clean(value.message, depth + 1), stack: clean(value.stack, depth + 1) };
  if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, v]) => [name, SECRET_NAMES.test(name) ? '[redacted]' : clean(v, depth + 1)]));
}

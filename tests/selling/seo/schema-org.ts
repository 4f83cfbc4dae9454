type Node = Record<string, unknown>;
const decimal = (value: unknown): boolean => typeof value === 'string' && /^\d+(\.\d+)?$/.test(value);
const url = (value: unknown): boolean => typeof value === 'string' && URL.canParse(value);
const text = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** What Google's documentation of structured data asks for, by type: required fields and their form. */
const RULES: Record<string, Record<string, (value: unknown) => boolean>> = {
  Product: { name: text, url },
  Offer: { price: decimal, priceCurrency: (value) => /^[A-Z]{3}$/.test(String(value)), availability: (value) => /^https:\/\/schema\.org\/(InStock|OutOfStock|PreOrder|BackOrder)$/.test(String(value)), url },
  AggregateOffer: { lowPrice: decimal, highPrice: decimal, priceCurrency: text, offerCount: Number.isInteger, offers: Array.isArray },
  AggregateRating: { ratingValue: (value) => Number(value) >= 1 && Number(value) <= 5, reviewCount: (value) => Number(value) > 0 },
  Brand: { name: text },
  BreadcrumbList: { itemListElement: (value) => Array.isArray(value) && value.length > 0 && value.every((step: Node, index) => step['position'] === index + 1) },
  ListItem: { position: Number.isInteger, name: text, item: url },
  CollectionPage: { name: text, url },
};

/** Every violation in a JSON-LD node and in those within it. */
export function schemaOrgProblems(node: Node, isRoot = true): string[] {
  const type = String(node['@type']);
  const rules = RULES[type];
  const own = rules ? Object.entries(rules).filter(([field, isRight]) => !isRight(node[field])).map(([field]) => `${type}.${field}`) : [`unknown type ${type}`];
  if (isRoot && node['@context'] !== 'https://schema.org') own.push(`${type}.@context`);
  if (type === 'Product' && !['offers', 'aggregateRating', 'review'].some((field) => field in node)) own.push('Product needs offers, a rating or a review');
  const within = Object.values(node).flat().filter((value): value is Node => typeof value === 'object' && value !== null && '@type' in value);
  return [...own, ...within.flatMap((inner) => schemaOrgProblems(inner, false))];
}

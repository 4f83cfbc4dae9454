type Tree = { [name: string]: Tree };

/** `fields=a,b.c` on `{ message, data }`: keeps the named fields of data, or of each item when data is a page. */
export function pickFields(body: unknown, fields: string): unknown {
  const tree = parse(fields);
  const { data, ...rest } = body as { data: unknown };
  const page = data as { items?: unknown } | null;
  if (page && Array.isArray(page.items)) return { ...rest, data: { ...page, items: page.items.map((item) => pick(item, tree)) } };
  return { ...rest, data: pick(data, tree) };
}

function parse(fields: string): Tree {
  const tree: Tree = Object.create(null) as Tree;
  for (const path of fields.split(',')) {
    let at = tree;
    for (const step of path.trim().split('.')) at = at[step] ??= Object.create(null) as Tree;
  }
  return tree;
}

function pick(value: unknown, tree: Tree): unknown {
  const names = Object.keys(tree);
  if (names.length === 0 || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => pick(item, tree));
  const source = value as Record<string, unknown>;
  return Object.fromEntries(names.filter((name) => Object.hasOwn(source, name)).map((name) => [name, pick(source[name], tree[name]!)]));
}

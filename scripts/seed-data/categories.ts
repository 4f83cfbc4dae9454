import slugify from '@sindresorhus/slugify';
import { DEPARTMENTS } from './departments/index.js';
import type { SeedCategory, Shelf } from './types.js';

/** Names are unique in the whole tree, so the slug of one needs no parents in it. */
export const categorySlug = ({ name }: Pick<Shelf, 'name'>): string => slugify(name);

/** Parents before children. */
export const seedCategories = (): SeedCategory[] => DEPARTMENTS.flatMap((department) => [
  category([department]),
  ...department.groups.flatMap((group) => [
    category([department, group]),
    ...group.shelves.map((shelf) => category([department, group, shelf])),
  ]),
]);

function category(nodes: readonly Readonly<{ name: string; description: string }>[]): SeedCategory {
  const last = nodes.at(-1)!;
  return { path: nodes.map(({ name }) => name), slug: categorySlug(last), description: last.description };
}

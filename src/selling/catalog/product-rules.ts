import type { FieldError } from '../../shared/errors.js';
import type { AttributeRepository } from './attributes.repository.js';
import { wrongValue, type AttributeDefinition, type Fields } from './catalog.js';
import { WrongField } from './catalog.errors.js';
import type { CategoryRepository } from './categories.repository.js';

type Checked = Readonly<{ categoryIds?: readonly string[] | undefined; attributes?: Fields | undefined }>;

/** What a schema cannot know: which categories there are, and of which type an attribute is today. */
export class ProductRules {
  constructor(private readonly deps: { categories: Pick<CategoryRepository, 'existing'>; attributes: Pick<AttributeRepository, 'findMany'> }) {}

  async check({ categoryIds = [], attributes = {} }: Checked): Promise<void> {
    const known = categoryIds.length > 0 ? await this.deps.categories.existing(categoryIds) : new Set<string>();
    const definitions = await this.deps.attributes.findMany(Object.keys(attributes));
    const errors = [...unknownCategories(categoryIds, known), ...wrongAttributes(attributes, definitions)];
    if (errors.length > 0) throw new WrongField(errors);
  }
}

function unknownCategories(ids: readonly string[], known: ReadonlySet<string>): FieldError[] {
  return ids.flatMap((id, at) => (known.has(id) ? [] : [{ pointer: `#/body/categoryIds/${at}`, code: 'unknown_category', message: `There is no category ${id}.` }]));
}

export function wrongAttributes(attributes: Fields, definitions: readonly AttributeDefinition[]): FieldError[] {
  return definitions.flatMap((definition) => {
    const { code } = definition;
    const value = attributes[code];
    const wrong = value === undefined ? null : wrongValue(value, definition);
    return wrong === null ? [] : [{ pointer: `#/body/attributes/${code}`, code: `attribute_${definition.type}`, message: `"${code}" ${wrong}.` }];
  });
}

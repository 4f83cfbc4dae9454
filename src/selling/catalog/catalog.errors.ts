import { ConflictError, ForbiddenError, NotFoundError, RuleViolation, type FieldError } from '../../shared/errors.js';

export class ProductNotFound extends NotFoundError {
  readonly code = 'product_not_found';
  constructor(idOrSlug: string) { super('There is no such product.', { product: idOrSlug }); }
}

export class VariantNotFound extends NotFoundError {
  readonly code = 'variant_not_found';
  constructor(id: string) { super('This product has no such variant.', { variant: id }); }
}

export class CategoryNotFound extends NotFoundError {
  readonly code = 'category_not_found';
  constructor(idOrSlug: string) { super('There is no such category.', { category: idOrSlug }); }
}

export class AttributeNotFound extends NotFoundError {
  readonly code = 'attribute_not_found';
  constructor(code: string) { super('There is no such attribute.', { attribute: code }); }
}

export class SlugTaken extends ConflictError {
  readonly code = 'slug_taken';
  constructor(slug: string) { super(`The slug ${slug} belongs to another resource, now or in the past.`, { slug }); }
}

export class SkuTaken extends ConflictError {
  readonly code = 'sku_taken';
  constructor(sku: string) { super(`The SKU ${sku} is taken; upper and lower case count as one.`, { sku }); }
}

export class ExternalRefTaken extends ConflictError {
  readonly code = 'external_ref_taken';
  constructor(externalRef: string) { super(`Another product has the reference ${externalRef}.`, { externalRef }); }
}

export class AttributeTaken extends ConflictError {
  readonly code = 'attribute_taken';
  constructor(code: string) { super(`The attribute ${code} is defined already.`, { attribute: code }); }
}

export class CategoryNameTaken extends ConflictError {
  readonly code = 'category_name_taken';
  constructor(name: string) { super(`There is a category ${name} in the same place.`, { name }); }
}

export class CategoryCycle extends ConflictError {
  readonly code = 'category_cycle';
  constructor(id: string, parentId: string) { super('A category cannot be moved below itself.', { category: id, parentId }); }
}

export class CategoryInUse extends ConflictError {
  readonly code = 'category_in_use';
  constructor(children: number, products: number) {
    super('This category still has children or products. Name another one in reassign_to, and they move there.', { children, products });
  }
}

export class CategoryTooDeep extends RuleViolation {
  readonly code = 'category_too_deep';
  constructor(limit: number) { super(`Categories nest at most ${limit} deep.`, { limit }); }
}

/** A rule that one field of the body broke, told like a malformed field, since to the caller it is one. */
export class WrongField extends RuleViolation {
  readonly code = 'invalid_request';
  constructor(errors: readonly FieldError[]) { super('This request is not valid; errors names every wrong field.', {}, errors); }
}

export class SkuIsFixed extends RuleViolation {
  readonly code = 'sku_is_fixed';
  constructor(sku: string) {
    super(`The SKU of a variant cannot change, because stock and orders name it: it is ${sku}.`, { sku }, [
      { pointer: '#/body/sku', code: 'sku_is_fixed', message: `"sku" must be ${sku} or absent` },
    ]);
  }
}

export class StatusFilterForStaff extends ForbiddenError {
  readonly code = 'missing_permission';
  constructor() { super('Only staff may ask for products by status.', { permission: 'products:read' }); }
}

export class ProductImageNotFound extends NotFoundError {
  readonly code = 'product_image_not_found';
  constructor(mediaId: string) { super('This product does not show that file.', { mediaId }); }
}

export class TooManyImages extends ConflictError {
  readonly code = 'too_many_images';
  constructor(limit: number) { super(`A product shows at most ${limit} pictures. Take one away first.`, { limit }); }
}

export class TranslationNotFound extends NotFoundError {
  readonly code = 'translation_not_found';
  constructor(language: string) { super('Nothing is said in this language here.', { language }); }
}

export class UsualLanguage extends RuleViolation {
  readonly code = 'usual_language';
  constructor(language: string) { super(`${language} is the usual language of this shop: change the product, the category or the attribute itself.`, { language }); }
}

export class TooManyLanguages extends ConflictError {
  readonly code = 'too_many_languages';
  constructor(limit: number) { super(`Each is said in at most ${limit} other languages. Take one away first.`, { limit }); }
}

import type Joi from 'joi';
import { InvalidRequest } from '../../shared/errors.js';
import type { Actor } from '../../shared/actor.js';
import { toProblem } from '../../shared/http/problem.js';
import { DomainError } from '../../shared/errors.js';
import { newProductOf, type ProductBody } from './product-input.js';
import type { ProductPresenter } from './product-presenter.js';
import type { ProductService } from './products.service.js';

export class BulkProducts {
  constructor(private readonly deps: { products: ProductService; presenter: ProductPresenter; schema: Joi.ObjectSchema }) {}

  /** Each item is a creation of its own: those that are refused say why, the others exist. */
  async create(items: readonly unknown[], actor: Actor) {
    const results = [];
    for (const [index, item] of items.entries()) results.push({ index, ...await this.createOne(item, index, actor) });
    const succeeded = results.filter(({ status }) => status === 201).length;
    return { items: results, succeeded, failed: results.length - succeeded };
  }

  private async createOne(item: unknown, index: number, actor: Actor) {
    try {
      const { view } = await this.deps.presenter.show(await this.deps.products.create(newProductOf(this.read(item, index)), actor));
      return { status: 201, data: view };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { status: error.status, problem: toProblem(error) };
    }
  }

  private read(item: unknown, index: number): ProductBody {
    const { value, error } = this.deps.schema.validate(item, { abortEarly: false, convert: false });
    if (!error) return value as ProductBody;
    throw new InvalidRequest(error.details.map(({ path, type, message }) => ({
      pointer: ['#/body/items', index, ...path].join('/'), code: type.replace(/\.|(?=[A-Z])/g, '_').toLowerCase(), message,
    })));
  }
}

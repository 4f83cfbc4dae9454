import { slugOf } from './slugs.js';
import type { SlugRepository } from './slugs.repository.js';

export class SlugService {
  constructor(private readonly slugs: Pick<SlugRepository, 'suggest'>) {}

  /** Free at this moment; creating the product decides. */
  suggest(name: string): Promise<string> {
    return this.slugs.suggest(slugOf(name, 'product'));
  }
}

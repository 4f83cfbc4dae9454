import { NotFoundError, RuleViolation } from '../../shared/errors.js';

export class SearchSynonymsNotFound extends NotFoundError {
  readonly code = 'search_synonyms_not_found';
  constructor() { super('There is no such group of synonyms.'); }
}

export class TooManySearchSynonyms extends RuleViolation {
  readonly code = 'too_many_search_synonyms';
  constructor(limit: number) { super(`There can be at most ${limit} groups of synonyms. Put words into one that is there, or delete one first.`, { limit }); }
}

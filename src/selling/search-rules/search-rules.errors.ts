import { NotFoundError, RuleViolation } from '../../shared/errors.js';

export class SearchRuleNotFound extends NotFoundError {
  readonly code = 'search_rule_not_found';
  constructor() { super('There is no such search rule.'); }
}

export class TooManySearchRules extends RuleViolation {
  readonly code = 'too_many_search_rules';
  constructor(limit: number) { super(`There can be at most ${limit} search rules. Delete one that is over first.`, { limit }); }
}

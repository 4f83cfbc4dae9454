import { RuleViolation } from '../../shared/errors.js';

export class UnknownSearch extends RuleViolation {
  readonly code = 'unknown_search';
  constructor(at: readonly number[]) {
    super('Send searchId as the search answered it.', {}, at.map((index) => ({ pointer: `#/body/events/${index}/searchId`, code: 'unknown_search', message: 'searchId is not of a search' })));
  }
}

export class SpanTooLong extends RuleViolation {
  readonly code = 'bad_span';
  constructor(days: number) {
    super(`Ask for a span of 1 to ${days} days, from before to.`, { days }, [{ pointer: '#/query/from', code: 'bad_span', message: `from must lie before to, and at most ${days} days` }]);
  }
}

import { PROBLEM_TEXTS } from '../../../src/shared/i18n/problem-texts.js';
import { translateProblem } from '../../../src/shared/i18n/translate.js';

const problem = (code: string, facts: object = {}, errors: Array<{ pointer: string; code: string; message: string }> = []) => ({ ...facts, code, detail: 'English.', error: 'English.', errors });

test('every language says the same things with the same facts', () => {
  const placeholders = (texts: Readonly<Record<string, string>>) => Object.entries(texts).map(([code, text]) => [code, text.match(/\{\w+\}/g)?.sort() ?? []]);
  const [first, ...others] = Object.values(PROBLEM_TEXTS).map((texts) => new Map(placeholders(texts) as Array<[string, string[]]>));
  expect(Object.keys(PROBLEM_TEXTS)).toEqual(['de', 'fr', 'ar']);
  for (const other of others) expect(other).toEqual(first);
});

test.each([
  ['de-AT,de;q=0.9', 'de', 'Zu viele Anfragen. Versuchen Sie es in 7 s noch einmal.'], ['fr', 'fr', 'Trop de requêtes. Réessayez dans 7 s.'], ['en;q=0.1, ar-EG', 'ar', 'طلبات كثيرة جدًا. أعد المحاولة بعد 7 ثانية.'],
])('%s is answered in %s', (accepted, language, sentence) => {
  expect(translateProblem(problem('too_many_requests', { retryAfterSeconds: 7 }), accepted)).toEqual({ language, problem: { code: 'too_many_requests', retryAfterSeconds: 7, detail: sentence, error: sentence, errors: [] } });
});

test('what is not known, or lacks its fact, stays English', () => {
  expect(translateProblem(problem('no_such_code'), 'de')).toBeNull();
  expect(translateProblem(problem('too_many_requests'), 'de')).toBeNull();
  expect(translateProblem(problem('too_many_requests', { retryAfterSeconds: 7 }), 'ja')).toBeNull();
  expect(['*', '', undefined, 'constructor', '__proto__', 'en'].map((accepted) => translateProblem(problem('internal_error'), accepted))).toEqual(Array(6).fill(null));
});

test('fields keep pointer and code, and say their name and their limit', () => {
  const fields = [{ pointer: '#/body/name', code: 'string_max', message: '"name" length must be less than or equal to 300 characters long' }, { pointer: '#/body/x', code: 'strange', message: '"x" is strange' }];
  expect(translateProblem(problem('invalid_request', {}, fields), 'de')!.problem.errors).toEqual([
    { pointer: '#/body/name', code: 'string_max', message: '„name“ darf höchstens 300 Zeichen haben' }, { pointer: '#/body/x', code: 'strange', message: '"x" is strange' },
  ]);
});

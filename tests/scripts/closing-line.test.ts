import { closingLine } from '../../scripts/lib/tests.js';

test.each([
  { _case: 'all passed', outcome: { code: 0, passed: 12, failed: 0, skipped: 0 }, line: '12 passed, 0 failed' },
  { _case: 'some failed', outcome: { code: 1, passed: 12, failed: 3, skipped: 0 }, line: '12 passed, 3 failed' },
  { _case: 'some skipped', outcome: { code: 0, passed: 12, failed: 0, skipped: 2 }, line: '12 passed, 0 failed, 2 skipped' },
  { _case: 'none ran', outcome: { code: 1, passed: 0, failed: 0, skipped: 0 }, line: '0 passed, 0 failed' },
])('the line that closes a CI run counts the tests: $_case', ({ outcome, line }) => {
  expect(closingLine(outcome)).toBe(line);
});

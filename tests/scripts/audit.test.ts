import { auditVerdict } from '../../scripts/lib/audit.js';

test('what is known to be high or critical in a dependency stops a change, anything milder does not', () => {
  const output = `npm warn something\n${JSON.stringify({ vulnerabilities: {
    left: { severity: 'moderate', range: '<1' }, right: { severity: 'high', range: '<2.1.0' }, middle: { severity: 'critical', range: '*' },
  } })}`;

  expect(auditVerdict(output)).toEqual({ severe: ['high: right <2.1.0; npm audit tells more', 'critical: middle *; npm audit tells more'] });
});

test.each([
  { _case: 'a registry that does not audit', output: 'npm error audit endpoint returned an error\n{"message":"405 Method Not Allowed","error":{}}', skipped: 'the registry does not audit: 405 Method Not Allowed' },
  { _case: 'no answer at all', output: '', skipped: 'the registry does not audit' },
  { _case: 'something that is no JSON', output: '{ oops', skipped: 'the registry does not audit' },
])('an audit that could not be made is said, not passed off as a good one: $_case', ({ output, skipped }) => {
  expect(auditVerdict(output)).toEqual({ skipped });
});

import fc from 'fast-check';
import { deviceOf, permissionsOf, PERMISSIONS_OF, ROLES } from '../../../src/people/auth/auth.js';
import { passwordProblem } from '../../../src/people/auth/password-policy.js';
import { beginsWith, fold } from '../../../src/shared/fold.js';
import { PERMISSIONS } from '../../../src/shared/permissions.js';
import { soon } from '../../support/soon.js';

describe('roles', () => {
  test('admin may everything, a customer nothing beyond the shop', () => {
    expect([...permissionsOf(['admin'])].sort()).toEqual([...PERMISSIONS].sort());
    expect([...permissionsOf(['customer'])]).toEqual([]);
    expect([...permissionsOf(['vendor'])]).toEqual([]);
  });

  test('several roles add up', () => {
    expect([...permissionsOf(['moderator', 'support'])].sort()).toEqual(['contacts:read', 'customers:read', 'customers:write', 'mails:read', 'mails:write', 'orders:read', 'orders:write', 'policy:read', 'pricing:read', 'products:read', 'promotions:read', 'reviews:moderate', 'reviews:reply', 'risk:review']);
  });

  test('only admin touches accounts and keys', () => {
    const holders = ROLES.filter((role) => PERMISSIONS_OF[role].some((permission) => ['users:write', 'api-keys:write', 'users:read', 'audit:read'].includes(permission)));

    expect(holders).toEqual(['admin']);
  });

  test('a word that is no role gives nothing', () => {
    expect([...permissionsOf(['root', 'constructor', '__proto__', 'toString'])]).toEqual([]);
  });
});

describe('passwords', () => {
  test.each([
    'password123', 'Password123!', 'P@ssw0rd123', 'passw0rd!!', '1234567890', '0987654321', '123456789012', 'qwertyuiop', 'qwerty12345', 'Qwerty123!', '1q2w3e4r5t',
    '1qaz2wsx3edc', 'iloveyou123', 'Iloveyou!!', 'aaaaaaaaaa', 'abcabcabcabc', 'abcdefghij', 'administrator', 'Admin12345', 'letmein2024', 'welcome2024!', 'Welcome123',
    'football2023', 'baseball11', 'sunshine99', 'princess01!', 'monkey12345', 'dragon12345', 'trustno1234', 'changeme123', 'Summer2024!', 'Winter2025!!', 'september2024',
    'superman2020', 'starwars77!', 'pokemon1234', 'michael1987', 'Passwort123', 'motdepasse1', 'qwertzuiop1', 'asdfghjkl1', 'zxcvbnm123', 'secret12345', 'testtest123',
    'hello12345', 'computer123', 'internet2020', 'liverpool1892', 'customer123', '19870412 12', '0044123456789', 'company2024', 'kontor12345', 'passwordpassword', 'mypassword1',
    'ilovemydog1', 'babygirl2005', 'blessed2023', 'jordan2323!!', 'abc1234567', 'qazwsxedc123',
  ])('%s is among the first that are tried', (password) => {
    expect(passwordProblem(password, 'ada@example.com')).toBe('too_common');
  });

  test.each([
    'pelican-orbit-7-lantern', 'correct horse battery staple', 'Tabo-kilu-seno-rapi-72', 'xK9#mQ2$vL', 'zwölf boxkämpfer', '我的密码非常安全', 'mDqWf8Tn2c', 'velvet toaster 88',
    'T_SOt84qDAipwvUQNlDlklp9', 'mitternachtsblau', 'qwertzebra-fjord-9',
  ])('%s is fine', (password) => {
    expect(passwordProblem(password, 'ada@example.com')).toBeNull();
  });

  test.each([
    { _case: 'nine bytes', password: 'kr7-mule9', problem: 'too_short' },
    { _case: 'ten bytes', password: 'kr7-mule9x', problem: null },
    { _case: '72 bytes', password: `${'ab7-zq'.repeat(6)}${'mule9x'.repeat(6)}`, problem: null },
    { _case: '73 bytes', password: `${'ab7-zq'.repeat(6)}${'mule9x'.repeat(6)}y`, problem: 'too_long' },
    { _case: 'the address in capitals', password: 'ADA.LOVELACE@EXAMPLE.COM', problem: 'same_as_email' },
    { _case: 'the name before the @', password: 'ada.lovelace', problem: 'same_as_email' },
  ])('$_case: $problem', ({ password, problem }) => {
    expect(passwordProblem(password, 'Ada.Lovelace@example.com')).toBe(problem);
  });

  test('random ones of twenty characters always pass, within a few milliseconds whatever they are', () => {
    const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ23456789-_');
    fc.assert(fc.property(fc.array(letter, { minLength: 20, maxLength: 20 }), (letters) => new Set(letters).size < 8 || passwordProblem(letters.join(''), 'a@b.co') === null), { numRuns: 2000 });
    const begun = performance.now();
    fc.assert(fc.property(fc.string({ maxLength: 1000 }), (text) => { passwordProblem(text, text); }), { numRuns: 2000 });
    passwordProblem('a'.repeat(71), 'a');
    expect(performance.now() - begun).toBeLessThan(soon(4000));
  });
});

describe('folding', () => {
  test('is done once and for all', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => fold(fold(text)) === fold(text)));
  });

  test('a search begins with exactly what was typed', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (typed, rest) => beginsWith(typed).test(fold(typed) + rest)));
    expect(beginsWith('.*').test('anything')).toBe(false);
  });
});

test.each([
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0', 'Edge on Windows'],
  ['Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36', 'Chrome on Android'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15', 'Safari on macOS'],
  ['curl/8.5.0', 'curl'], ['KontorApp/3.1 (iPhone; iOS 18)', 'iPhone'], ['', 'Unknown device'],
])('%p is %s', (userAgent, device) => {
  expect(deviceOf(userAgent)).toBe(device);
});

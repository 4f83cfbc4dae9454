import { findCardNumbers, hasCardNumber, withoutCardNumbers } from '../../src/shared/card-numbers.js';

test.each([
  ['4111111111111111'], ['4242 4242 4242 4242'], ['4000-0566-5566-5556'], ['5555555555554444'], ['2223003122003222'], ['2720990000000007'], ['378282246310005'], ['3782 822463 10005'],
  ['6011111111111117'], ['3566002020360505'], ['6205500000000000004'], ['30569309025904'], ['6304000000000000'], ['card: 4111111111111111, thanks'],
])('%s is a card number', (text) => { expect(hasCardNumber(text)).toBe(true); });

test.each([
  ['4111111111111112'], ['+44 20 7946 0958'], ['5901234123457'], ['1Z999AA10123456784'], ['5f2b4111111111111111'], ['1234567890123452'], [''], ['65f2b41111111111111111aa'], ['a-4111111111111111'],
])('%s is none', (text) => { expect(hasCardNumber(text)).toBe(false); });

test('every place of what was sent is named', () => {
  const sent = { notes: 'mine is 4111 1111 1111 1111', lines: [{ text: 'no' }, { text: '378282246310005' }], number: 4_111_111_111_111_111, '5555555555554444': true, barcode: '4111111111111111' };
  expect(findCardNumbers(sent).map((path) => path.join('/')).sort()).toEqual(['', 'lines/1/text', 'notes', 'number']);
});

test('what is echoed goes without it', () => {
  expect(withoutCardNumbers('/orders/4111111111111111?q=1')).toBe('/orders/[card number]?q=1');
  expect(withoutCardNumbers('{"at":"4111 1111 1111 1111"}')).toBe('{"at":"[card number]"}');
});

import { MILESTONES, nextTry, type MailModel, type Milestone } from '../../../src/operations/notifications/notifications.js';
import { ar } from '../../../src/operations/notifications/templates/ar.js';
import { de } from '../../../src/operations/notifications/templates/de.js';
import { en } from '../../../src/operations/notifications/templates/en.js';
import { fr } from '../../../src/operations/notifications/templates/fr.js';
import type { Texts } from '../../../src/operations/notifications/templates/texts.js';
import { renderMail, SUPPORTED_LANGUAGES } from '../../../src/operations/notifications/templates/render.js';
import { languageOf, preferredLocale } from '../../../src/shared/locale.js';

const FULL: MailModel = {
  name: 'Ada', number: 'K-7Q2M9-4TXB1', amount: '€28.90', url: 'https://bank.example/3ds', carrier: 'DHL', tracking: '00340434', trackingUrl: 'https://dhl.example/00340434', secret: 'THE-CODE',
  product: 'Oak chair', said: 'It folds.', reason: 'off topic', before: '€40.00', stopUrl: 'https://kontor.example/stop',
  lines: [{ name: 'Espresso machine', quantity: 2, amount: '€24.00' }], sums: [{ label: 'total', amount: '€28.90', strong: true }],
};
const render = (milestone: (typeof MILESTONES)[number], model: MailModel = FULL, locale = 'en') => renderMail(milestone, model, { locale, shop: 'Kontor' });
const HOSTILE = '<script>alert(1)</script>{{number}}"><img src=x onerror=y>\r\nBcc: evil@example.com';

test.each(SUPPORTED_LANGUAGES.flatMap((locale) => MILESTONES.map((milestone) => ({ locale, milestone }))))('$milestone in $locale says everything in both parts, and no placeholder is left', ({ locale, milestone }) => {
  const { subject, html, text } = render(milestone, FULL, locale);

  for (const part of [subject, html, text]) expect(part).not.toMatch(/\{\{|\}\}|undefined|\[object/);
  expect(subject.length).toBeGreaterThan(2);
  expect(html).toContain(`<html lang="${locale}" dir="${locale === 'ar' ? 'rtl' : 'ltr'}">`);
  expect(text).not.toMatch(/<\w+/);
  for (const fact of ['Ada', 'Kontor', 'Espresso machine', '€28.90']) expect([html.includes(fact), text.includes(fact)]).toEqual([true, true]);
});

test('languages differ, and one that we do not have is English', () => {
  const subjects = ['en', 'de', 'fr', 'pl', 'de-AT', 'zh-Hant'].map((locale) => render('order_shipped', FULL, locale).subject);

  expect(subjects).toEqual([
    'Your order K-7Q2M9-4TXB1 is on its way', 'Ihre Bestellung K-7Q2M9-4TXB1 ist unterwegs', 'Votre commande K-7Q2M9-4TXB1 est en route',
    'Your order K-7Q2M9-4TXB1 is on its way', 'Ihre Bestellung K-7Q2M9-4TXB1 ist unterwegs', 'Your order K-7Q2M9-4TXB1 is on its way',
  ]);
});

const TEXTS = { en, de, fr, ar };
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
const shapeOf = (texts: Texts) => ({
  sums: Object.keys(texts.sums), greeting: placeholders(texts.greeting),
  mails: Object.fromEntries(Object.entries(texts.mails).map(([milestone, { subject, heading, body, button }]) => [milestone, { subject: placeholders(subject), heading: placeholders(heading), body: body.map(placeholders), hasButton: button !== undefined }])),
});

test.each(SUPPORTED_LANGUAGES.filter((language) => language !== 'en'))('%s says all that English says, line by line with the same data', (language) => {
  const texts = TEXTS[language as keyof typeof TEXTS];
  expect(shapeOf(texts)).toEqual(shapeOf(en));
  for (const [milestone, { subject, body }] of Object.entries(texts.mails)) {
    expect({ milestone, isTranslated: subject !== en.mails[milestone as Milestone].subject && body.every((line, at) => line !== en.mails[milestone as Milestone].body[at] || /^\{\{\w+\}\}$/.test(line)) }).toEqual({ milestone, isTranslated: true });
  }
});

test.each([...MILESTONES])('%s in Arabic runs from right to left', (milestone) => {
  const { subject, html, text } = render(milestone, { ...FULL, product: 'Espresso machine', device: 'Firefox', place: '203.0.113.0/24', provider: 'Google', count: '7', credited: '€3.00', before: '€30.00', stopUrl: 'https://shop.example/stop', said: 'Yes, it does.', reason: 'Spam' }, 'ar-EG');

  expect(html).toContain('<html lang="ar" dir="rtl">');
  expect(html).toContain('<body dir="rtl"');
  expect(`${subject}\n\n${text}`).toMatchSnapshot();
  if (milestone === 'order_placed') expect(html).toMatchSnapshot();
});

test('what a customer typed is shown, never run: no markup, no template, no second header', () => {
  const { subject, html, text } = render('order_placed', { ...FULL, name: HOSTILE, number: HOSTILE, lines: [{ name: HOSTILE, quantity: 1, amount: '€1.00' }] });

  expect(html).not.toMatch(/<script|<img/);
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;{{number}}&quot;&gt;&lt;img src&#x3D;x onerror&#x3D;y&gt;');
  expect(subject).not.toMatch(/[\r\n]/);
  expect(text).toContain('{{number}}');
});

test('a line that speaks of something unknown is left out, and so is a link that is none', () => {
  const { text, html } = render('order_shipped', { name: 'Ada', number: 'K-1', trackingUrl: 'javascript:alert(1)' });

  expect(text).toBe('Hello Ada,\n\nGoods of your order K-1 have just left.\n\nKind regards,\nKontor');
  expect(html).not.toContain('javascript');
});

test.each([
  { failure: 'permanent', failures: 1, ageMs: 0, wait: null }, { failure: 'temporary', failures: 1, ageMs: 0, wait: 30_000 }, { failure: 'temporary', failures: 3, ageMs: 0, wait: 120_000 },
  { failure: 'temporary', failures: 9, ageMs: 0, wait: 3_600_000 }, { failure: 'temporary', failures: 10, ageMs: 0, wait: null },
  { failure: 'unreachable', failures: 0, ageMs: 0, wait: 12_500 }, { failure: 'unreachable', failures: 0, ageMs: 73 * 3_600_000, wait: null },
] as const)('after a $failure failure, number $failures, the next try comes after $wait ms', ({ failure, failures, ageMs, wait }) => {
  expect(nextTry({ failures, ageMs }, { kind: failure, reason: '' }, () => 0.5)).toBe(wait);
});

test.each([
  ['de-AT,de;q=0.9,en;q=0.5', 'de-AT'], ['en;q=0.1, fr-CH;q=0.9', 'fr-CH'], ['*', undefined], ['', undefined], [undefined, undefined], ['<script>', undefined], ['DE', 'de'], ['x'.repeat(5000), undefined],
])('of %j the preferred language is %j', (accepted, locale) => {
  expect(preferredLocale(accepted)).toBe(locale);
  if (locale !== undefined) expect(languageOf(locale)).toMatch(/^[a-z]{2}$/);
});

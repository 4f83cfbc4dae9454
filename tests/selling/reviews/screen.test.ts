import { combineRatings } from '../../../src/selling/catalog/ratings.js';
import { meritsOf, ratingOf, starsOf } from '../../../src/selling/reviews/reviews.js';
import { createScreen } from '../../../src/selling/reviews/screen.js';

const screen = createScreen(['knock-off', 'Plagiat*']);

test.each([
  ['Holds what it says. 10 out of 10, bought on 2024-05-01 for 1,299.00!', []],
  ['See https://elsewhere.example/x', ['link']], ['cheaper at elsewhere.com', ['link']],
  ['write to me@elsewhere.example', ['contact']], ['call +49 30 1234567', ['contact']], ['call 030-123 456 78', ['contact']],
  ['This is sh\u200bit', ['insult']], ['ｆｕｃｋ it', ['insult']], ['a Knock-Off', ['insult']], ['reines PLAGIATEUR', ['insult']], ['Scunthorpe, shiitake, class', []],
  ['THIS IS THE WORST THING EVER', ['shouting']], ['USB-C OK', []], ['これはとても良い製品ですこれはとても良い製品です', []],
  ['sooooooooooooo good', ['repetition']], ['buy buy buy buy buy', ['repetition']], ['very very good', []],
])('%j raises %j', (text, concerns) => {
  expect(screen({ text })).toEqual(concerns);
});

test('a title is looked at as well, and words of a list are no patterns', () => {
  expect(screen({ title: 'www.spam.example', text: 'x' })).toEqual(['link']);
  expect(createScreen(['a.c', '('])({ text: 'abc' })).toEqual([]);
  expect(createScreen(['a.c', '('])({ text: 'the a.c thing' })).toEqual(['insult']);
});

test('what an import said and what people wrote are shown together, weighed by how many they are', () => {
  expect(combineRatings(null, null)).toEqual({ average: 0, count: 0 });
  expect(combineRatings({ average: 4.6, count: 124_969 }, null)).toEqual({ average: 4.6, count: 124_969 });
  expect(combineRatings(null, { sum: 9, count: 2 })).toEqual({ average: 4.5, count: 2 });
  expect(combineRatings({ average: 4, count: 3 }, { sum: 1, count: 1 })).toEqual({ average: 3.3, count: 4 });
  expect(combineRatings({ average: 4, count: 0 }, { sum: 1, count: 1 })).toEqual({ average: 2.5, count: 1 });
  expect(combineRatings({ average: 4, count: 3 }, { sum: 0, count: 0 })).toEqual({ average: 4, count: 3 });
});

test('stars are added exactly and rounded once', () => {
  expect(starsOf([{ rating: 5, count: 3333 }, { rating: 4, count: 6667 }])).toEqual({ sum: 43_333, count: 10_000 });
  expect(ratingOf({ sum: 43_333, count: 10_000 })).toEqual({ average: 4.3, count: 10_000 });
});

const review = { kind: 'review', status: 'published', earns: true, isVerified: true, mediaIds: [] } as const;
test.each([
  { _case: 'a review of something bought', given: review, merits: { review: true, photo: false } },
  { _case: 'with a picture', given: { ...review, mediaIds: ['a'] }, merits: { review: true, photo: true } },
  { _case: 'of something that was not bought', given: { ...review, isVerified: false, mediaIds: ['a'] }, merits: { review: false, photo: false } },
  { _case: 'that waits', given: { ...review, status: 'pending', mediaIds: ['a'] }, merits: { review: false, photo: false } },
  { _case: 'from before there were points', given: { ...review, earns: false }, merits: {} },
  { _case: 'a question', given: { ...review, kind: 'question' }, merits: {} },
  { _case: 'an answer', given: { ...review, kind: 'answer' }, merits: { answer: false } },
  { _case: 'an answer that helped', given: { ...review, kind: 'answer', isAccepted: true }, merits: { answer: true } },
  { _case: 'an answer of the shop', given: { ...review, kind: 'answer', isAccepted: true, official: 'shop' }, merits: {} },
] as const)('$_case earns $merits', ({ given, merits }) => {
  expect(meritsOf(given)).toEqual(merits);
});

import { mongo } from 'mongoose';
import { givenUser } from '../../support/given.js';
import { openShop, type Shop } from '../../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop({ env: { LOYALTY_INTERACTIONS_PER_DAY: '40' } }); });
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

type Headers = Record<string, string>;
type Person = Awaited<ReturnType<typeof givenUser>>;
const times = <T>(n: number, work: (at: number) => Promise<T>) => Promise.all(Array.from({ length: n }, (_none, at) => work(at)));
const people = (n: number) => times(n, () => givenUser(shop));
const post = (person: { headers: Headers }, path: string, body: object = {}) => shop.call('post', path, { headers: person.headers, body });
const ask = async (person: Person, productId: string, text = 'Does it fold?') => (await post(person, `/products/${productId}/questions`, { text })).body.data;
const answer = (person: { headers: Headers }, questionId: string, text = 'It does.') => post(person, `/questions/${questionId}/answers`, { text });
const answersOf = async (questionId: string) => (await shop.call('get', `/questions/${questionId}/answers`)).body.data.items;
const accept = (person: Person, questionId: string, answerId: string) => shop.call('put', `/questions/${questionId}/accepted-answer`, { headers: person.headers, body: { answerId } });
const decide = (person: { headers: Headers }, id: string, decision: string, reason = 'off topic') => post(person, `/admin/moderation/${id}/decision`, { decision, reason });
const points = async (person: Person) => { await shop.runEvents(); return (await shop.call('get', '/customers/me/loyalty', { headers: person.headers })).body.data.points; };
/** Somebody who has this, and no points for buying it. */
async function owner(sku: string, ...more: string[]): Promise<Person> {
  const person = await givenUser(shop);
  for (const one of [sku, ...more]) await shop.call('post', '/cart/items', { headers: person.headers, body: { sku: one } });
  expect((await shop.order(person.headers)).status).toBe(201);
  return person;
}
const cheap = () => shop.given.variant({ price: 1, stock: 100 });
const mailsTo = async ({ email }: Person) => {
  await shop.runEvents();
  return (await shop.call('get', `/admin/mails?to=${encodeURIComponent(email)}`, { headers: shop.keys.secret })).body.data.items as Array<{ id: string; milestone: string; subject: string }>;
};
const textOf = async (id: string) => (await shop.call('get', `/admin/mails/${id}`, { headers: shop.keys.secret })).body.data.text as string;

test('who bought it answers, once; who did not is told so, and staff speak for the shop', async () => {
  const { sku, productId } = await cheap();
  const [ada, eve, ben, boss] = [await givenUser(shop), await givenUser(shop), await owner(sku), await givenUser(shop, { roles: ['support'] })];
  const { id } = await ask(ada, productId);

  expect((await answer(eve, id)).body.code).toBe('not_bought');
  const tries = await times(20, () => answer(ben, id));
  expect(tries.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
  expect(tries.find(({ status }) => status === 409)!.body.code).toBe('already_answered');
  expect((await answer(boss, id, 'Yes, to 12 cm.')).body.data).toMatchObject({ official: 'shop', verified: false, author: 'Shop' });
  expect((await answer({ headers: shop.keys.secret }, id, 'Said by a server.')).status).toBe(201);

  const shown = await answersOf(id);
  expect(shown.map(({ author, verified, official }: Record<string, unknown>) => [author, verified, official])).toEqual([['Ada L.', true, undefined], ['Shop', false, 'shop'], ['Shop', false, 'shop']]);
  expect(JSON.stringify(shown)).not.toContain(ben.id);
  expect((await shop.call('get', `/products/${productId}/questions`)).body.data.items).toMatchObject([{ id, text: 'Does it fold?', author: 'Ada L.', answers: 3 }]);
});

test('a vendor speaks for the products that are his, and for no others', async () => {
  const [mine, other] = [await cheap(), await cheap()];
  const [ada, ben, vendor, boss] = [await givenUser(shop), await givenUser(shop), await givenUser(shop, { roles: ['vendor'] }), await givenUser(shop, { roles: ['support'] })];
  await shop.call('patch', `/products/${mine.productId}`, { headers: shop.keys.secret, body: { customFields: { vendorId: vendor.id } } });
  const review = async (productId: string) => (await post(ada, `/products/${productId}/reviews`, { rating: 3, text: 'Fine.' })).body.data.id as string;
  const reply = (id: string, person: { headers: Headers }) => shop.call('put', `/reviews/${id}/reply`, { headers: person.headers, body: { text: 'Thank you.' } });

  expect((await answer(vendor, (await ask(ada, mine.productId)).id)).body.data).toMatchObject({ official: 'vendor', author: 'Vendor' });
  expect((await answer(vendor, (await ask(ada, other.productId)).id)).body.code).toBe('not_bought');
  const replied = (await reply(await review(mine.productId), vendor)).body.data;
  expect(replied.reply).toMatchObject({ text: 'Thank you.', official: 'vendor' });
  // What only moderators are told of who wrote it is none of a vendor's business, nor is what nobody else can read.
  expect(JSON.stringify(replied)).not.toContain(ada.id);
  expect(['userId', 'flags', 'concerns', 'history', 'status'].filter((name) => name in replied)).toEqual([]);
  const waiting = (await post(ben, `/products/${mine.productId}/reviews`, { rating: 1, text: 'Cheaper at www.elsewhere.example' })).body.data;
  expect(waiting.status).toBe('pending');
  expect((await reply(waiting.id as string, vendor)).body).toMatchObject({ status: 404, code: 'review_not_found' });
  expect((await reply(waiting.id as string, boss)).status).toBe(200);
  expect((await shop.call('delete', `/reviews/${waiting.id as string}`, { headers: ben.headers })).status).toBe(200);
  expect((await reply(await review(other.productId), vendor)).status).toBe(404);
});

test('an answer that helped earns points once, through every race; another choice takes them back', async () => {
  const { sku, productId } = await cheap();
  const [ada, ben, cleo] = [await givenUser(shop), await owner(sku), await owner(sku)];
  const { id } = await ask(ada, productId);
  const [first, second] = [(await answer(ben, id)).body.data.id, (await answer(cleo, id)).body.data.id];

  expect((await accept(ben, id, first)).status).toBe(404);
  const choices = await times(20, () => accept(ada, id, first));
  expect(choices.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect([await points(ben), await points(cleo)]).toEqual([15, 0]);

  await times(20, (at) => accept(ada, id, at % 2 === 0 ? first : second));
  const accepted = (await answersOf(id)).filter((one: { accepted: boolean }) => one.accepted);
  expect(accepted).toHaveLength(1);
  expect(await points(ben) + await points(cleo)).toBe(15);
  expect((await shop.call('get', `/questions/${id}`)).body.data.acceptedAnswerId).toBe(accepted[0].id);

  await shop.call('delete', `/questions/${id}/accepted-answer`, { headers: ada.headers });
  expect([await points(ben), await points(cleo)]).toEqual([0, 0]);
  await accept(ada, id, first);
  await shop.call('delete', `/answers/${first}`, { headers: ben.headers });
  expect(await points(ben)).toBe(0);
  expect((await shop.call('get', `/questions/${id}`)).body.data).not.toHaveProperty('acceptedAnswerId');
});

test('reviews of what was bought earn points up to the day\'s limit, lose them when they go, and none are made by writing again', async () => {
  const goods = await times(4, cheap);
  const ada = await owner(goods[0]!.sku, ...goods.slice(1).map(({ sku }) => sku));
  const review = async ({ productId }: { productId: string }) => (await post(ada, `/products/${productId}/reviews`, { rating: 5, text: 'Good.' })).body.data.id as string;

  // 20 each, 40 a day: the third and fourth are worth nothing any more.
  const written = await Promise.all(goods.map(review));
  await times(5, () => shop.runEvents());
  expect(await points(ada)).toBe(40);
  const ledger = (await shop.call('get', '/customers/me/loyalty', { headers: ada.headers })).body.data.ledger.items;
  expect(ledger.map(({ kind, points: given }: Record<string, unknown>) => [kind, given])).toEqual([['interaction', 20], ['interaction', 20]]);

  for (const id of written) await shop.call('delete', `/reviews/${id}`, { headers: ada.headers });
  expect(await points(ada)).toBe(0);
  await Promise.all(goods.map(review));
  expect(await points(ada)).toBe(0);
});

test('fifty who vote at once are counted once each; fifty who flag hide an answer once', async () => {
  const { sku, productId } = await cheap();
  const [ada, ben, crowd] = [await givenUser(shop), await owner(sku), await people(50)];
  const { id } = await ask(ada, productId);
  const { id: answerId } = (await answer(ben, id)).body.data;

  const votes = await Promise.all(crowd.flatMap((person, at) => [1, 2].map(() => post(person, `/answers/${answerId}/votes`, { helpful: at % 5 !== 0 }))));
  expect(votes.filter(({ status }) => status !== 200)).toEqual([]);
  expect((await answersOf(id))[0].votes).toEqual({ helpful: 40, unhelpful: 10 });
  expect(await shop.count('review_votes')).toBe(50);

  await accept(ada, id, answerId);
  expect(await points(ben)).toBe(15);
  const flags = await Promise.all(crowd.map((person) => post(person, `/answers/${answerId}/flags`, { reason: 'untrue' })));
  expect(flags.filter(({ status }) => status !== 200 && status !== 404)).toEqual([]);
  expect(await answersOf(id)).toEqual([]);
  expect((await shop.events()).filter(({ type, aggregateId }) => type === 'answer.hidden' && aggregateId === answerId)).toHaveLength(1);
  expect(await points(ben)).toBe(0);
  await decide(await givenUser(shop, { roles: ['moderator'] }), answerId, 'publish');
  expect(await points(ben)).toBe(15);
}, 60_000);

test('one queue for all of it: decided once, with a reason that its author is told; an appeal is kept with what came before', async () => {
  const { sku, productId } = await cheap();
  const [ada, ben, boss] = [await givenUser(shop), await owner(sku), await givenUser(shop, { roles: ['moderator'] })];
  const question = await ask(ada, productId, 'Is www.elsewhere.example cheaper?');
  const other = await ask(ada, productId, 'And how heavy is it?');
  const bad = (await answer(ben, other.id, 'CALL ME RIGHT NOW PLEASE +49 30 1234567')).body.data;

  expect([question.status, bad.status]).toEqual(['pending', 'pending']);
  const queue = async (query = '') => (await shop.call('get', `/admin/moderation${query}`, { headers: boss.headers })).body.data.items;
  expect((await queue()).map(({ kind, concerns }: Record<string, unknown>) => [kind, concerns])).toEqual([['question', ['link']], ['answer', ['contact', 'shouting']]]);
  expect((await queue('?kind=answer')).map(({ id }: { id: string }) => id)).toEqual([bad.id]);
  expect((await decide(boss, bad.id, 'reject', '')).body).toMatchObject({ status: 400, code: 'reason_required', errors: [{ pointer: '#/body/reason' }] });

  const decisions = await times(20, () => decide(boss, bad.id, 'reject', 'no numbers please'));
  expect(decisions.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)]);
  const appeals = await times(10, () => post(ben, `/answers/${bad.id}/appeal`, { text: 'It was my own.' }));
  expect(appeals.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)]);
  const again = await decide(boss, bad.id, 'reject', 'still not');
  expect(again.body.data.history.map(({ what, by, reason }: Record<string, unknown>) => [what, by, reason])).toEqual([['rejected', boss.id, 'no numbers please'], ['appealed', ben.id, 'It was my own.'], ['rejected', boss.id, 'still not']]);
  expect((await shop.call('get', '/customers/me/answers', { headers: ben.headers })).body.data.items).toMatchObject([{ id: bad.id, status: 'rejected', decision: { reason: 'still not' } }]);
  const told = await mailsTo(ben);
  expect(told.filter(({ milestone }) => milestone === 'content_rejected')).toHaveLength(2);
  expect(await textOf(told[0]!.id)).toContain('The reason: still not');
  expect(await shop.connection.collection('audit_entries').countDocuments({ subject: `answer:${bad.id}` })).toBe(3);
});

test.each([['en', 'Your question about'], ['de-AT', 'Ihre Frage zu'], ['fr', 'Une réponse à votre question']])('whoever asked in %s hears of each answer once, in that language', async (locale, begin) => {
  const { sku, productId } = await cheap();
  const [ada, ben] = [await givenUser(shop), await owner(sku)];
  await shop.call('patch', '/customers/me', { headers: ada.headers, body: { locale } });
  const { id } = await ask(ada, productId);

  const hers = (await answer(ben, id, 'It does, <b>twice</b>.')).body.data;
  await mailsTo(ada);
  await shop.call('put', `/answers/${hers.id}`, { headers: ben.headers, body: { text: 'It does not.' } });
  await shop.connection.collection('inbox').deleteMany({ _id: { $regex: /^notifications:/ } as never });
  await shop.connection.collection('outbox').updateMany({ type: 'question.answered' }, { $set: { state: 'pending', dueAt: new Date(0), 'deliveries.$[].state': 'pending', 'deliveries.$[].dueAt': new Date(0) } });
  const told = await mailsTo(ada);

  expect(told.map(({ milestone }) => milestone)).toEqual(['question_answered']);
  expect(told[0]!.subject).toContain(begin);
  expect(told[0]!.subject).toContain(`Name of ${sku}`);
  expect(await textOf(told[0]!.id)).toContain('It does, <b>twice</b>.');
});

test('a question that others answered stays; a moderator takes it away with everything that hangs on it', async () => {
  const { sku, productId } = await cheap();
  const [ada, eve, ben, boss] = [await givenUser(shop), await givenUser(shop), await owner(sku), await givenUser(shop, { roles: ['moderator'] })];
  const { id } = await ask(ada, productId);
  const lonely = await ask(ada, productId);
  const { id: answerId } = (await answer(ben, id)).body.data;
  await accept(ada, id, answerId);
  await post(eve, `/questions/${id}/votes`, { helpful: true });
  expect(await points(ben)).toBe(15);

  const remove = (what: string, person: Person) => shop.call('delete', what, { headers: person.headers });
  expect((await remove(`/questions/${lonely.id}`, ada)).status).toBe(200);
  expect((await remove(`/questions/${id}`, eve)).status).toBe(404);
  expect((await remove(`/answers/${id}`, ada)).status).toBe(404);
  expect((await remove(`/questions/${id}`, ada)).body.code).toBe('question_answered');
  expect((await remove(`/questions/${id}`, boss)).status).toBe(200);

  expect((await shop.call('get', `/questions/${id}`)).status).toBe(404);
  expect((await shop.call('get', `/questions/${id}/answers`)).status).toBe(404);
  expect(await shop.count('reviews', { $or: [{ questionId: new mongo.ObjectId(id as string) }, { _id: new mongo.ObjectId(id as string) }] })).toBe(0);
  expect(await points(ben)).toBe(0);
});

test.each([[{}, ['#/body/text']], [{ text: '' }, ['#/body/text']], [{ text: 'x'.repeat(2001), official: 'shop' }, ['#/body/text', '#/body/official']]])('refuses %j and stores nothing', async (body, pointers) => {
  const ada = await givenUser(shop);
  const { productId } = await cheap();

  const refused = await post(ada, `/products/${productId}/questions`, body);

  expect([refused.status, refused.body.errors.map((error: { pointer: string }) => error.pointer)]).toEqual([400, pointers]);
  expect((await shop.call('get', '/customers/me/questions', { headers: ada.headers })).body.data.total).toBe(0);
});

test('only who wrote it changes it, what is not shown is asked of by nobody, and a draft has no questions', async () => {
  const [ada, eve] = await people(2);
  const { productId } = await cheap();
  const draft = await shop.given.variant({ status: 'draft' });
  const { id, version } = await ask(ada!, productId);
  const change = (person: Person, headers: Headers = {}) => shop.call('put', `/questions/${id}`, { headers: { ...person.headers, ...headers }, body: { text: 'Does it roll?' } });

  expect((await change(eve!)).status).toBe(404);
  expect((await change(ada!, { 'if-match': `"${version + 1}"` })).status).toBe(412);
  expect((await change(ada!)).body.data).toMatchObject({ text: 'Does it roll?', status: 'published' });
  expect((await post(ada!, `/questions/${id}/votes`, { helpful: true })).body.code).toBe('own_question');
  expect((await post(ada!, `/products/${draft.productId}/questions`, { text: 'When?' })).status).toBe(404);
  expect((await shop.call('get', `/products/${draft.productId}/questions`)).status).toBe(404);
  expect((await post({ headers: {} }, `/products/${productId}/questions`, { text: 'Who?' })).status).toBe(401);
});

test.each([
  ['reviews', { productId: 1, status: 'published' }, { helpful: -1, _id: -1 }], ['questions', { askedOf: 1, kind: 'question', status: 'published' }, { createdAt: -1, _id: -1 }],
  ['answers', { questionId: 1, status: 'published' }, { createdAt: 1, _id: 1 }], ['the queue', { status: { $in: ['pending', 'hidden'] } }, { updatedAt: 1, _id: 1 }],
] as const)('the list of %s is read from an index, in its order', async (_case, filter, sort) => {
  const typed = Object.fromEntries(Object.entries(filter).map(([key, value]) => [key, value === 1 ? new mongo.ObjectId() : value]));

  const plan = JSON.stringify((await shop.connection.collection('reviews').find(typed).sort(sort as never).explain('queryPlanner'))['queryPlanner'].winningPlan);

  expect(plan).toContain('IXSCAN');
  expect(plan).not.toMatch(/"stage":"(?:COLLSCAN|SORT)"/);
});

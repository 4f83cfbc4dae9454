import { givenUser } from '../../support/given.js';
import { openShop, type Shop } from '../../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

type Headers = Record<string, string>;
type Person = Awaited<ReturnType<typeof givenUser>>;
const times = <T>(n: number, work: (at: number) => Promise<T>) => Promise.all(Array.from({ length: n }, (_none, at) => work(at)));
const write = (person: { headers: Headers }, productId: string, body: object = {}) =>
  shop.call('post', `/products/${productId}/reviews`, { headers: person.headers, body: { rating: 5, title: 'Fine', text: 'Holds what it says.', ...body } });
const list = async (productId: string, query = '') => (await shop.call('get', `/products/${productId}/reviews${query}`)).body.data;
const ratingOf = async (productId: string) => (await shop.call('get', `/products/${productId}`)).body.data.rating;
const moderator = async () => givenUser(shop, { roles: ['moderator'] });
const decide = (person: { headers: Headers }, id: string, decision: string) => shop.call('post', `/admin/moderation/${id}/decision`, { headers: person.headers, body: { decision, reason: 'looked at' } });
async function buy(person: Person, sku: string): Promise<void> {
  await shop.call('post', '/cart/items', { headers: person.headers, body: { sku } });
  expect((await shop.order(person.headers)).status).toBe(201);
}

test('a review is shown at once, without the id of its author, and changes the rating of the product', async () => {
  const ada = await givenUser(shop);
  const { productId } = await shop.given.variant();

  const written = await write(ada, productId, { rating: 4 });

  expect(written.status).toBe(201);
  expect(written.body.data).toMatchObject({ rating: 4, status: 'published', verified: false, votes: { helpful: 0, unhelpful: 0 } });
  const { items: [shown], total, rating } = await list(productId);
  expect([total, rating]).toEqual([1, { average: 4, count: 1, stars: { 1: 0, 2: 0, 3: 0, 4: 1, 5: 0 } }]);
  expect(JSON.stringify(shown)).not.toContain(ada.id);
  expect(await ratingOf(productId)).toEqual({ average: 4, count: 1 });
});

test('each purchase can be reviewed once, and is verified; twenty tries at once make one review', async () => {
  const ada = await givenUser(shop);
  const { sku, productId } = await shop.given.variant();
  await buy(ada, sku);

  const first = await times(20, () => write(ada, productId));
  expect(first.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(409)]);
  expect(first.find(({ status }) => status === 201)!.body.data.verified).toBe(true);
  expect(first.find(({ status }) => status === 409)!.body.code).toBe('already_reviewed');

  await buy(ada, sku);
  expect((await write(ada, productId)).status).toBe(201);
  expect((await write(ada, productId)).status).toBe(409);
  expect((await list(productId, '?verified=true')).total).toBe(2);
});

test('sixty reviews at once: the rating is exactly their mean', async () => {
  const { productId } = await shop.given.variant();
  const people = await times(60, () => givenUser(shop));

  const written = await Promise.all(people.map((person, at) => write(person, productId, { rating: 1 + (at % 5) })));

  expect(written.every(({ status }) => status === 201)).toBe(true);
  expect(await ratingOf(productId)).toEqual({ average: 3, count: 60 });
});

test('a text with a link or an address waits for a person, counts nothing and is seen by its author', async () => {
  const ada = await givenUser(shop);
  const { productId } = await shop.given.variant();

  const written = await write(ada, productId, { rating: 1, text: 'Cheaper at www.elsewhere.example, write to me@elsewhere.example' });

  expect(written.body.data.status).toBe('pending');
  expect((await list(productId)).total).toBe(0);
  expect(await ratingOf(productId)).toEqual({ average: 0, count: 0 });
  expect((await shop.call('get', '/customers/me/reviews', { headers: ada.headers })).body.data.items).toMatchObject([{ id: written.body.data.id, status: 'pending' }]);
  const boss = await moderator();
  const queue = (await shop.call('get', '/admin/moderation', { headers: boss.headers })).body.data.items;
  expect(queue.at(-1)).toMatchObject({ id: written.body.data.id, concerns: ['link', 'contact'], userId: ada.id });

  expect((await decide(boss, written.body.data.id, 'publish')).status).toBe(200);
  expect(await ratingOf(productId)).toEqual({ average: 1, count: 1 });
});

test('three people who flag hide a review once; what a moderator has then published stays', async () => {
  const ada = await givenUser(shop);
  const { productId } = await shop.given.variant();
  const { id } = (await write(ada, productId)).body.data;
  const people = await times(12, () => givenUser(shop));
  const flag = (person: Person) => shop.call('post', `/reviews/${id}/flags`, { headers: person.headers, body: { reason: 'spam' } });

  expect((await flag(ada)).body.code).toBe('own_review');
  await flag(people[0]!);
  await flag(people[0]!);
  expect((await list(productId)).total).toBe(1);
  const flagged = await Promise.all(people.map(flag));

  expect(flagged.every(({ status }) => status === 200 || status === 404)).toBe(true);
  expect((await list(productId)).total).toBe(0);
  await shop.runEvents();
  expect((await shop.events()).filter(({ type, aggregateId }) => type === 'review.hidden' && aggregateId === id)).toHaveLength(1);
  const boss = await moderator();
  await decide(boss, id, 'publish');
  await flag(await givenUser(shop));
  expect((await list(productId)).total).toBe(1);
});

test('of twenty moderators at once one decides; a refusal can be appealed once', async () => {
  const ada = await givenUser(shop);
  const { productId } = await shop.given.variant();
  const { id } = (await write(ada, productId, { text: 'See http://spam.example' })).body.data;
  const boss = await moderator();

  const decisions = await times(20, (at) => decide(boss, id, at % 2 === 0 ? 'reject' : 'publish'));
  expect(decisions.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(decisions.filter(({ status }) => status === 409)).toHaveLength(19);
  if (decisions.find(({ status }) => status === 200)!.body.data.status === 'published') return;

  const appeal = () => shop.call('post', `/reviews/${id}/appeal`, { headers: ada.headers, body: { text: 'It was my own site.' } });
  const appeals = await times(5, appeal);
  expect(appeals.filter(({ status }) => status === 200)).toHaveLength(1);
  await decide(boss, id, 'reject');
  expect((await appeal()).body.code).toBe('nothing_to_appeal');
});

test('votes: the last of each person counts, however many come at once, and nobody votes for himself', async () => {
  const ada = await givenUser(shop);
  const { productId } = await shop.given.variant();
  const { id } = (await write(ada, productId)).body.data;
  const people = await times(10, () => givenUser(shop));
  const vote = (person: Person, helpful: boolean) => shop.call('post', `/reviews/${id}/votes`, { headers: person.headers, body: { helpful } });

  expect((await vote(ada, true)).status).toBe(409);
  await Promise.all(people.flatMap((person) => [vote(person, true), vote(person, true)]));
  expect((await list(productId)).items[0].votes).toEqual({ helpful: 10, unhelpful: 0 });
  await Promise.all(people.slice(0, 4).map((person) => vote(person, false)));
  expect((await list(productId, '?sort=-helpful')).items[0].votes).toEqual({ helpful: 6, unhelpful: 4 });
});

test('changing and deleting: only the author, only the version that was read', async () => {
  const [ada, eve] = [await givenUser(shop), await givenUser(shop)];
  const { productId } = await shop.given.variant();
  const { id } = (await write(ada, productId)).body.data;
  const change = (person: Person, headers: Headers = {}) => shop.call('put', `/reviews/${id}`, { headers: { ...person.headers, ...headers }, body: { rating: 2, title: '', text: 'Broke.' } });

  expect((await change(eve)).status).toBe(404);
  expect((await shop.call('delete', `/reviews/${id}`, { headers: eve.headers })).status).toBe(404);
  expect((await change(ada, { 'if-match': '"7.abc"' })).status).toBe(412);
  expect((await change(ada)).body.data).toMatchObject({ rating: 2, status: 'published' });
  expect(await ratingOf(productId)).toEqual({ average: 2, count: 1 });
  expect((await shop.call('delete', `/reviews/${id}`, { headers: ada.headers })).status).toBe(200);
  expect(await ratingOf(productId)).toEqual({ average: 0, count: 0 });
});

test('the shop answers in public; a customer cannot, nor see the queue', async () => {
  const ada = await givenUser(shop);
  const { productId } = await shop.given.variant();
  const { id } = (await write(ada, productId)).body.data;
  const boss = await moderator();
  const reply = (person: { headers: Headers }) => shop.call('put', `/reviews/${id}/reply`, { headers: person.headers, body: { text: 'Thank you!' } });

  expect((await reply(ada)).status).toBe(403);
  expect((await shop.call('get', '/admin/moderation', { headers: ada.headers })).status).toBe(403);
  expect((await reply(boss)).status).toBe(200);
  expect((await list(productId)).items[0].reply.text).toBe('Thank you!');
});

test.each([
  [{ rating: 6 }, ['#/body/rating']], [{ rating: 4.5 }, ['#/body/rating']], [{ title: 'two\nlines', text: 7 }, ['#/body/title', '#/body/text']], [{ verified: true }, ['#/body/verified']],
])('refuses %j and stores nothing', async (body, pointers) => {
  const ada = await givenUser(shop);
  const { productId } = await shop.given.variant();

  const refused = await write(ada, productId, body);

  expect([refused.status, refused.body.errors.map((error: { pointer: string }) => error.pointer)]).toEqual([400, pointers]);
  expect((await list(productId)).total).toBe(0);
});

test('nobody reviews what is not shown, and nobody without an account', async () => {
  const ada = await givenUser(shop);
  const { productId } = await shop.given.variant({ status: 'draft' });

  expect((await write(ada, productId)).status).toBe(404);
  expect((await write({ headers: {} }, productId)).status).toBe(401);
});

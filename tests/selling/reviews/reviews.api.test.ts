import { ratingsApart } from '../../../src/shared/db/migrations/0008-ratings-apart.js';
import { givenUser } from '../../support/given.js';
import { openShop, type Shop } from '../../support/shop.js';
import { jpeg, upload } from '../media/pictures.js';

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

const WRITES = Number(process.env['REVIEW_WRITES'] ?? 300);
test(`${WRITES} reviews written, changed and deleted at once: every rating equals what is there`, async () => {
  const [goods, people] = [await times(4, () => shop.given.variant()), await times(25, () => givenUser(shop))];
  const reviews = new Map<string, string>();
  const step = async (at: number): Promise<number> => {
    const [person, { productId }, rating] = [people[at % people.length]!, goods[(at * 7) % goods.length]!, 1 + ((at * 3) % 5)];
    const key = `${person.id}:${productId}`;
    const id = reviews.get(key);
    const { status, body } = id === undefined ? await write(person, productId, { rating })
      : at % 3 === 0 ? await shop.call('delete', `/reviews/${id}`, { headers: person.headers })
        : await shop.call('put', `/reviews/${id}`, { headers: person.headers, body: { rating, title: '', text: 'Again.' } });
    if (status === 201) reviews.set(key, body.data.id as string);
    if (status === 200 && at % 3 === 0) reviews.delete(key);
    return status as number;
  };

  const statuses: number[] = [];
  const next = Array.from({ length: WRITES }, (_none, at) => at);
  await times(50, async () => { for (let at = next.shift(); at !== undefined; at = next.shift()) statuses.push(await step(at)); });

  expect(statuses.filter((status) => ![200, 201, 404, 409].includes(status))).toEqual([]);
  for (const { productId } of goods) {
    const { items, rating } = await list(productId, '?per_page=100');
    const stars = items.map((one: { rating: number }) => one.rating) as number[];
    const mean = stars.length === 0 ? 0 : Math.round((stars.reduce((so, one) => so + one, 0) / stars.length) * 10) / 10;
    expect([await ratingOf(productId), rating.count]).toEqual([{ average: mean, count: stars.length }, stars.length]);
  }
}, 30_000 + WRITES * 100);

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
  const [people, boss] = [await times(12, () => givenUser(shop)), await moderator()];
  const flag = (person: Person) => shop.call('post', `/reviews/${id}/flags`, { headers: person.headers, body: { reason: 'spam' } });
  expect((await flag(ada)).body.code).toBe('own_review');
  for (const _twice of [1, 2]) await flag(people[0]!);
  expect((await list(productId)).total).toBe(1);
  expect((await Promise.all(people.map(flag))).every(({ status }) => status === 200 || status === 404)).toBe(true);
  expect((await list(productId)).total).toBe(0);
  await shop.runEvents();
  expect((await shop.events()).filter(({ type, aggregateId }) => type === 'review.hidden' && aggregateId === id)).toHaveLength(1);
  await decide(boss, id, 'publish');
  await flag(await givenUser(shop));
  expect((await list(productId)).total).toBe(1);
  // Other words are looked at again.
  await shop.call('put', `/reviews/${id}`, { headers: ada.headers, body: { rating: 1, title: 'Changed', text: 'Now I say something else about it.' } }).expect(200);
  expect((await list(productId)).total).toBe(0);
  await decide(boss, id, 'reject');
  await shop.call('delete', `/reviews/${id}`, { headers: ada.headers }).expect(200);
  expect([(await write(ada, productId)).status, await shop.connection.collection('reviews').findOne({ userId: ada.id })]).toMatchObject([409, { status: 'rejected', text: '', title: '' }]);
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

describe('pictures', () => {
  const picturesOf = async (person: Person, seeds: readonly number[]): Promise<string[]> => {
    const replies = [];
    for (const seed of seeds) replies.push(await upload(shop, { ...shop.headers, ...person.headers }, await jpeg(seed)));
    return replies.map(({ body }) => body.data.id as string);
  };
  const add = (person: Person, reviewId: string, mediaIds: readonly string[]) => shop.call('post', `/reviews/${reviewId}/media`, { headers: person.headers, body: { mediaIds } });
  const written = async (person: Person, productId: string, body: object = {}) => (await write(person, productId, body)).body.data.id as string;
  const reach = async (url: string) => (await fetch(url.replace(/^https?:\/\/[^/]+/, shop.url))).status;

  test('one\'s own are shown with a published review, in their order, and go with it', async () => {
    const ada = await givenUser(shop);
    const { sku, productId } = await shop.given.variant();
    await buy(ada, sku);
    const id = await written(ada, productId);
    const [one, two] = await picturesOf(ada, [9001, 9002]);

    expect((await add(ada, id, [two!])).status).toBe(200);
    expect((await add(ada, id, [one!, two!])).body.data.media.map((file: { id: string }) => file.id)).toEqual([two, one]);

    const { items: [shown] } = await list(productId);
    expect(shown.media.map((file: { id: string; kind: string }) => [file.id, file.kind])).toEqual([[two, 'image'], [one, 'image']]);
    const urls = shown.media.map((file: { url: string }) => file.url);
    await shop.runEvents();
    expect(await Promise.all(urls.map(reach))).toEqual([200, 200]);
    const points = async () => { await shop.runEvents(); return (await shop.call('get', '/customers/me/loyalty', { headers: ada.headers })).body.data.points; };
    expect(await points()).toBe(19 + 20 + 10);

    await shop.call('delete', `/reviews/${id}/media/${two!}`, { headers: ada.headers });
    expect((await list(productId)).items[0].media.map((file: { id: string }) => file.id)).toEqual([one]);
    await shop.call('delete', `/reviews/${id}`, { headers: ada.headers });
    expect(await shop.count('media_attachments', { ownerId: id })).toBe(0);
    expect(await shop.connection.collection('uploaded_files').countDocuments({ isPublic: true, owner: `user:${ada.id}` })).toBe(0);
    expect(await points()).toBe(19);
    shop.clock.offsetMs = 13 * 3_600_000;
    await shop.container.media.collect();
    shop.clock.offsetMs = 0;
    expect(await shop.count('uploaded_files', { owner: `user:${ada.id}` })).toBe(0);
  });

  test('nobody has them while the review waits or is rejected, but for its author and moderators, by links that expire', async () => {
    const ada = await givenUser(shop);
    const { productId } = await shop.given.variant();
    const id = await written(ada, productId);
    const [picture] = await picturesOf(ada, [9003]);
    await add(ada, id, [picture!]);
    const isPublic = async () => (await shop.connection.collection('uploaded_files').findOne({ owner: `user:${ada.id}` }))!['isPublic'];
    expect(await isPublic()).toBe(true);

    for (const person of await times(3, () => givenUser(shop))) await shop.call('post', `/reviews/${id}/flags`, { headers: person.headers, body: { reason: 'offensive' } });
    expect(await isPublic()).toBe(false);
    const own = (await shop.call('get', '/customers/me/reviews', { headers: ada.headers })).body.data.items[0].media[0].url as string;
    expect(own).toMatch(/expires=\d+&signature=/);
    expect(await reach(own)).toBe(200);
    const boss = await moderator();
    await decide(boss, id, 'publish');
    expect(await isPublic()).toBe(true);
    // A person has looked at it: another picture is looked at again.
    const [more] = await picturesOf(ada, [9004]);
    expect((await add(ada, id, [more!])).body.data.status).toBe('pending');
    await decide(boss, id, 'reject');
    expect(await shop.connection.collection('uploaded_files').countDocuments({ owner: `user:${ada.id}`, isPublic: true })).toBe(0);
  });

  test('neither those of others, nor too many, nor one twice: of ten at once one review gets it', async () => {
    const [ada, eve] = [await givenUser(shop), await givenUser(shop)];
    const goods = await times(10, () => shop.given.variant());
    const ids = await Promise.all(goods.map(({ productId }) => written(ada, productId)));
    const pictures = await picturesOf(ada, [9010, 9011, 9012, 9013, 9014, 9015, 9016]);

    expect((await add(eve, ids[0]!, [pictures[0]!])).status).toBe(404);
    expect((await add(eve, await written(eve, goods[0]!.productId), [pictures[0]!])).body.code).toBe('unknown_media');
    const tries = await Promise.all(ids.map((id) => add(ada, id, [pictures[0]!])));
    expect(tries.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)]);
    const owner = ids[tries.findIndex(({ status }) => status === 200)]!;
    expect((await add(ada, owner, pictures.slice(1))).body.code).toBe('too_many_media');
    expect((await add(ada, owner, pictures.slice(1, 6))).body.data.media).toHaveLength(6);
  });

  test('what somebody is seen in goes when he is erased; what he said stays, by nobody', async () => {
    const ada = await givenUser(shop);
    const { productId } = await shop.given.variant();
    await add(ada, await written(ada, productId), await picturesOf(ada, [9020]));

    await shop.container.reviews.personalData.erase({ userId: ada.id, email: null });

    expect((await list(productId)).items).toMatchObject([{ author: 'Somebody', media: [] }]);
    expect(await shop.count('uploaded_files', { owner: `user:${ada.id}`, isPublic: true })).toBe(0);
  });
});

describe('a rating that came with an import', () => {
  const PRICE = { currency: 'EUR', base: 500 };
  const bring = async (sku: string, average: number | undefined, count = 0) => shop.container.catalog.upsertProducts([{
    key: sku, sku, name: `Brought ${sku}`, description: '', categoryIds: [], status: 'active', attributes: {}, prices: [PRICE], ...(average !== undefined && { rating: { average, count } }),
  }]);

  test('stays beside what people write here, and is shown together with it', async () => {
    const [{ productId }] = await bring('BROUGHT-1', 4.6, 9) as unknown as [{ productId: string }];
    expect(await ratingOf(productId)).toEqual({ average: 4.6, count: 9, imported: { average: 4.6, count: 9 } });

    const ada = await givenUser(shop);
    await write(ada, productId, { rating: 1 });
    // (9 x 4.6 + 1) / 10
    expect(await ratingOf(productId)).toEqual({ average: 4.2, count: 10, imported: { average: 4.6, count: 9 } });
    expect((await list(productId)).rating).toMatchObject({ average: 1, count: 1 });

    await bring('BROUGHT-1', 3, 1);
    expect(await ratingOf(productId)).toEqual({ average: 2, count: 2, imported: { average: 3, count: 1 } });
    await bring('BROUGHT-1', undefined);
    expect(await ratingOf(productId)).toEqual({ average: 2, count: 2, imported: { average: 3, count: 1 } });
  });

  test('imports and reviews at once lose nothing of each other', async () => {
    const [{ productId }] = await bring('BROUGHT-2', 5, 10) as unknown as [{ productId: string }];
    const people = await times(15, () => givenUser(shop));

    await Promise.all([...people.map((person) => write(person, productId, { rating: 1 })), ...[1, 2, 3, 4, 5].map((at) => bring('BROUGHT-2', 4 + at / 10, 10))]);

    const { imported, count } = await ratingOf(productId);
    expect([imported.count, count]).toEqual([10, 25]);
  });

  test('a migration tells the two apart in what was stored before', async () => {
    const [{ productId: brought }, { productId: reviewed }] = [...await bring('BROUGHT-3', 4.5, 2), ...await bring('BROUGHT-4', undefined)] as unknown as [{ productId: string }, { productId: string }];
    await write(await givenUser(shop), reviewed, { rating: 2 });
    const products = shop.connection.collection('products');
    await products.updateMany({ externalRef: { $in: ['BROUGHT-3', 'BROUGHT-4'] } }, { $unset: { ownRating: 1, importedRating: 1 } });
    await shop.connection.collection('reviews').updateMany({}, { $unset: { kind: 1, history: 1, mediaIds: 1, earns: 1 } });
    expect((await list(reviewed)).items).toHaveLength(1);

    for (const _twice of [1, 2]) await ratingsApart.up({ connection: shop.connection, log: () => {} });

    expect(await ratingOf(brought)).toEqual({ average: 4.5, count: 2, imported: { average: 4.5, count: 2 } });
    expect((await products.findOne({ externalRef: 'BROUGHT-4' }))!['ownRating']).toEqual({ sum: 2, count: 1 });
  });
});

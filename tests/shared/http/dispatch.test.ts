import { RouteTable } from '../../../src/shared/http/dispatch.js';

const table = () => {
  const routes = new RouteTable<string>();
  routes.add('get', '/orders/:id', 'one order');
  routes.add('get', '/orders/drafts', 'drafts');
  routes.add('get', '/orders/:id/items/:item', 'an item');
  routes.add('post', '/orders', 'order');
  return routes;
};

test.each([
  ['GET', '/orders/7', 'one order', { id: '7' }],
  ['HEAD', '/orders/7/', 'one order', { id: '7' }],
  ['GET', '/orders/drafts', 'drafts', {}],
  // what looks like the fixed one at first, and is not
  ['GET', '/orders/drafts/items/a%20b', 'an item', { id: 'drafts', item: 'a b' }],
  ['POST', '/orders', 'order', {}],
])('%s %s is %s', (method, path, target, params) => {
  expect(table().find(method, path)).toEqual({ target, params });
});

test.each([['GET', '/orders'], ['PUT', '/orders/7'], ['GET', '/Orders/7'], ['GET', '/orders//items/1'], ['GET', '/orders/7/items'], ['GET', '//']])('%s %s is not there', (method, path) => {
  expect(table().find(method, path)).toBeNull();
});

test('a segment that is no percent-encoding is a bad request', () => {
  expect(() => table().find('GET', '/orders/%E0%A4%A')).toThrow(expect.objectContaining({ status: 400 }));
});

test('the same route twice is a mistake of ours', () => {
  expect(() => { table().add('post', '/orders', 'again'); }).toThrow('POST /orders is declared twice');
});

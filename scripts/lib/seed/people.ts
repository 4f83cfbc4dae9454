import { randomText } from '../../../src/shared/crypto/tokens.js';
import type { SeedCustomer } from '../../seed-data/index.js';
import type { OpenShop } from './seed-shop.js';

const LETTERS = 'abcdefghijkmnopqrstuvwxyz23456789';
export type SeededPerson = Readonly<{ userId: string; customer: SeedCustomer }>;

/** Customers with addresses. Nobody knows their passwords; whoever wants one signs in as the customer that `up` prints. */
export async function seedPeople({ container: { auth, customers } }: OpenShop, wanted: readonly SeedCustomer[], step: (what: string) => void): Promise<Map<string, SeededPerson>> {
  const people = new Map<string, SeededPerson>();
  for (const customer of wanted) {
    const { email, firstName, lastName } = customer;
    const { id: userId, isNew } = await auth.createUser({ email, firstName, lastName, password: randomText(24, LETTERS), roles: ['customer'] });
    if (isNew) for (const address of customer.addresses) await customers.addAddress(userId, { ...address }, undefined);
    people.set(email, { userId, customer });
    step(email);
  }
  return people;
}

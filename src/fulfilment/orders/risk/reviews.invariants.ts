import type { Invariant } from '../../../shared/invariant.js';
import type { OrderRiskRepository } from './order-risk.repository.js';

type Deps = { risks: OrderRiskRepository; capturedOf(orderIds: readonly string[]): Promise<ReadonlyArray<{ orderId: string; amount: number }>> };

/** That a checked order holds its stock is asked of every open order; these ask about its money and its state. */
export const reviewInvariants = ({ risks, capturedOf }: Deps): Invariant[] => [{
  name: 'orders.no_money_is_taken_before_the_review',
  check: async () => (await capturedOf(await risks.findHeld())).filter(({ amount }) => amount > 0)
    .map(({ orderId, amount }) => ({ invariant: 'orders.no_money_is_taken_before_the_review', subject: `order:${orderId}`, detail: `${amount} were captured while it is being checked` })),
}, {
  name: 'orders.reviews_agree_with_holds',
  check: async () => (await risks.findContradictions()).map(({ id, detail }) => ({ invariant: 'orders.reviews_agree_with_holds', subject: `order:${id}`, detail })),
}];

import { paymentStatusOf, type OrderMoney } from '../../../src/fulfilment/orders/payment-status.js';
import type { OrderStatus, PaymentStatus } from '../../../src/fulfilment/orders/orders.js';

const OWES = { amount: { amount: 500, currency: 'EUR' }, purpose: 'edit:1' };
const money = ({ left = 0, refunded = 0, givenBack = 0, ...rest }: Partial<Omit<OrderMoney, 'tenders'> & OrderMoney['tenders']>): OrderMoney =>
  ({ own: 'paid', captured: 0, returned: 0, ...rest, tenders: { left, refunded, givenBack } });

test.each<{ _case: string; status?: OrderStatus; owes?: boolean; placed?: boolean; money: OrderMoney; says: PaymentStatus }>([
  { _case: 'a card that was asked', status: 'pending', placed: false, money: money({ own: 'pending' }), says: 'pending' },
  { _case: 'a card that was declined beside a gift card', status: 'pending', placed: false, money: money({ own: 'failed', left: 500 }), says: 'failed' },
  { _case: 'the same, given up', status: 'expired', placed: false, money: money({ own: 'failed', givenBack: 500 }), says: 'voided' },
  { _case: 'a draft that nobody pays yet', status: 'pending', placed: false, money: money({ own: null }), says: 'pending' },
  { _case: 'exchanged goods', money: money({ own: null }), says: 'none' },
  { _case: 'exchanged goods that an edit made dearer', owes: true, money: money({ own: null }), says: 'partially_paid' },
  { _case: 'an authorised card', money: money({ own: 'authorized' }), says: 'authorized' },
  { _case: 'an authorised card, not let go yet', status: 'cancelled', money: money({ own: 'authorized' }), says: 'authorized' },
  { _case: 'a part of what was authorised', money: money({ own: 'partially_paid', captured: 400 }), says: 'partially_paid' },
  { _case: 'a card', money: money({ captured: 1000 }), says: 'paid' },
  { _case: 'an unpaid edit after a refund', owes: true, money: money({ captured: 1000, returned: 300 }), says: 'partially_paid' },
  { _case: 'a gift card alone', money: money({ left: 1000 }), says: 'paid' },
  { _case: 'a gift card, some of it refunded', money: money({ left: 700, refunded: 300 }), says: 'partially_refunded' },
  { _case: 'a gift card, given back with the order', status: 'cancelled', money: money({ givenBack: 1000 }), says: 'refunded' },
  { _case: 'card and gift card, the card part back', money: money({ own: 'refunded', captured: 1000, returned: 1000, left: 500 }), says: 'partially_refunded' },
  { _case: 'card and gift card, all back', money: money({ own: 'refunded', captured: 1000, returned: 1000, refunded: 500 }), says: 'refunded' },
  { _case: 'a card, all of it converted to store credit', money: money({ captured: 1000, returned: 1000 }), says: 'refunded' },
  { _case: 'a cancelled order whose card has not answered', status: 'cancelled', money: money({ captured: 1000 }), says: 'paid' },
  { _case: 'an order that expired once and lives again with its gift card', money: money({ captured: 900, left: 500, givenBack: 500 }), says: 'paid' },
])('$_case says $says', ({ status = 'placed', owes = false, placed = true, money: so, says }) => {
  expect(paymentStatusOf({ status, outstanding: owes ? OWES : null, placedAt: placed ? new Date() : null }, so)).toBe(says);
});

import type { Texts } from './texts.js';

export const en: Texts = {
  greeting: 'Hello {{name}},', greetingUnnamed: 'Hello,', closing: 'Kind regards,', itemColumn: 'Item', amountColumn: 'Amount',
  sums: { subtotal: 'Subtotal', discount: 'Discount', shipping: 'Shipping', taxAdded: 'Tax', taxIncluded: 'Tax included', total: 'Total' },
  mails: {
    order_placed: { subject: 'Your order {{number}}', heading: 'Thank you for your order', body: ['We have received your order {{number}}. We will write to you when it is on its way.'] },
    payment_received: { subject: 'Payment for order {{number}}', heading: 'We have received your payment', body: ['Your payment of {{amount}} for order {{number}} has arrived. Thank you.'] },
    order_shipped: {
      subject: 'Your order {{number}} is on its way', heading: 'Your parcel is on its way',
      body: ['Goods of your order {{number}} have just left.', 'Carrier: {{carrier}}', 'Tracking number: {{tracking}}'], button: 'Follow the parcel',
    },
    order_delivered: { subject: 'Your order {{number}} has arrived', heading: 'Your order has arrived', body: ['Your order {{number}} was delivered. We hope you enjoy it.'] },
    order_cancelled: { subject: 'Your order {{number}} was cancelled', heading: 'Your order was cancelled', body: ['Your order {{number}} was cancelled. What you paid goes back to you.'] },
    order_changed: { subject: 'Your order {{number}} was changed', heading: 'Your order was changed', body: ['Your order {{number}} was changed as agreed. This is what it is now.'] },
    payment_refunded: { subject: 'Refund for order {{number}}', heading: 'Your money is on its way back', body: ['We have paid back {{amount}} for order {{number}}. It can take some days until your bank shows it.'] },
    payment_failed: { subject: 'Payment for order {{number}} did not work', heading: 'Your payment did not work', body: ['Your payment for order {{number}} was declined. Your order is kept for a while: you can pay it with another card.'] },
    payment_action_required: { subject: 'Please confirm your payment for order {{number}}', heading: 'One more step', body: ['Your bank wants you to confirm the payment for order {{number}}.'], button: 'Confirm the payment' },
    payment_requested: { subject: 'Payment for order {{number}}', heading: 'Please pay your order', body: ['{{amount}} is still to be paid for order {{number}}.', 'Use this code to open and pay your order: {{secret}}'] },
    return_approved: { subject: 'Your return for order {{number}}', heading: 'You can send it back', body: ['Your return for order {{number}} is approved. Send the goods back to us, and we will refund them.'] },
    return_refunded: { subject: 'Refund of your return for order {{number}}', heading: 'Your return was refunded', body: ['We have received your return for order {{number}}.', 'We pay back {{amount}}.', '{{credited}} are now in your store credit.'] },
    backorder_filled: { subject: 'Your order {{number}} can be sent now', heading: 'What you waited for is here', body: ['Goods of your order {{number}} that were out of stock have arrived. We are packing them now.'] },
    pickup_ready: { subject: 'Your order {{number}} is ready', heading: 'Your order is ready for you', body: ['Your order {{number}} waits for you in our shop. Show this code there:', '{{secret}}'] },
    gift_card_issued: { subject: 'A gift card for you', heading: 'A gift card for you', body: ['You have been given a gift card of {{amount}}.', 'Its code: {{secret}}'] },
    order_access: { subject: 'Your order {{number}}', heading: 'Look at your order', body: ['Somebody, probably you, asked for access to order {{number}}. This code opens it for a day:', '{{secret}}', 'If it was not you, nothing needs to be done.'] },
    password_reset: { subject: 'Choose a new password', heading: 'Choose a new password', body: ['This code lets you choose a new password: {{secret}}', 'If you did not ask for it, nothing needs to be done.'] },
    email_verification: { subject: 'Please confirm your e-mail address', heading: 'Is this your address?', body: ['This code confirms your e-mail address: {{secret}}'] },
  },
};

import { formatMoney, type Money } from '../../shared/money.js';
import { SECRET, type Milestone, type MailModel } from './notifications.js';

/** Somebody with an account, as far as a mail addresses them. */
export type MailedAccount = Readonly<{ email: string; name?: string | undefined; locale?: string | undefined }>;
type Data = Readonly<Record<string, unknown>>;
type AccountEvent = Readonly<{ id: string; type: string; data: Data }>;
/** `to` is said where it is not the account's address of today. */
export type AccountDue = Readonly<{ milestone: Milestone; subject: string; to?: string; more: MailModel; secretRef?: string }>;

const MAIL_OF_CODE: Readonly<Record<string, Milestone>> = {
  password_reset: 'password_reset', email_verification: 'email_verification', email_change: 'email_verification', login_link: 'login_link',
};

type Rule = (event: AccountEvent, locale: string) => AccountDue | null;
const told = (value: unknown, locale: string): string | undefined => (value ? formatMoney(value as Money, locale) : undefined);
const notice = (milestone: Milestone): Rule => ({ id }) => ({ milestone, subject: id, more: {} });

function wished(data: Data, locale: string): MailModel {
  const [before, amount] = [told(data['before'], locale), told(data['after'], locale)];
  return { product: String(data['name']), ...(before !== undefined && { before }), ...(amount !== undefined && { amount }), stopUrl: String(data['stopUrl']) };
}

/** Every decision is told once, a later one again. What the shop says to a review is told once, however often it is put in other words. */
const decided = (milestone: Milestone): Rule => ({ id, data }) => {
  if (data['product'] === undefined) return null;
  return { milestone, subject: id, more: { product: String(data['product']), ...(data['reason'] !== '' && data['reason'] !== undefined && { reason: String(data['reason']) }) } };
};
const answered = (milestone: Milestone, about: string): Rule => ({ data }) => (
  { milestone, subject: String(data[about]), more: { product: String(data['product']), said: String(data['text']) } }
);

/** Codes that were asked for, and notices of what the owner of an account should hear of, since it may have been somebody else. */
const RULES: Readonly<Record<string, Rule>> = {
  'user.code_granted': ({ data }) => {
    const milestone = MAIL_OF_CODE[String(data['purpose'])];
    const codeId = String(data['codeId']);
    return milestone === undefined ? null : { milestone, subject: codeId, to: String(data['email']), more: { secret: SECRET }, secretRef: `account-code:${codeId}` };
  },
  'user.password_changed': notice('password_changed'),
  'user.email_changed': ({ id, data }) => ({ milestone: 'email_changed', subject: id, to: String(data['before']), more: {} }),
  'user.mfa_enabled': notice('mfa_enabled'),
  'user.mfa_disabled': notice('mfa_disabled'),
  'user.recovery_code_used': ({ id, data }) => ({ milestone: 'recovery_code_used', subject: id, more: { count: String(data['left']) } }),
  'user.new_device': ({ id, data }) => ({ milestone: 'new_device', subject: id, more: { device: String(data['device']), place: String(data['ipRange']) } }),
  'user.identity_linked': ({ id, data }) => ({ milestone: 'identity_linked', subject: id, more: { provider: String(data['provider']) } }),
  'wishlist.price_dropped': ({ id, data }, locale) => ({ milestone: 'price_drop', subject: id, more: wished(data, locale) }),
  'wishlist.back_in_stock': ({ id, data }, locale) => ({ milestone: 'back_in_stock', subject: id, more: wished(data, locale) }),
  'review.published': decided('content_published'),
  'review.rejected': decided('content_rejected'),
  'review.replied': answered('review_replied', 'reviewId'),
  'question.published': decided('content_published'),
  'question.rejected': decided('content_rejected'),
  'question.answered': answered('question_answered', 'answerId'),
  'answer.published': decided('content_published'),
  'answer.rejected': decided('content_rejected'),
  'user.identity_unlinked': ({ id, data }) => ({ milestone: 'identity_unlinked', subject: id, more: { provider: String(data['provider']) } }),
};

export const ACCOUNT_EVENTS = Object.keys(RULES);
export const dueAccountMail = (event: AccountEvent, locale: string): AccountDue | null => RULES[event.type]?.(event, locale) ?? null;

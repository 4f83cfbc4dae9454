/** What a publishable key can be given: the calls an app makes for whoever holds the device. */
export const STOREFRONT_SCOPES = [
  'catalog:read', 'cart:read', 'cart:write', 'checkout:write', 'orders:read', 'auth:write', 'customers:self',
] as const;

/** What staff roles are made of. Secret keys carry the same words as scopes. */
export const PERMISSIONS = [
  'products:read', 'products:write', 'categories:write', 'inventory:read', 'inventory:write', 'orders:read', 'orders:write',
  'payments:write', 'customers:read', 'customers:write', 'users:read', 'users:write', 'api-keys:write', 'cache:purge', 'audit:read',
  'invariants:read', 'jobs:read', 'jobs:write', 'outbox:read', 'outbox:write', 'import:write', 'loyalty:write', 'shipping:write', 'tax:write', 'gift-cards:write', 'promotions:read', 'promotions:write', 'reviews:moderate', 'reviews:reply', 'return-policy:write', 'privacy:write',
  'risk:review', 'risk:write',
  'contacts:read', 'pricing:read', 'costs:read', 'mails:read', 'mails:write', 'policy:read', 'alerts:read', 'alerts:write',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

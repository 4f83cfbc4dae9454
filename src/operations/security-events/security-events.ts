import type { SecurityEvent } from '../../shared/security-event.js';

export type StoredSecurityEvent = SecurityEvent & Readonly<{ id: string; requestId?: string; at: Date }>;
export type SecurityEventFilter = { kind?: string; userId?: string; address?: string; from?: Date; until?: Date };

/** What a refusal by this code is to whoever watches. A code that is not here is no business of theirs. */
const KIND_OF_REFUSAL: Readonly<Record<string, string>> = {
  invalid_credentials: 'sign_in_refused', too_many_failed_sign_ins: 'sign_in_blocked',
  invalid_token: 'token_refused', invalid_refresh_token: 'token_refused', refresh_token_reused: 'token_reused', one_click_token_invalid: 'token_refused',
  api_key_required: 'key_refused', missing_scope: 'permission_refused', missing_permission: 'permission_refused', beyond_own_permissions: 'permission_refused',
  invalid_code: 'code_refused', invalid_challenge: 'code_refused', step_up_required: 'step_up_refused', mfa_enrolment_required: 'permission_refused', role_not_held: 'permission_refused', csrf_token_required: 'csrf_refused',
  webhook_signature_invalid: 'signature_refused', webhook_not_signed: 'signature_refused', rate_limited: 'rate_limited',
};

export const kindOfRefusal = (code: string): string | undefined => (Object.hasOwn(KIND_OF_REFUSAL, code) ? KIND_OF_REFUSAL[code] : undefined);

/** Audited changes of who may do what are security events too: `api_key.issued`, `user.roles_changed`. */
export const kindOfChange = (action: string): string | undefined => (/^(api_key|user|data_key|security)\./.test(action) ? action.replaceAll('.', '_') : undefined);

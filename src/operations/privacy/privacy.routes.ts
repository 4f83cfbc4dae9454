import { actorOf } from '../../shared/http/caller.js';
import { defineRoute } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { Job } from '../jobs/index.js';
import type { KeyRotation } from './key-rotation.service.js';
import { guestBody, guestTokenBody, type GuestBody, type GuestTokenBody, erasureBody, exportAnswer, jobAnswer, rotationBody, userParams, type ErasureBody, type RotationBody, type UserParams } from './privacy.schemas.js';
import type { PrivacyService } from './privacy.service.js';

const tag = 'Privacy';
const self = { scope: 'customers:self', user: 'required' } as const;
const staff = { permission: 'privacy:write' } as const;
const accepted = (job: Job, sentence: string) => ({ status: 202, body: success(sentence, { jobId: job.id, state: job.state }) });
const EXPORT = 'The file is being made. Fetch it when the job has succeeded.';
const GUEST = 'What was done with this address is being erased.';
const ERASURE = 'The account is being erased.';

export function privacyRoutes(privacy: PrivacyService, rotation: KeyRotation) {
  return [
    defineRoute({
      method: 'post', path: '/customers/me/data-export', summary: 'Ask for everything that is stored about you', tag, access: self, responses: { 202: jobAnswer, ...problems(400, 401, 403, 404) },
      handle: async (_input, { caller }) => accepted(await privacy.requestExport(caller.user!.id, actorOf(caller)), EXPORT),
    }),
    defineRoute({
      method: 'get', path: '/customers/me/data-export', summary: 'Everything that is stored about you', tag, access: self, description: 'The file that was made last; 404 `export_not_ready` until there is one. It is kept for seven days.',
      responses: { 200: exportAnswer, ...problems(400, 401, 403, 404) },
      handle: async (_input, { caller }) => ({ status: 200, body: success('Your data.', await privacy.getExport(caller.user!.id)) }),
    }),
    defineRoute<object, object, object, ErasureBody>({
      method: 'post', path: '/customers/me/erasure', summary: 'Erase your account and everything about you', tag, access: self, stepUp: true, body: erasureBody,
      description: 'Wants the password: whoever holds a session only must not end the account. Invoices are kept as long as the law wants them. Refused with 409 `orders_still_open` while an order is under way.',
      responses: { 202: jobAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ body: { confirmEmail, currentPassword } }, { caller, userAgent }) =>
        accepted(await privacy.requestOwnErasure(caller.user!, { confirmEmail, currentPassword, client: { ip: caller.ip, userAgent }, actor: actorOf(caller) }), ERASURE),
    }),
    defineRoute<UserParams>({
      method: 'post', path: '/admin/users/:id/data-export', summary: 'Have everything that is stored about somebody put into a file', tag, access: staff, stepUp: true, params: userParams,
      responses: { 202: jobAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }, { caller }) => accepted(await privacy.requestExport(params.id, actorOf(caller)), EXPORT),
    }),
    defineRoute<UserParams>({
      method: 'get', path: '/admin/users/:id/data-export', summary: 'Everything that is stored about somebody', tag, access: staff, stepUp: true, params: userParams, description: 'Who read it is on record.',
      responses: { 200: exportAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }, { caller }) => ({ status: 200, body: success('Their data.', await privacy.readExport(params.id, actorOf(caller))) }),
    }),
    defineRoute<UserParams>({
      method: 'post', path: '/admin/users/:id/erasure', summary: 'Erase an account and everything about its owner', tag, access: staff, stepUp: true, params: userParams, responses: { 202: jobAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params }, { caller }) => accepted(await privacy.requestErasure(params.id, actorOf(caller)), ERASURE),
    }),
    defineRoute<object, object, object, GuestTokenBody>({
      method: 'post', path: '/orders/lookup/erasure', summary: 'Erase what you ordered without an account, with the code that was mailed', tag, access: { scope: 'orders:read' }, rate: 'auth', body: guestTokenBody,
      description: 'Everything done with the address of that order. Invoices are kept as long as the law wants them. Refused with 409 `orders_still_open` while an order is under way.',
      responses: { 202: jobAnswer, ...problems(400, 401, 403, 404, 409, 413, 415) },
      handle: async ({ body }, { caller }) => accepted(await privacy.requestOwnGuestErasure(body.token, actorOf(caller)), GUEST),
    }),
    defineRoute<object, object, object, GuestBody>({
      method: 'post', path: '/admin/guest-erasures', summary: 'Erase what somebody ordered without an account', tag, access: staff, stepUp: true, body: guestBody,
      responses: { 202: jobAnswer, ...problems(400, 401, 403, 409, 413, 415) },
      handle: async ({ body }, { caller }) => accepted(await privacy.requestGuestErasure(body.email, actorOf(caller)), GUEST),
    }),
    defineRoute<object, object, object, RotationBody>({
      method: 'post', path: '/admin/data-keys/rotations', summary: 'Change the keys that personal data is sealed with', tag, access: staff, stepUp: true, body: rotationBody, responses: { 202: jobAnswer, ...problems(400, 401, 403) },
      handle: async ({ body }, { caller }) => accepted(await rotation.request(body.renew, actorOf(caller)), 'The keys are being changed. The job tells how far it is.'),
    }),
  ];
}

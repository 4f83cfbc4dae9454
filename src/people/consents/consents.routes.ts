import { defineRoute } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { consentAnswer, consentBody, type ConsentBody } from './consents.schemas.js';
import type { ConsentService } from './consents.service.js';

const access = { scope: 'customers:self', user: 'required' } as const;
const tag = 'Customers';

export function consentRoutes(consents: ConsentService) {
  return [
    defineRoute({
      method: 'get', path: '/customers/me/consents', summary: 'What you agreed to, when, and to which text', tag, access, responses: { 200: consentAnswer, ...problems(400, 401, 403) },
      handle: async (_input, { caller }) => ({ status: 200, body: success('Your decisions.', await consents.of(caller.user!.id)) }),
    }),
    defineRoute<object, object, object, ConsentBody>({
      method: 'put', path: '/customers/me/consents', summary: 'Agree to something, or withdraw it', tag, access,
      description: 'Every decision is kept. The same decision on the same version again changes nothing; purposes that are not named stay as they are.',
      body: consentBody, responses: { 200: consentAnswer, ...problems(400, 401, 403, 409) },
      handle: async ({ body }, { caller }) => ({ status: 200, body: success('Your decisions are recorded.', await consents.decide(caller.user!.id, body.consents, body.source ?? 'account')) }),
    }),
  ];
}

import type { Connection } from 'mongoose';
import type { Subscriber } from '../../shared/events/outbox.js';
import type { Auth } from '../auth/index.js';
import { MailedCodeRepository } from './account-mail.repository.js';
import { accountMailRoutes } from './account-mail.routes.js';
import { AccountMailService, type AccountMailDeps } from './account-mail.service.js';

type Deps = Omit<AccountMailDeps, 'codes'> & { connection: Connection; auth: AccountMailDeps['auth'] & Pick<Auth, 'answerTokens'> };

export function createAccountMail({ connection, ...deps }: Deps) {
  const service = new AccountMailService({ ...deps, codes: new MailedCodeRepository(connection) });
  const subscribers: Subscriber[] = [{ name: 'account-mail', on: ['user.code_requested', 'user.registered', 'user.signed_in'], handle: (event) => service.hear(event) }];
  return { routes: accountMailRoutes(service, deps.auth), subscribers };
}

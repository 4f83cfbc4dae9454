import type { Connection } from 'mongoose';
import type { Subscriber } from '../../shared/events/outbox.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Auth } from '../auth/index.js';
import { MailedCodeRepository } from './account-mail.repository.js';
import { accountMailRoutes } from './account-mail.routes.js';
import { AccountMailService, type AccountMailDeps } from './account-mail.service.js';

type Deps = Omit<AccountMailDeps, 'codes'> & { connection: Connection; auth: AccountMailDeps['auth'] & Pick<Auth, 'answerTokens'> };

export function createAccountMail({ connection, ...deps }: Deps) {
  const codes = new MailedCodeRepository(connection);
  const service = new AccountMailService({ ...deps, codes });
  const subscribers: Subscriber[] = [{ name: 'account-mail', on: ['user.code_requested', 'user.registered', 'user.signed_in'], handle: (event) => service.hear(event) }];
  const personalData: PersonalData = {
    name: 'mailedCodes', collections: ['mailed_codes'], erase: ({ userId }) => codes.removeAll(userId),
    export: async ({ userId }) => (await codes.ofUser(userId)).map(({ purpose, email, createdAt }) => ({ purpose, email, createdAt })),
  };
  return { routes: accountMailRoutes(service, deps.auth), subscribers, personalData };
}

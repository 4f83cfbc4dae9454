import type { Connection } from 'mongoose';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Auth } from '../auth/index.js';
import { Providers } from './providers.js';
import type { ProviderSettings } from './sign-in-with.js';
import { IdentityRepository } from './sign-in-with.repository.js';
import { signInWithRoutes } from './sign-in-with.routes.js';
import { SignInWithService, type SignInWithDeps } from './sign-in-with.service.js';

type Deps = Omit<SignInWithDeps, 'identities' | 'providers' | 'auth'> & { connection: Connection; auth: Auth; config: readonly ProviderSettings[] };

export function createSignInWith({ connection, config, ...deps }: Deps) {
  const identities = new IdentityRepository(connection);
  const providers = new Providers(config);
  const service = new SignInWithService({ ...deps, identities, providers });
  const personalData: PersonalData = {
    name: 'linkedIdentities', collections: ['linked_identities', 'sign_in_flows'], export: ({ userId }) => identities.ofUser(userId), erase: ({ userId }) => identities.removeAll(userId),
  };
  return { routes: signInWithRoutes(service, providers, deps.auth), personalData };
}

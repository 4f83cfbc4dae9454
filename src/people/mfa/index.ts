import type { Connection } from 'mongoose';
import { createFieldCipher } from '../../shared/crypto/field-cipher.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Auth } from '../auth/index.js';
import { ChallengeRepository, FactorRepository } from './mfa.repository.js';
import { mfaRoutes } from './mfa.routes.js';
import { MfaService, type MfaDeps } from './mfa.service.js';
import { ProofService } from './proof.service.js';

type Deps = Omit<MfaDeps, 'factors' | 'cipher' | 'issuer' | 'auth'> & { connection: Connection; auth: Auth; config: Readonly<{ secret: string; issuer: string }> };

export function createMfa({ connection, config, auth, ...deps }: Deps) {
  const factors = new FactorRepository(connection);
  const shared = { ...deps, auth, factors, cipher: createFieldCipher(config.secret, 'mfa') };
  const mfa = new MfaService({ ...shared, issuer: config.issuer });
  const proofs = new ProofService({ ...shared, mfa, challenges: new ChallengeRepository(connection) });
  auth.challengeWith((user, opening) => proofs.challenge(user, opening));
  const personalData: PersonalData = {
    name: 'secondFactor', collections: ['mfa_factors', 'mfa_challenges'], erase: ({ userId }) => factors.erase(userId),
    export: async ({ userId }) => { const factor = await factors.find(userId); return factor && { kind: 'totp', confirmedAt: factor.confirmedAt }; },
  };
  return { routes: mfaRoutes({ mfa, proofs, answerTokens: auth.answerTokens }), personalData };
}

import { newToken, randomText, sameText, sha256 } from '../../shared/crypto/tokens.js';
import { Recent } from '../../shared/cache/recent.js';
import { later, type Clock } from '../../shared/clock.js';
import type { RecordAudit } from '../../shared/audit.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { SYSTEM, type Actor } from '../../shared/actor.js';
import { actorOf, mayAct, type Caller, type KeyIdentity } from '../../shared/http/caller.js';
import type { SignedRequest } from '../../shared/http/signature.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import { hasPassed, isUsable, powersIn, readKey, scopesBeyondKind, type ApiKey, type KeyKind, type KeySecret, type Signing } from './api-keys.js';
import { ApiKeyNotFound, ApiKeyRevoked, ExpiryInThePast, InvalidSignature, RequestReplayed, ScopesBeyondKind, ScopesBeyondOwn, SignatureOutOfTime, SignatureRequired, SigningBeyondKind } from './api-keys.errors.js';
import type { ApiKeyRepository } from './api-keys.repository.js';
import type { NonceRepository } from './nonces.repository.js';
import { isInTime, isSignedWith, isWellFormed, signingSecretOf } from './signed-requests.js';

/** How long a revoked key may still be believed by a node. */
const BELIEVED_MS = 900;
const MARK_USE_EVERY_MS = 60_000;
const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789';
const MIXED = `${LOWER}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;

export type NewKey = { name: string; kind: KeyKind; scopes: readonly string[]; expiresAt?: Date; rateLimitPerMinute?: number; channel?: string; signing?: Signing };
export type IssuedKey = { id: string; key: string; appSecret?: string; signingSecret?: string };
type Given = { key: string; appSecret?: string };
type Known = Readonly<{ key: ApiKey; identity: KeyIdentity }>;

type Deps = { keys: ApiKeyRepository; nonces: NonceRepository; now: Clock; inTransaction: InTransaction; audit: RecordAudit; deriveSecret: (purpose: string) => string };

export class ApiKeyService {
  private readonly recent = new Recent<Known | null>({ ttlMs: BELIEVED_MS, max: 10_000 });

  constructor(private readonly deps: Deps) {}

  /**
   * Null for a key that is unknown, revoked, expired, or secret without its app secret. A signature takes the secret's place
   * where the key may sign; whoever holds the key itself is told what is wrong with it.
   */
  async findKey(apiKey: string, appSecret?: string, signed?: SignedRequest): Promise<KeyIdentity | null> {
    const presented = readKey(apiKey);
    if (!presented) return null;
    const known = await this.recent.get(presented.keyId, () => this.load(presented.keyId));
    if (!known || known.key.kind !== presented.kind) return null;
    const now = this.deps.now();
    if (!isUsable(known.key, now)) return null;
    const proof = sha256(presented.proof);
    const secrets = known.key.secrets.filter(({ expiresAt }) => !hasPassed(expiresAt, now));
    if (signed || known.key.signing === 'required') {
      const proven = secrets.find(({ hash }) => sameText(hash, proof));
      if (!proven) return null;
      await this.requireSignature(known.key, proven, signed);
      return known.identity;
    }
    const appProof = appSecret === undefined ? '' : sha256(appSecret);
    return secrets.some((secret) => opens(known.key.kind, secret, proof, appProof)) ? known.identity : null;
  }

  /** The key and its secret are answered this once; only their hashes are kept. */
  async issue({ given, ...wanted }: NewKey & { given?: Given }, actor: Actor = SYSTEM): Promise<IssuedKey> {
    const beyond = scopesBeyondKind(wanted.kind, wanted.scopes);
    if (beyond.length > 0) throw new ScopesBeyondKind(beyond);
    if (hasPassed(wanted.expiresAt, this.deps.now())) throw new ExpiryInThePast();
    if (wanted.signing !== undefined && wanted.kind !== 'secret') throw new SigningBeyondKind();
    const made = given ?? newSecret(wanted.kind);
    const presented = readKey(made.key);
    if (!presented) throw new Error('the given key does not read like a key');
    const row = {
      ...wanted, keyId: presented.keyId, prefix: made.key.slice(0, -presented.proof.length - 1),
      secrets: [hashed(made)], createdAt: this.deps.now(),
    };
    const stored = await this.deps.inTransaction(async () => {
      const key = given ? await this.deps.keys.put(row) : await this.deps.keys.create(row);
      await this.deps.audit({ actor, action: 'api_key.issued', subject: `api_key:${key.id}`, after: summaryOf(key) });
      return key;
    });
    this.recent.forget(presented.keyId);
    return { id: stored.id, ...made, ...this.signingSecret(stored, made) };
  }

  issueFor(caller: Caller, wanted: NewKey): Promise<IssuedKey> {
    const lacking = powersIn(wanted.kind, wanted.scopes).filter((scope) => !mayAct(caller, scope));
    if (lacking.length > 0) throw new ScopesBeyondOwn(lacking);
    return this.issue(wanted, actorOf(caller));
  }

  /** Both secrets work until the older one's time is over, so that servers can be changed one by one. */
  async rotate(id: string, overlapSeconds: number, caller: Caller): Promise<IssuedKey> {
    const now = this.deps.now();
    const key = await this.get(id);
    if (!isUsable(key, now)) throw new ApiKeyRevoked();
    const lacking = powersIn(key.kind, key.scopes).filter((scope) => !mayAct(caller, scope));
    if (lacking.length > 0) throw new ScopesBeyondOwn(lacking);
    const made = newSecret(key.kind, key.prefix);
    const overlapEnds = later(now, overlapSeconds * 1000);
    const leaving = key.secrets.slice(-1).map((secret) => ({ ...secret, expiresAt: overlapEnds }));
    await this.deps.inTransaction(async () => {
      const rotated = await this.deps.keys.setSecrets(key, [...leaving, hashed(made)]);
      if (!rotated) throw new ConcurrentChange('This key was rotated or revoked meanwhile.', { id });
      await this.deps.audit({ actor: actorOf(caller), action: 'api_key.rotated', subject: `api_key:${id}`, after: { overlapEnds } });
    });
    this.recent.forget(key.keyId);
    return { id, ...made, ...this.signingSecret(key, made) };
  }

  async revoke(id: string, caller: Caller): Promise<ApiKey> {
    const key = await this.get(id);
    const now = this.deps.now();
    await this.deps.inTransaction(async () => {
      const revoked = await this.deps.keys.revoke(id, now);
      if (revoked) await this.deps.audit({ actor: actorOf(caller), action: 'api_key.revoked', subject: `api_key:${id}`, before: summaryOf(key) });
    });
    this.recent.forget(key.keyId);
    return this.get(id);
  }

  list(query: PageQuery) {
    return this.deps.keys.list(query);
  }

  async get(id: string): Promise<ApiKey> {
    const key = await this.deps.keys.find(id);
    if (!key) throw new ApiKeyNotFound();
    return key;
  }

  /** The nonce is taken last: only who can sign can use one up. */
  private async requireSignature(key: ApiKey, secret: KeySecret, signed: SignedRequest | undefined): Promise<void> {
    if (!signed) throw new SignatureRequired();
    const isSigned = isWellFormed(signed) && isSignedWith(signingSecretOf(this.deps.deriveSecret, secret.hash), signed);
    if (key.signing === undefined || !isSigned) throw new InvalidSignature();
    const now = this.deps.now();
    if (!isInTime(signed, now)) throw new SignatureOutOfTime(now);
    if (!await this.deps.nonces.use(key.keyId, signed.nonce)) throw new RequestReplayed();
  }

  private signingSecret({ signing }: ApiKey, made: Given): { signingSecret?: string } {
    return signing === undefined ? {} : { signingSecret: signingSecretOf(this.deps.deriveSecret, hashed(made).hash) };
  }

  private async load(keyId: string): Promise<Known | null> {
    const key = await this.deps.keys.findByKeyId(keyId);
    if (!key) return null;
    const { id, kind, name, scopes, rateLimitPerMinute, channel } = key;
    const now = this.deps.now();
    // A lost mark is no defect, and no call waits for it.
    if (!key.lastUsedAt || later(key.lastUsedAt, MARK_USE_EVERY_MS) <= now) this.deps.keys.markUsed(id, now, MARK_USE_EVERY_MS).catch(() => {});
    return { key, identity: { id, kind, name, scopes: new Set(scopes), ...(rateLimitPerMinute !== undefined && { rateLimitPerMinute }), ...(channel !== undefined && { channel }) } };
  }
}

/** Both halves are always compared, so that the time tells nothing of either. */
function opens(kind: KeyKind, secret: KeySecret, proof: string, appProof: string): boolean {
  const first = sameText(secret.hash, proof);
  const second = kind === 'publishable' || sameText(secret.appSecretHash ?? '-', appProof);
  return first && second;
}

function newSecret(kind: KeyKind, prefix = `${kind === 'secret' ? 'sk' : 'pk'}_live_${randomText(8, LOWER)}`): Given {
  const key = `${prefix}_${randomText(32, MIXED)}`;
  return kind === 'secret' ? { key, appSecret: `as_${newToken()}` } : { key };
}

function hashed({ key, appSecret }: Given): KeySecret {
  return { hash: sha256(readKey(key)!.proof), ...(appSecret !== undefined && { appSecretHash: sha256(appSecret) }) };
}

const summaryOf = ({ name, kind, scopes, expiresAt, rateLimitPerMinute, channel, signing }: ApiKey) => ({ name, kind, scopes, expiresAt, rateLimitPerMinute, channel, signing });

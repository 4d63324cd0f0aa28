import { createRemoteJWKSet, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { TENANT } from '../event-sourcing/stream.js';
import type { RequestContext } from '../graphql/request-context.js';
import { RequestError } from '../graphql/request-error.js';
import { ROLES, type Caller, type Role } from './caller.js';

export interface AccessSettings {
  /** Where the public keys of the issuer are; wins over `secret`. */
  readonly jwksUrl?: string | undefined;
  /** Shared secret of HS256 tokens. */
  readonly secret?: string | undefined;
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  /** Who a local request without a token acts as; only `npm start` sets it. */
  readonly devCaller?: Caller | undefined;
}

/** Signatures by a key pair only: a public key must never be usable as a shared secret. */
const KEY_PAIR_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519'];
/** How long a token that was verified once is taken at its word: bounds how long a withdrawn key lives on. */
const REMEMBERED_MS = 60_000;

/** Tells who a request comes from. Claims: `sub`, `tenant`, `roles`, and optionally `actor_kind`. */
export class Authenticator {
  private readonly verified = new LRUCache<string, Caller>({ max: 10_000 });
  private readonly verify: ((token: string) => Promise<JWTPayload>) | undefined;

  constructor(private readonly settings: AccessSettings) {
    this.verify = verifier(settings);
  }

  /** Throws UNAUTHENTICATED. */
  async authenticate({ authorization, local }: RequestContext): Promise<Caller> {
    if (authorization === undefined) {
      if (local && this.settings.devCaller) return this.settings.devCaller;
      throw new RequestError('UNAUTHENTICATED', 'Send a token: Authorization: Bearer …');
    }
    const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization)?.[1];
    if (!token || !this.verify) throw new RequestError('UNAUTHENTICATED', 'This is no token that is accepted here.');
    const known = this.verified.get(token);
    if (known) return known;

    const payload = await this.verify(token).catch((error: unknown) => {
      throw new RequestError('UNAUTHENTICATED', 'The token is not accepted.', { reason: reasonOf(error) });
    });
    const caller = callerOf(payload);
    const ttl = Math.min(REMEMBERED_MS, caller.expiresAt - Date.now());
    if (ttl > 0) this.verified.set(token, caller, { ttl });
    return caller;
  }
}

function verifier(settings: AccessSettings): ((token: string) => Promise<JWTPayload>) | undefined {
  const { jwksUrl, secret, issuer, audience } = settings;
  const checks = {
    requiredClaims: ['exp', 'sub'],
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  };
  if (jwksUrl !== undefined) {
    const keys: JWTVerifyGetKey = createRemoteJWKSet(new URL(jwksUrl));
    return async (token) => (await jwtVerify(token, keys, { ...checks, algorithms: KEY_PAIR_ALGORITHMS })).payload;
  }
  if (secret !== undefined) {
    const key = new TextEncoder().encode(secret);
    return async (token) => (await jwtVerify(token, key, { ...checks, algorithms: ['HS256'] })).payload;
  }
  return undefined;
}

function callerOf(payload: JWTPayload): Caller & { readonly expiresAt: number } {
  const { sub, exp = 0, tenant, roles, actor_kind: kind = 'HUMAN' } = payload;
  if (sub === undefined || sub.length > 255 || typeof tenant !== 'string' || !TENANT.test(tenant)) {
    throw new RequestError('UNAUTHENTICATED', 'The token names no subject or no tenant.');
  }
  if (kind !== 'HUMAN' && kind !== 'SYSTEM' && kind !== 'IMPORT') {
    throw new RequestError('UNAUTHENTICATED', 'The token names an unknown actor_kind.');
  }
  const granted = Array.isArray(roles) ? ROLES.filter((role: Role) => roles.includes(role)) : [];
  return { tenantId: tenant, actor: { id: sub, kind }, roles: granted, expiresAt: exp * 1000 };
}

/** jose's own code (`ERR_JWT_EXPIRED`, `ERR_JWS_SIGNATURE_VERIFICATION_FAILED`, …): says what is wrong, reveals nothing. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'ERR_UNKNOWN';

import { SignJWT } from 'jose';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROLES } from '../../libs/access/caller.js';

/** The secret that tokens of this laptop are checked with: made once, kept beside the data. */
export function devSecret(directory: string): string {
  const file = join(directory, 'auth-secret');
  mkdirSync(directory, { recursive: true });
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8');
}

/** All roles in the tenant of the demo, for 30 days. */
export const devToken = (secret: string): Promise<string> =>
  new SignJWT({ tenant: 'demo', roles: ROLES })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('dev')
    .setIssuedAt()
    .setExpirationTime('30d')
    .sign(new TextEncoder().encode(secret));

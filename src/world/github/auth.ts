/**
 * Tokens: who a request comes from.
 */
import { createPublicKey, createVerify, randomBytes } from 'node:crypto';
import { isRecord } from './http/input.ts';
import type { Hub } from './hub.ts';
import { Problem, badCredentials } from './problem.ts';
import type { Access, App, User, Viewer } from './state.ts';

/**
 * Tokens live by the machine's clock even when the world's clock is turned:
 * clients sign and cache theirs by it.
 */
const wallClock = (): number => Date.now();

const LIFETIME_MS = 3_600_000;

export function userToken(hub: Hub, user: User): string {
  for (const [token, viewer] of hub.tokens) if (viewer.kind === 'user' && viewer.user.id === user.id) return token;
  const token = `ghp_${randomBytes(18).toString('hex')}`;
  hub.tokens.set(token, { kind: 'user', user });
  return token;
}

export interface Grant {
  readonly token: string;
  readonly expiresAt: number;
}

export function installationToken(
  hub: Hub,
  app: App,
  repositories: ReadonlySet<number> | null,
  permissions: Readonly<Record<string, Access>>,
): Grant {
  const token = `ghs_${randomBytes(18).toString('hex')}`;
  const expiresAt = wallClock() + LIFETIME_MS;
  hub.tokens.set(token, { kind: 'installation', app, repositories, permissions, expiresAt });
  return { token, expiresAt };
}

function jwtProblem(message: string): Problem {
  return new Problem(401, message, { type: 'UNAUTHORIZED' });
}

function decodePart(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isRecord(value) ? value : {};
  } catch {
    throw jwtProblem('A JSON web token could not be decoded');
  }
}

/** RS256, signed by the app's key, issued by its id or client id, and alive for at most ten minutes. */
function appOfJwt(hub: Hub, jwt: string): App {
  const [head = '', claims = '', signature = ''] = jwt.split('.');
  const { alg } = decodePart(head);
  const { iss, iat, exp } = decodePart(claims);
  if (alg !== 'RS256') throw jwtProblem('A JSON web token could not be decoded');
  if (typeof iss !== 'string' && typeof iss !== 'number')
    throw jwtProblem("Missing 'issuer' claim ('iss') in assertion");
  const app = [...hub.apps.values()].find(
    (candidate) => String(candidate.id) === String(iss) || candidate.clientId === iss,
  );
  if (app === undefined) throw new Problem(404, 'Integration not found', { type: 'NOT_FOUND' });
  const signed = createVerify('RSA-SHA256').update(`${head}.${claims}`);
  if (!signed.verify(createPublicKey(app.publicKey), Buffer.from(signature, 'base64url'))) {
    throw jwtProblem('A JSON web token could not be decoded');
  }
  const now = wallClock() / 1000;
  if (typeof exp !== 'number' || exp <= now) {
    throw jwtProblem(
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > now + 630) throw jwtProblem("'Expiration time' claim ('exp') is too far in the future");
  if (typeof iat !== 'number' || iat > now + 60) {
    throw jwtProblem(
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  return app;
}

/** The viewer of an Authorization header; 401 for one that nobody here gave out. */
export function authenticate(hub: Hub, header: string | undefined): Viewer {
  if (header === undefined || header === '') return { kind: 'anonymous' };
  const [scheme = '', value = ''] = header.split(' ');
  const basic = scheme.toLowerCase() === 'basic';
  const credentials = basic ? Buffer.from(value, 'base64').toString('utf8') : value;
  const colon = credentials.indexOf(':');
  const token = basic ? credentials.slice(colon + 1) || credentials.slice(0, colon) : credentials;
  if (token.split('.').length === 3) return { kind: 'app', app: appOfJwt(hub, token) };
  const viewer = hub.tokens.get(token);
  if (viewer === undefined || (viewer.kind === 'installation' && viewer.expiresAt < wallClock()))
    throw badCredentials();
  return viewer;
}

import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { aGitHub } from './setup.ts';

function jwt(key: string, claims: Readonly<Record<string, unknown>>, alg = 'RS256'): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg, typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key).toString('base64url')}`;
}

test('an app is let in only by a token of its own key that is alive and not for long', async (t) => {
  const github = await aGitHub(t);
  const { id, clientId, privateKey } = github.app;
  const now = Math.floor(Date.now() / 1000);
  const other = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
  const good = { iss: id, iat: now - 30, exp: now + 300 };
  const cases: readonly (readonly [string, string, number, RegExp])[] = [
    ['its id', jwt(privateKey, good), 200, /lastgood/],
    ['its client id', jwt(privateKey, { ...good, iss: clientId }), 200, /lastgood/],
    ['another key', jwt(other, good), 401, /could not be decoded/],
    ['another algorithm', jwt(privateKey, good, 'none'), 401, /could not be decoded/],
    ['expired', jwt(privateKey, { ...good, exp: now - 5 }), 401, /'exp'/],
    ['alive for an hour', jwt(privateKey, { ...good, exp: now + 3600 }), 401, /too far in the future/],
    ['issued tomorrow', jwt(privateKey, { ...good, iat: now + 200 }), 401, /'iat'/],
    ['by nobody', jwt(privateKey, { iat: now, exp: now + 60 }), 401, /'iss'/],
    ['by another app', jwt(privateKey, { ...good, iss: 4711 }), 404, /Integration not found/],
    ['no such token', 'ghs_made_up', 401, /Bad credentials/],
  ];
  for (const [name, token, status, words] of cases) {
    const response = await fetch(`${github.url}/app`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(response.status, status, name);
    assert.match(await response.text(), words, name);
  }
});

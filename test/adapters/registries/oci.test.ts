import assert from 'node:assert/strict';
import { test } from 'node:test';
import nock from 'nock';
import { onlyNock } from '../only-nock.ts';
import { lookAt } from './look-at.ts';

onlyNock();

const A = `sha256:${'a'.repeat(64)}`;
const B = `sha256:${'b'.repeat(64)}`;
const HUB = { kind: 'oci', url: 'https://ghcr.io', auth: { basic: 'REGISTRY_LOGIN' } };
const env = { REGISTRY_LOGIN: 'bot:s3cret' };
const CHALLENGE = 'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:acme/app:pull"';

function image(text: string) {
  return lookAt(HUB, text, env);
}

/** A registry that wants a token of its token server first, as GHCR and Docker Hub do. */
function withToken(): nock.Scope {
  nock('https://ghcr.io')
    .get('/token')
    .query({ service: 'ghcr.io', scope: 'repository:acme/app:pull' })
    .basicAuth({ user: 'bot', pass: 's3cret' })
    .reply(200, { token: 't0ken' });
  return nock('https://ghcr.io', { reqheaders: { authorization: 'Bearer t0ken' } });
}

test('a tag is resolved to its digest, after the token that the registry asks for', async () => {
  nock('https://ghcr.io').head('/v2/acme/app/manifests/1.4.2').reply(401, '', { 'www-authenticate': CHALLENGE });
  withToken()
    .head('/v2/acme/app/manifests/1.4.2')
    .matchHeader('accept', /application\/vnd\.oci\.image\.index\.v1\+json/)
    .reply(200, '', { 'docker-content-digest': A });
  const found = await image('acme/app:1.4.2');
  assert.deepEqual([found.state, found.says], ['there', 'there, as sha256:aaaaaaaaaaaa']);
});

test('a pinned digest counts, and a tag that has moved away from it is told', async () => {
  nock('https://ghcr.io')
    .head(`/v2/acme/app/manifests/${A}`)
    .reply(200, '', { 'docker-content-digest': A })
    .head('/v2/acme/app/manifests/1.4.2')
    .reply(200, '', { 'docker-content-digest': B });
  const found = await image(`acme/app:1.4.2@${A}`);
  assert.equal(found.state, 'other-digest');
  assert.equal(found.says, 'sha256:aaaaaaaaaaaa is there, but the tag 1.4.2 leads to sha256:bbbbbbbbbbbb by now');
});

test('a pinned digest that is gone is gone, although its tag is there', async () => {
  nock('https://ghcr.io')
    .head(`/v2/acme/app/manifests/${A}`)
    .reply(404)
    .get(`/v2/acme/app/manifests/${A}`)
    .reply(404, { errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] })
    .head('/v2/acme/app/manifests/1.4.2')
    .reply(200, '', { 'docker-content-digest': B });
  const found = await image(`acme/app:1.4.2@${A}`);
  assert.deepEqual(
    [found.state, found.says],
    ['gone', 'no sha256:aaaaaaaaaaaa; the tag 1.4.2 leads to sha256:bbbbbbbbbbbb'],
  );
});

test('only a 404 that a registry has written means gone; that of a proxy means nothing', async () => {
  const answer = (body: nock.Body) =>
    nock('https://ghcr.io')
      .head('/v2/acme/app/manifests/1')
      .reply(404)
      .get('/v2/acme/app/manifests/1')
      .reply(404, body);
  answer({ errors: [{ code: 'NAME_UNKNOWN' }] });
  assert.equal((await image('acme/app:1')).state, 'gone');
  answer('<html>not found</html>');
  assert.equal((await image('acme/app:1')).state, 'unknown');
});

test('ECR and others that take basic straight away get it; what they refuse is unknown, without the secret', async () => {
  nock('https://ghcr.io')
    .head('/v2/acme/app/manifests/1')
    .basicAuth({ user: 'bot', pass: 's3cret' })
    .reply(200, '', { 'docker-content-digest': A });
  assert.equal((await image('acme/app:1')).state, 'there');
  for (const status of [403, 429, 500, 302]) {
    nock('https://ghcr.io').head('/v2/acme/app/manifests/1').reply(status);
    const found = await image('acme/app:1');
    assert.deepEqual(
      [found.state, found.says.includes(String(status)), found.says.includes('s3cret')],
      ['unknown', true, false],
    );
  }
});

test('a token server without https gets no credentials', async () => {
  nock('https://ghcr.io')
    .head('/v2/acme/app/manifests/1')
    .reply(401, '', { 'www-authenticate': 'Bearer realm="http://evil.example/token"' });
  const found = await image('acme/app:1');
  assert.deepEqual(
    [found.state, /evil\.example\); it gets no credentials/.test(found.says)],
    ['unknown', true],
    found.says,
  );
});

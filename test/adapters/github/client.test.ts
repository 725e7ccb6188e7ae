import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import nock from 'nock';
import { apiUrl, appClient, explain } from '../../../src/adapters/github/client.ts';
import { githubRepository } from '../../../src/adapters/github/repository.ts';
import { RollbackError } from '../../../src/errors.ts';
import { neverAnswers, onlyNock } from '../only-nock.ts';
import { aRepository, graphql, graphqlErrors, HOST, REPO, TOKEN, US } from './github.ts';

onlyNock();

/** What a failed request is told as. No message of ours may hold the token. */
async function failure(act: Promise<unknown>): Promise<RollbackError> {
  const error: unknown = await act.then(
    () => assert.fail('it should have failed'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RollbackError, String(error));
  assert.ok(!`${error.message} ${error.hint} ${error.stack ?? ''}`.includes(TOKEN));
  return error;
}

const ROLE = `${REPO}/collaborators/ada/permission`;
const MEMBER = '/orgs/acme/teams/sre/memberships/ada';
const COMMENT = `${REPO}/issues/5/comments`;

test('who is in a team is who accepted; what GitHub may not show is nobody, and what it cannot say now is asked again', async () => {
  const isMember = () => aRepository().isTeamMember('@acme/sre', 'ada');
  for (const [status, body, member] of [
    [200, { state: 'active' }, true],
    [200, { state: 'pending' }, false],
    [403, { message: 'Resource not accessible by integration' }, false],
    [404, { message: 'Not Found' }, false],
  ] as const) {
    nock(HOST).get(MEMBER).reply(status, body);
    assert.equal(await isMember(), member, JSON.stringify(body));
  }
  for (const [status, message] of [
    [403, 'You have exceeded a secondary rate limit.'],
    [502, 'Bad Gateway'],
  ] as const) {
    nock(HOST).get(MEMBER).reply(status, { message });
    assert.equal((await failure(isMember())).code, 'github-unavailable', message);
  }
});

const CASES = [
  { status: 401, says: 'Bad credentials', code: 'github-unauthorized', retryable: false },
  { status: 403, says: 'Resource not accessible by integration', code: 'github-forbidden', retryable: false },
  { status: 404, says: 'Not Found', code: 'github-forbidden', retryable: false },
  { status: 410, says: 'Issues are disabled for this repo', code: 'github-forbidden', retryable: false },
  { status: 409, says: 'Git Repository is empty.', code: 'github-conflict', retryable: true },
  { status: 422, says: 'Validation Failed', code: 'github-conflict', retryable: true },
  { status: 500, says: 'Server Error', code: 'github-unavailable', retryable: true },
  { status: 502, says: 'Bad Gateway', code: 'github-unavailable', retryable: true },
  { status: 503, says: 'Service Unavailable', code: 'github-unavailable', retryable: true },
] as const;

for (const { status, says, code, retryable } of CASES) {
  test(`${status} is told as ${code}, with what was wanted and what GitHub said`, async () => {
    const scope = nock(HOST).post(COMMENT).reply(status, { message: says });
    const error = await failure(aRepository().comment({ kind: 'issue', number: 5 }, 'hello'));
    assert.deepEqual([error.code, error.retryable, error.retryAfterMs], [code, retryable, null]);
    assert.match(error.message, new RegExp(`Could not comment on #5: GitHub answered ${status} "${says}`));
    assert.ok(scope.isDone());
  });
}

for (const [whose, issue, closes] of [
  ['ours', { title: 'Needs you', state: 'open', user: { login: 'lastgood[bot]' } }, true],
  ['ours about something else', { title: 'An incident', state: 'open', user: { login: 'lastgood[bot]' } }, false],
  ['ours and closed already', { title: 'Needs you', state: 'closed', user: { login: 'lastgood[bot]' } }, false],
  ["a person's", { title: 'Needs you', state: 'open', user: { login: 'mona' } }, false],
  [
    'a pull request of ours',
    { title: 'Needs you', state: 'open', user: { login: 'lastgood[bot]' }, pull_request: {} },
    false,
  ],
] as const) {
  test(`an issue to close that is ${whose} is ${closes ? 'closed' : 'left as it is'}`, async () => {
    nock(HOST).get(`${REPO}/issues/5`).reply(200, issue);
    const closing = nock(HOST).patch(`${REPO}/issues/5`, { state: 'closed', state_reason: 'completed' }).reply(200, {});
    await aRepository().closeIssue(5, 'Needs you');
    assert.equal(closing.isDone(), closes);
    nock.cleanAll();
  });
}

test('a comment that another replica deleted first is deleted', async () => {
  const gone = nock(HOST).delete(`${REPO}/issues/comments/7`).reply(404, { message: 'Not Found' });
  await aRepository().deleteComment(7);
  assert.ok(gone.isDone());
});

const LIMITS = [
  { name: '429 with retry-after', status: 429, says: 'slow down', headers: { 'retry-after': '17' }, ms: 17_000 },
  { name: '403 with retry-after', status: 403, says: 'slow down', headers: { 'retry-after': '3' }, ms: 3000 },
  {
    name: 'a secondary limit',
    status: 403,
    says: 'You have exceeded a secondary rate limit.',
    headers: {},
    ms: 60_000,
  },
  {
    name: 'an exhausted limit without its reset',
    status: 403,
    says: 'API rate limit exceeded',
    headers: { 'x-ratelimit-remaining': '0' },
    ms: 60_000,
  },
  {
    name: 'a retry-after that is a date',
    status: 429,
    says: 'rate limit',
    headers: { 'retry-after': 'Wed' },
    ms: 60_000,
  },
] as const;

for (const { name, status, says, headers, ms } of LIMITS) {
  test(`${name} is waited for, not taken for a lack of rights`, async () => {
    nock(HOST).post(COMMENT).reply(status, { message: says }, headers);
    const error = await failure(aRepository().comment({ kind: 'issue', number: 5 }, 'hello'));
    assert.deepEqual([error.code, error.retryAfterMs], ['github-unavailable', ms]);
  });
}

test('an exhausted limit is waited for until its reset', async () => {
  const reset = Math.floor(Date.now() / 1000) + 120;
  const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) };
  nock(HOST).post(COMMENT).reply(403, { message: 'API rate limit exceeded' }, headers);
  const { code, retryAfterMs } = await failure(aRepository().comment({ kind: 'issue', number: 5 }, 'hello'));
  assert.equal(code, 'github-unavailable');
  assert.ok(retryAfterMs !== null && retryAfterMs > 60_000 && retryAfterMs <= 120_000, String(retryAfterMs));
});

const GRAPHQL = [
  {
    type: 'RATE_LIMITED',
    says: 'API rate limit exceeded for installation ID 1.',
    code: 'github-unavailable',
    wait: 60_000,
  },
  { type: 'FORBIDDEN', says: 'Resource not accessible by integration', code: 'github-forbidden', wait: null },
  { type: 'INSUFFICIENT_SCOPES', says: 'Your token has not been granted', code: 'github-forbidden', wait: null },
  {
    type: 'NOT_FOUND',
    says: "Could not resolve to a Repository with the name 'a/b'.",
    code: 'github-forbidden',
    wait: null,
  },
  { type: 'UNPROCESSABLE', says: 'A ref named x already exists', code: 'github-conflict', wait: null },
  { type: undefined, says: 'Something went wrong while executing your query', code: 'github-unavailable', wait: null },
  { type: undefined, says: "Field 'x' doesn't exist on type 'Y'", code: 'internal', wait: null },
] as const;

for (const { type, says, code, wait } of GRAPHQL) {
  test(`GraphQL that answers ${type ?? 'no type'} "${says.slice(0, 30)}" is told as ${code}`, async () => {
    graphql('Ledger', graphqlErrors(type, says));
    const error = await failure(aRepository().ledger());
    assert.deepEqual([error.code, error.retryAfterMs], [code, wait]);
    assert.ok(error.message.includes(says), error.message);
    assert.match(error.message, /Could not read the ledger/);
  });
}

test('a network that is down is unavailable, and GitHub is not said to have answered', async () => {
  nock(HOST).post(COMMENT).replyWithError(new Error('getaddrinfo ENOTFOUND api.github.com'));
  const error = await failure(aRepository().comment({ kind: 'issue', number: 5 }, 'hello'));
  assert.equal(error.code, 'github-unavailable');
  assert.match(error.message, /no answer from GitHub/);
});

test('a GitHub that is silent is given up after the time-out', async (t) => {
  t.mock.method(globalThis, 'fetch', neverAnswers);
  const error = await failure(aRepository({ timeoutMs: 20 }).comment({ kind: 'issue', number: 5 }, 'hello'));
  assert.equal(error.code, 'github-unavailable');
});

test('an error of our own passes through unchanged, and an unknown one is a fault of ours', () => {
  const ours = new RollbackError('no-last-good', 'x');
  assert.equal(explain(ours, 'do it'), ours);
  assert.equal(explain(new TypeError('x is not a function'), 'do it').code, 'internal');
});

test('somebody GitHub does not know here has no role; every other failure is an error, never a role', async () => {
  nock(HOST).get(ROLE).reply(404, { message: 'ada is not a user' });
  assert.equal(await aRepository().roleOf('ada'), 'none');
  nock(HOST).get(ROLE).reply(200, { role_name: 'maintain', permission: 'write' });
  assert.equal(await aRepository().roleOf('ada'), 'maintain');
  nock(HOST).get(ROLE).reply(502, {});
  assert.equal((await failure(aRepository().roleOf('ada'))).code, 'github-unavailable');
});

test('the REST base URL: GITHUB_API_URL wins, then GHE_HOST, then github.com', () => {
  assert.equal(apiUrl({}), 'https://api.github.com');
  assert.equal(apiUrl({ GHE_HOST: 'ghe.example' }), 'https://ghe.example/api/v3');
  assert.equal(apiUrl({ GHE_HOST: 'ghe.example', GHE_PROTOCOL: 'http' }), 'http://ghe.example/api/v3');
  assert.equal(apiUrl({ GITHUB_API_URL: 'https://x.example/api/v3/', GHE_HOST: 'y' }), 'https://x.example/api/v3');
});

test('an Enterprise Server is asked at its own addresses, REST, GraphQL and the App token', async () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const reqheaders = { authorization: `token ${TOKEN}` };
  nock('https://ghe.example')
    .post('/api/v3/app/installations/9/access_tokens')
    .reply(201, { token: TOKEN, expires_at: '2099-01-01T00:00:00Z', permissions: {}, repository_selection: 'all' });
  nock('https://ghe.example', { reqheaders }).get(`/api/v3${ROLE}`).reply(200, { role_name: 'write' });
  nock('https://ghe.example', { reqheaders })
    .post('/api/graphql')
    .reply(200, { data: { repository: { ref: null, object: null } } });
  const client = appClient({ baseUrl: apiUrl({ GHE_HOST: 'ghe.example' }), appId: 1, privateKey, installationId: 9 });
  const repository = githubRepository(client, 'acme/deploy', US);
  assert.equal(await repository.roleOf('ada'), 'write');
  assert.equal(await repository.ledger(), '');
});

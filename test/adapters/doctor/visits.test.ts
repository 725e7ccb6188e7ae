import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visitArgoCd } from '../../../src/adapters/doctor/argocd.ts';
import { visitGitHub } from '../../../src/adapters/doctor/github.ts';
import { appClient, tokenClient } from '../../../src/adapters/github/client.ts';
import { startArgoCd } from '../../../src/world/argocd/server.ts';
import { startGitHub } from '../../../src/world/github/start.ts';

test('rights, events, rules, webhooks, writers and clocks are read off GitHub, and applications off Argo CD', async (t) => {
  const github = await startGitHub({ app: { permissions: { contents: 'read', issues: 'write' }, events: ['push'] } });
  t.after(() => github.close());
  await github.createRepository({
    owner: 'acme',
    name: 'deploy',
    files: {
      'README.md': 'x',
      'renovate.json': '{}',
      'apps/image-policy.yaml': 'apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\n',
      'apps/stage.yaml': 'apiVersion: apps/v1\nkind: Deployment\n',
    },
  });
  github.ruleset('acme/deploy', { rules: [{ type: 'required_linear_history' }] });
  github.protect('acme/deploy', 'main', { required_pull_request_reviews: { required_approving_review_count: 1 } });
  const app = { baseUrl: github.url, appId: github.app.id, privateKey: github.app.privateKey };
  const client = tokenClient({ baseUrl: github.url, token: github.appToken() });
  const seen = await visitGitHub({
    client,
    asApp: appClient(app),
    repository: 'acme/deploy',
    now: () => Date.now() - 600_000,
  });
  assert.ok(seen.github.kind === 'known');
  const { grants, rules, defaultBranch } = seen.github.value;
  assert.ok(grants.kind === 'known' && rules.kind === 'known');
  assert.deepEqual([grants.value.permissions['contents'], grants.value.events], ['read', ['push']]);
  assert.deepEqual([rules.value, defaultBranch], [['required_linear_history', 'branch protection'], 'main']);
  assert.deepEqual(seen.writers, [
    { kind: 'renovate', path: 'renovate.json' },
    { kind: 'flux', path: 'apps/image-policy.yaml' },
  ]);
  assert.ok((seen.clocks[0]?.skewMs ?? 0) > 590_000);
  const gone = await visitGitHub({ client, asApp: null, repository: 'acme/none', now: Date.now });
  assert.equal(gone.github.kind, 'unknown');

  const spec = { name: 'web', repoUrl: github.cloneUrl('acme/deploy'), path: 'apps', targetRevision: 'main' };
  const argo = await startArgoCd({
    applications: [spec],
    token: 'right',
    pollMs: null,
    onApply: async () => undefined,
  });
  t.after(() => argo.close());
  const visit = { url: argo.url, applications: ['web', 'other'], now: Date.now };
  const { argoCd } = await visitArgoCd({ ...visit, token: 'right' });
  assert.deepEqual(argoCd.version, { kind: 'known', value: 'v3.1.0+stand-in' });
  const web = argoCd.applications['web'];
  assert.ok(web?.kind === 'known' && web.value.autoSync && web.value.prune && web.value.retryLimit === 5);
  const other = argoCd.applications['other'];
  assert.ok(other?.kind === 'unknown' && /HTTP 403/.test(other.because));
  const refused = await visitArgoCd({ ...visit, token: 'wrong' });
  assert.match(JSON.stringify(refused.argoCd.applications['web']), /HTTP 401/);
  assert.doesNotMatch(JSON.stringify(refused), /wrong"/);
});

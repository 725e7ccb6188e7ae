import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { artefacts } from '../../cli/commands/artefacts.ts';
import { plan } from '../../cli/commands/plan.ts';
import type { Command, ExitCode } from '../../cli/terminal.ts';
import { startGitHub, type LocalGitHub } from '../../src/world/github/start.ts';

const REPO = 'acme/deployments';
const DIGEST = `sha256:${'a'.repeat(64)}`;

/** A registry of images that has the tags of the set, and says the others are unknown in its own words. */
function aRegistry(tags: ReadonlySet<string>): Server {
  return createServer((request, response) => {
    const tag = /^\/v2\/acme\/web\/manifests\/(.+)$/.exec(request.url ?? '')?.[1] ?? '';
    response.statusCode = tags.has(tag) ? 200 : 404;
    if (tags.has(tag)) response.setHeader('docker-content-digest', DIGEST);
    const body = JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN' }] });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
}

describe('artefacts, against a repository and a registry', () => {
  const tags = new Set<string>();
  const registry = aRegistry(tags);
  let github: LocalGitHub;
  let first = '';

  before(async () => {
    registry.listen(0, '127.0.0.1');
    await once(registry, 'listening');
    const host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
    const manifest = (tag: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n          image: ${host}/acme/web:${tag}\n`;
    const playbook = JSON.stringify({
      version: 1,
      sources: { prom: { kind: 'prometheus', url: 'http://prometheus.example' } },
      registries: { images: { kind: 'oci', url: `http://${host}` } },
      services: {
        web: {
          environments: {
            production: {
              paths: ['apps/web'],
              verify: {
                ...{ 'healthy-for': '30s', within: '10m', source: 'prom', arm: 'app="web"' },
                criteria: [{ name: 'errors', bad: 'bad_total', total: 'all_total', if: 'rate > 2%' }],
              },
            },
          },
        },
      },
    });
    github = await startGitHub();
    await github.createRepository({
      owner: 'acme',
      name: 'deployments',
      files: { 'README.md': '#\n' },
      collaborators: { mona: 'admin' },
    });
    const push = (message: string, files: Readonly<Record<string, string>>) =>
      github.pushCommit(REPO, { author: 'mona', message, files });
    await push('Playbook', { 'lastgood.yml': playbook });
    first = await push('Release 1.4.1', { 'apps/web/web.yaml': manifest('1.4.1') });
    await push('Release 1.4.2', { 'apps/web/web.yaml': manifest('1.4.2') });
  });
  after(async () => {
    registry.close();
    await github.close();
  });

  async function call(
    command: Command,
    options: Readonly<Record<string, string>>,
  ): Promise<{ code: ExitCode; said: string }> {
    let said = '';
    const code = await command.run({
      words: [],
      options: { repo: REPO, service: 'web', ...options },
      env: { GITHUB_TOKEN: github.token('mona'), GITHUB_API_URL: github.url },
      print: (text) => (said += text),
      progress: () => undefined,
      json: false,
    });
    return { code, said };
  }

  test('every artefact of a commit is asked for; lost is exit 1, there is exit 0', async () => {
    tags.add('1.4.2').delete('1.4.1');
    const now = await call(artefacts, {});
    assert.equal(now.code, 0, now.said);
    assert.match(
      now.said,
      /^there +image 127\.0\.0\.1:\d+\/acme\/web:1\.4\.2: there, as sha256:aaaaaaaaaaaa +\[apps\/web\/web\.yaml .*image\]$/,
    );
    const then = await call(artefacts, { at: first });
    assert.equal(then.code, 1, then.said);
    assert.match(then.said, /^gone +image .*1\.4\.1: .* has no tag 1\.4\.1: MANIFEST_UNKNOWN/);
  });

  test('a plan says what was verified, and there is none towards an image that is gone', async () => {
    tags.add('1.4.1');
    const good = await call(plan, {});
    assert.equal(good.code, 0, good.said);
    assert.match(good.said, /Verified: image .*1\.4\.1: there, as sha256:aaaaaaaaaaaa/);
    tags.delete('1.4.1');
    const none = await call(plan, {});
    assert.equal(none.code, 1);
    assert.match(none.said, /A person is needed.*is gone/s);
  });
});

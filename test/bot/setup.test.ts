import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { test, type TestContext } from 'node:test';
import { readConfig } from '../../bot/config.ts';
import { startBot } from '../../bot/main.ts';
import { readSetup } from '../../bot/setup-config.ts';
import { appClient, webUrl } from '../../src/adapters/github/client.ts';
import { aGitHub } from '../world/github/setup.ts';
import manifest from '../../.github/app-manifest.json' with { type: 'json' };

const TOKEN = 'a-setup-token-of-this-test';
const ENV = { SETUP_TOKEN: TOKEN, PUBLIC_URL: 'https://bot.example.com/' };

test('the setup is on only without an App and with a token, and all faults are told at once', () => {
  assert.equal(readSetup({}), null);
  assert.equal(readSetup({ PUBLIC_URL: 'https://bot.example.com' }), null);
  for (const name of ['APP_ID', 'PRIVATE_KEY', 'PRIVATE_KEY_PATH', 'WEBHOOK_SECRET'])
    assert.equal(readSetup({ ...ENV, [name]: 'x' }), null, name);
  assert.deepEqual(readSetup(ENV), {
    ...{ token: TOKEN, publicUrl: 'https://bot.example.com', port: 3000, file: null },
    ...{ apiUrl: 'https://api.github.com', webUrl: 'https://github.com' },
  });
  assert.throws(
    () => readSetup({ SETUP_TOKEN: 'short', PUBLIC_URL: 'http://bot.example.com', PORT: '-1' }),
    /SETUP_TOKEN[\s\S]*PUBLIC_URL[\s\S]*PORT/,
  );
  assert.equal(readSetup({ ...ENV, GHE_HOST: 'github.acme.io' })?.webUrl, 'https://github.acme.io');
  assert.equal(webUrl('https://api.acme.ghe.com'), 'https://acme.ghe.com');
});

async function aSetup(t: TestContext, env: Readonly<Record<string, string>> = {}) {
  const github = await aGitHub(t);
  const lines: string[] = [];
  const bot = await startBot(
    { ...ENV, PUBLIC_URL: 'http://localhost:9', GITHUB_API_URL: github.url, PORT: '0', ...env },
    { write: (line) => void lines.push(line) },
  );
  t.after(() => bot.stop());
  const post = (form: Readonly<Record<string, string>>) =>
    fetch(`${bot.url}/setup`, { method: 'POST', body: new URLSearchParams(form) });
  const done = (query: Readonly<Record<string, string>>, cookie: string) =>
    fetch(`${bot.url}/setup/done?${new URLSearchParams(query).toString()}`, { headers: { cookie } });
  /** What a person does: the form of the bot, the form of GitHub, and the way back. */
  const begin = async (form: Readonly<Record<string, string>> = {}) => {
    const answer = await post({ token: TOKEN, organization: 'acme', name: 'lastgood & co', ...form });
    const page = await answer.text();
    const [, action = ''] = /action="([^"]+)"/.exec(page) ?? [];
    const [, text = ''] = /<textarea[^>]*>([\s\S]*)<\/textarea>/.exec(page) ?? [];
    const given = JSON.parse(text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')) as Record<string, unknown>;
    const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';');
    return { action, given, cookie, state: new URL(action).searchParams.get('state') ?? '', headers: answer.headers };
  };
  return { github, bot, lines, post, done, begin };
}

test('from the browser to a bot that GitHub knows: the manifest of the repository, and credentials that are shown once', async (t) => {
  const { github, bot, lines, done, begin } = await aSetup(t);
  assert.equal((await fetch(`${bot.url}/readyz`)).status, 503);
  assert.equal((await fetch(`${bot.url}/api/github/webhooks`, { method: 'POST' })).status, 404);
  const { action, given, cookie, state } = await begin();
  assert.equal(action, `${github.url}/organizations/acme/settings/apps/new?state=${state}`);
  assert.equal(given['name'], 'lastgood & co');
  assert.deepEqual(given['hook_attributes'], { url: 'http://localhost:9/api/github/webhooks', active: true });
  assert.equal(given['redirect_url'], 'http://localhost:9/setup/done');
  assert.deepEqual(given['default_permissions'], manifest.default_permissions);
  assert.deepEqual(given['default_events'], manifest.default_events);

  const code = github.createFromManifest(given);
  const answer = await done({ code, state }, cookie);
  const page = await answer.text();
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  const [, variables = ''] = /<pre>([\s\S]*)<\/pre>/.exec(page) ?? [];
  const config = readConfig({ ...parseEnv(variables), GITHUB_API_URL: github.url });
  const { data } = await appClient(config).request('GET /app');
  assert.equal(data?.id, config.appId);
  assert.equal(data.slug, 'lastgood-&-co');
  assert.deepEqual(data.permissions, manifest.default_permissions);

  assert.equal((await done({ code, state }, cookie)).status, 410);
  assert.equal((await fetch(`${bot.url}/setup`)).status, 410);
  for (const secret of [TOKEN, config.webhookSecret, 'PRIVATE KEY', state, code])
    assert.ok(!lines.join('').includes(secret), `the log holds ${secret.slice(0, 8)}...`);
});

test('only the browser that began may end it, once, with a code that looks like one', async (t) => {
  const { github, done, begin } = await aSetup(t);
  const { given, cookie, state } = await begin();
  const code = github.createFromManifest(given);
  for (const [query, with_] of [
    [{ code, state }, ''],
    [{ code, state }, 'lastgood_setup=other'],
    [{ code, state: 'f'.repeat(48) }, `lastgood_setup=${'f'.repeat(48)}`],
    [{ code: '../../user', state }, cookie],
    [{ code: '', state }, cookie],
  ] as const)
    assert.equal((await done(query, with_)).status, 403);
  assert.equal((await done({ code: 'unknown', state }, cookie)).status, 502);
  assert.equal((await done({ code, state }, cookie)).status, 403, 'a state works once');
  const again = await begin();
  assert.equal((await done({ code, state: again.state }, again.cookie)).status, 200);
});

test('ten wrong tokens close the setup, even for the right one; names and sizes are limited', async (t) => {
  const { post, bot } = await aSetup(t);
  assert.equal((await post({ token: TOKEN, organization: '"><script>', name: 'x' })).status, 400);
  assert.equal((await post({ token: TOKEN, name: 'x'.repeat(20_000) })).status, 413);
  assert.equal((await fetch(`${bot.url}/setup`, { method: 'PUT' })).status, 405);
  for (let i = 0; i < 10; i += 1) {
    const answer = await post({ token: `wrong ${i}` });
    assert.equal(answer.status, 403);
    assert.equal(answer.headers.get('set-cookie'), null);
    assert.match(await answer.text(), /not the setup token/);
  }
  assert.match(await (await post({ token: TOKEN })).text(), /Too many wrong tokens/);
});

test('with SETUP_FILE the credentials go to a new file of the user alone, and a file that is there is never touched', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'setup-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'lastgood.env');
  const { github, done, begin } = await aSetup(t, { SETUP_FILE: file });
  const { given, cookie, state } = await begin({ organization: '' });
  const code = github.createFromManifest(given);
  writeFileSync(file, 'mine');
  assert.match(await (await done({ code, state }, cookie)).text(), /is there already/);
  assert.equal(readFileSync(file, 'utf8'), 'mine');
  rmSync(file);
  assert.equal((await done({ code: 'unknown', state }, cookie)).status, 502);
  assert.equal(existsSync(file), false);
  const again = await begin();
  const page = await (await done({ code, state: again.state }, again.cookie)).text();
  assert.doesNotMatch(page, /PRIVATE KEY|WEBHOOK_SECRET=/);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.ok(readConfig(parseEnv(readFileSync(file, 'utf8'))).appId > 0);
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { readConfig } from '../../bot/config.ts';
import { RollbackError } from '../../src/errors.ts';
import { PRIVATE_KEY } from './edge.ts';

const KEY = PRIVATE_KEY.replaceAll('\n', '\\n');
const ENV = { APP_ID: '12', PRIVATE_KEY: KEY, WEBHOOK_SECRET: 'a-long-enough-secret' };

function refusal(env: Readonly<Record<string, string | undefined>>): string {
  try {
    readConfig(env);
  } catch (error) {
    assert.ok(error instanceof RollbackError);
    assert.equal(error.code, 'input-invalid');
    return error.message;
  }
  return assert.fail('it should have been refused');
}

test('three variables are enough, and everything else has its default', () => {
  const config = readConfig(ENV);
  assert.deepEqual(config, {
    appId: 12,
    privateKey: PRIVATE_KEY,
    webhookSecret: 'a-long-enough-secret',
    baseUrl: 'https://api.github.com',
    port: 3000,
    alertsToken: null,
    alerts: { alertmanager: null, grafana: null, datadog: null },
    sweepMs: 60_000,
    databaseUrl: null,
    replicas: 1,
    limitsWrites: true,
  });
});

test('all faults are told at once, each with its variable', () => {
  const message = refusal({ APP_ID: 'abc', PORT: '99999', SWEEP_SECONDS: '0', ALERTS_TOKEN: 'short' });
  for (const name of ['APP_ID', 'PRIVATE_KEY', 'WEBHOOK_SECRET', 'PORT', 'SWEEP_SECONDS', 'ALERTS_TOKEN'])
    assert.match(message, new RegExp(`^- ${name}`, 'm'));
});

test('there is no default secret: none, an empty one, a short one and `development` are refused', () => {
  for (const secret of [undefined, '', 'short', 'development'])
    assert.match(refusal({ ...ENV, WEBHOOK_SECRET: secret }), /WEBHOOK_SECRET/);
});

test('a database that is no PostgreSQL is refused without showing its address', () => {
  assert.equal(readConfig({ ...ENV, DATABASE_URL: 'postgresql://u:p@h/d' }).databaseUrl, 'postgresql://u:p@h/d');
  for (const url of ['', 'mysql://root:hunter2hunter2@h/d']) {
    const message = refusal({ ...ENV, DATABASE_URL: url });
    assert.match(message, /DATABASE_URL must begin with postgres:/);
    assert.doesNotMatch(message, /hunter2/);
  }
});

test('with a database two replicas share what GitHub lets us write, unless told how many there are', () => {
  const shared = { ...ENV, DATABASE_URL: 'postgres://u:p@h/d' };
  assert.deepEqual([readConfig(shared).replicas, readConfig({ ...shared, REPLICAS: '3' }).replicas], [2, 3]);
  for (const many of ['0', 'two', '1.5', '100']) assert.match(refusal({ ...shared, REPLICAS: many }), /REPLICAS/);
});

test('an empty ALERTS_TOKEN does not open the alerts to everybody', () => {
  assert.match(refusal({ ...ENV, ALERTS_TOKEN: '' }), /ALERTS_TOKEN/);
});

test('no secret stands in what is told', () => {
  const message = refusal({
    ...ENV,
    APP_ID: '-1',
    WEBHOOK_SECRET: 's3cr3t',
    ALERTS_TOKEN: 't0k3n',
    PRIVATE_KEY: 'k3y',
  });
  assert.doesNotMatch(message, /s3cr3t|t0k3n|k3y/);
});

test('the key may stand in a file; a file that is not there is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lastgood-config-'));
  try {
    const path = join(folder, 'app.pem');
    writeFileSync(path, KEY.replaceAll('\\n', '\n'));
    const env = { ...ENV, PRIVATE_KEY: undefined };
    assert.match(readConfig({ ...env, PRIVATE_KEY_PATH: path }).privateKey, /BEGIN RSA PRIVATE KEY-----\n/);
    assert.match(refusal({ ...env, PRIVATE_KEY_PATH: '/nowhere/app.pem' }), /PRIVATE_KEY_PATH .*\/nowhere\/app\.pem/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('numbers that are no numbers are refused with the value', () => {
  for (const [name, value] of [
    ['APP_ID', '1.5'],
    ['APP_ID', '0'],
    ['PORT', '-1'],
    ['PORT', 'http'],
    ['PORT', ''],
    ['SWEEP_SECONDS', 'often'],
    ['SWEEP_SECONDS', '86401'],
    ['REPLICAS', ''],
    ['GHE_PROTOCOL', 'ftp'],
  ] as const)
    assert.match(refusal({ ...ENV, [name]: value }), new RegExp(`${name}.*got '${value}'`));
});

test('writes go without a limit only to a server that has none', () => {
  const server = { ...ENV, GITHUB_API_URL: 'https://ghe.example/api/v3', GITHUB_WRITE_LIMITS: 'off' };
  assert.equal(readConfig(server).limitsWrites, false);
  for (const GITHUB_API_URL of ['https://api.github.com', 'https://api.acme.ghe.com'])
    assert.throws(() => readConfig({ ...server, GITHUB_API_URL }), /would block the App/);
  assert.throws(() => readConfig({ ...server, GITHUB_WRITE_LIMITS: 'no' }), /must be on or off \(got 'no'\)/);
});

test('a key that was cut, lost its line breaks or is of another kind is refused before GitHub refuses it', () => {
  const { privateKey: elliptic } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  for (const key of [
    PRIVATE_KEY.slice(0, 500),
    PRIVATE_KEY.replaceAll('\n', ' '),
    elliptic.export({ type: 'pkcs8', format: 'pem' }).toString(),
  ]) {
    const message = refusal({ ...ENV, PRIVATE_KEY: key });
    assert.match(message, /PRIVATE_KEY must be the PEM key of the App, whole/);
    assert.ok(!message.includes(key.slice(40, 60)));
  }
});

test('an empty PRIVATE_KEY, as a manifest may leave it, does not hide PRIVATE_KEY_PATH', () => {
  assert.match(refusal({ ...ENV, PRIVATE_KEY: '', PRIVATE_KEY_PATH: '/nowhere/app.pem' }), /\/nowhere\/app\.pem/);
});

test('an address of GitHub that is none is refused, and a user in it is not repeated', () => {
  for (const env of [
    { GHE_HOST: 'https://github.example.com' },
    { GHE_HOST: 'github.example.com/api/v3' },
    { GITHUB_API_URL: 'github.example.com/api/v3' },
    { GITHUB_API_URL: 'https://me:hunter22@github.example.com/api/v3' },
  ]) {
    const message = refusal({ ...ENV, ...env });
    assert.match(message, /GHE_HOST must be a host|GITHUB_API_URL must be an address/);
    assert.doesNotMatch(message, /hunter22/);
  }
  assert.equal(readConfig({ ...ENV, GHE_HOST: 'ghe.example:8443' }).baseUrl, 'https://ghe.example:8443/api/v3');
});

test('several processes without a database that they share are refused, and so is an entry that allows nothing', () => {
  assert.match(refusal({ ...ENV, REPLICAS: '2' }), /REPLICAS is 2 > 1, and .* DATABASE_URL/);
  assert.match(
    refusal({ ...ENV, LASTGOOD_ALLOW_HOSTS: 'https://x.example' }),
    /holds 'https:\/\/x\.example', which is no host/,
  );
});

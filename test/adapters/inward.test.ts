import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argoCd } from '../../src/adapters/argocd.ts';
import { guardedFetch, guardedLookup, guardUrl, inwardPolicy } from '../../src/adapters/http-guard.ts';
import { metricSource } from '../../src/adapters/sources.ts';
import { sourceSchema } from '../../src/playbook/schema-source.ts';
import { triggerSchema } from '../../src/playbook/schema-trigger.ts';

/** One address of a metadata service, in every way in which somebody could write it. */
const SPELLINGS = [
  'http://169.254.169.254',
  'http://169.254.169.254.',
  'http://2852039166',
  'http://0xA9FEA9FE',
  'http://0xa9.0xfe.0xa9.0xfe',
  'http://0251.0376.0251.0376',
  'http://169.254.43518',
  'http://169.16689662',
  'http://%31%36%39.254.169.254',
  'http://①⑥⑨.②⑤④.①⑥⑨.②⑤④',
  'http://169。254。169。254',
  'http://[::ffff:169.254.169.254]',
  'http://[::ffff:a9fe:a9fe]',
  'http://[0:0:0:0:0:FFFF:A9FE:A9FE]',
  'http://[::a9fe:a9fe]',
  'http://[64:ff9b::169.254.169.254]',
  'http://[2002:a9fe:a9fe::]',
  'http://[::ffff:0:169.254.169.254]',
  'http://[64:ff9b:1::169.254.169.254]',
  'http://[fe80::1]',
  'http://[fd00:ec2::254]',
  'http://100.100.100.200',
  'http://168.63.129.16',
  'http://[fd20:ce::254]',
  'http://METADATA.google.internal.',
];
const TRIGGER = triggerSchema.parse({
  name: 'errors',
  bad: 'e_total',
  total: 'r_total',
  if: 'rate > 2%',
  then: 'rollback',
});
const QUERY = { trigger: TRIGGER, arms: { canary: 'version="2"', baseline: null }, since: 0 };

test('no spelling of a metadata address is asked for metrics, and the finding says so', async () => {
  for (const url of SPELLINGS) {
    const source = metricSource(sourceSchema.parse({ kind: 'prometheus', url }), {});
    const reading = (await source.look([QUERY], 0)).get('errors');
    assert.ok(reading?.canary.kind === 'missing', url);
    assert.match(reading.canary.detail, /refused: .*(metadata|nobody can have)/, url);
  }
});

test('no spelling of a metadata address is asked as Argo CD, so that no token goes there', async () => {
  for (const url of SPELLINGS)
    await assert.rejects(argoCd({ url, token: 'secret-token' }).application('web'), (error: Error) => {
      assert.match(error.message, /refused: .*(metadata|nobody can have)/, url);
      assert.doesNotMatch(error.message, /secret-token/);
      return true;
    });
});

const lookedUp = (allow: string, ...addresses: string[]): Promise<string> =>
  new Promise((done) =>
    guardedLookup(inwardPolicy({ LASTGOOD_ALLOW_HOSTS: allow }), async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )('prometheus.monitoring', { all: true }, (error) => done(error ? error.message : 'connected')),
  );

test('a name that leads to a metadata service is refused at the connection, even one that the operator allows', async () => {
  for (const address of ['169.254.169.254', '::ffff:a9fe:a9fe', 'fd00:ec2::254', '64:ff9b::a9fe:a9fe'])
    assert.match(await lookedUp('prometheus.monitoring', '10.0.0.1', address), /leads to .* metadata/, address);
  assert.equal(await lookedUp('', '10.0.0.1', 'fd12::1'), 'connected');
  assert.match(await lookedUp('', '240.240.0.1'), /nobody can have/);
  assert.equal(await lookedUp('240.240.0.0/16', '240.240.0.1'), 'connected');
});

test('a block of the operator opens no metadata address; the address itself does', () => {
  const ok = (allow: string): boolean =>
    guardUrl('http://169.254.169.254', inwardPolicy({ LASTGOOD_ALLOW_HOSTS: allow })).ok;
  assert.equal(ok('0.0.0.0/0'), false);
  assert.equal(ok('169.254.0.0/16'), false);
  assert.equal(ok('169.254.169.254'), true);
});

test('a name of the cluster is asked where it leads inside', async () => {
  const fetching = guardedFetch(inwardPolicy({}), async () => [{ address: '127.0.0.1', family: 4 }]);
  await assert.rejects(fetching('http://prometheus.monitoring:1/'), /ECONNREFUSED/);
});

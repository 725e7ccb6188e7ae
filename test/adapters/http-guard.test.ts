import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { addressKind } from '../../src/adapters/http-address.ts';
import {
  allowFaults,
  guardedFetch,
  guardedLookup,
  guardUrl,
  inwardPolicy,
  outwardPolicy,
  type GuardPolicy,
} from '../../src/adapters/http-guard.ts';
import { request } from '../../src/adapters/http.ts';

const OUT = outwardPolicy({});
const IN = inwardPolicy({});
const ok = (url: string, policy: GuardPolicy) => guardUrl(url, policy).ok;

test('every spelling of an address is the same address', () => {
  const kinds: Readonly<Record<string, string>> = {
    '8.8.8.8': 'public',
    '2606:4700::1111': 'public',
    '10.1.2.3': 'private',
    '172.31.255.255': 'private',
    '172.32.0.1': 'public',
    '100.64.0.1': 'private',
    'fd12::1': 'private',
    '127.0.0.2': 'loopback',
    '::1': 'loopback',
    '::ffff:127.0.0.1': 'loopback',
    '::ffff:7f00:1': 'loopback',
    '169.254.169.254': 'metadata',
    '::ffff:169.254.169.254': 'metadata',
    '64:ff9b::a9fe:a9fe': 'metadata',
    '2002:a9fe:a9fe::1': 'metadata',
    '::ffff:0:169.254.169.254': 'metadata',
    '64:ff9b:1::a9fe:a9fe': 'reserved',
    '5f00::1': 'reserved',
    'ff02::1': 'reserved',
    '2001::1': 'reserved',
    '2a00:1450:4001::1': 'public',
    'fd00:ec2::254': 'metadata',
    'fe80::1%eth0': 'metadata',
    '100.100.100.200': 'metadata',
    '192.0.0.192': 'metadata',
    '0.0.0.0': 'reserved',
    '::': 'reserved',
    '255.255.255.255': 'reserved',
    '2001:db8::1': 'reserved',
    nonsense: 'reserved',
  };
  for (const [address, kind] of Object.entries(kinds)) assert.equal(addressKind(address), kind, address);
});

test('messages go to public https only', () => {
  assert.ok(ok('https://hooks.slack.com/services/T/B/x', OUT));
  for (const url of [
    'http://hooks.slack.com/x',
    'ftp://hooks.slack.com/x',
    'file:///etc/passwd',
    'https://user:password@hooks.slack.com/',
    'https://127.0.0.1/',
    'https://localhost/',
    'https://a.localhost./',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://10.0.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://[::ffff:a9fe:a9fe]/',
    'https://metadata.google.internal/',
    'https://METADATA.google.internal./',
    'not a url',
  ])
    assert.equal(ok(url, OUT), false, url);
});

test('a refusal names the host and the cure, never the path', () => {
  const guarded = guardUrl('https://10.0.0.1/services/secret-part', OUT);
  assert.ok(!guarded.ok);
  assert.match(guarded.because, /10\.0\.0\.1, a private address.*LASTGOOD_ALLOW_HOSTS/);
  assert.doesNotMatch(guarded.because, /secret-part/);
});

test('sources may be inside, but are never a metadata service', () => {
  for (const url of [
    'http://prometheus.monitoring:9090',
    'http://10.0.0.1',
    'http://localhost:9090',
    'http://[fd12::1]/',
  ])
    assert.ok(ok(url, IN), url);
  for (const url of [
    'http://169.254.169.254/',
    'http://[fd00:ec2::254]/',
    'http://metadata.google.internal/',
    'http://0.0.0.0/',
  ])
    assert.equal(ok(url, IN), false, url);
});

test('the operator may allow a name, an address or a block, and nothing beside it', () => {
  const policy = outwardPolicy({ LASTGOOD_ALLOW_HOSTS: 'hooks.corp.example, 10.1.0.0/16,192.168.0.7, rubbish/99' });
  assert.ok(ok('http://hooks.corp.example/x', policy));
  assert.ok(ok('https://10.1.255.1/', policy));
  assert.ok(ok('https://192.168.0.7/', policy));
  assert.equal(ok('https://10.2.0.1/', policy), false);
  assert.equal(ok('https://192.168.0.8/', policy), false);
  assert.equal(ok('https://10.2.0.1/', outwardPolicy({ LASTGOOD_ALLOW_HOSTS: '::/0' })), false);
});

test('an entry that could never allow anything is named: a URL, a port, a prefix that is too long', () => {
  const wrong = ['https://hooks.corp.example', 'hooks.corp.example:8443', '10.1.0.0/33', '10.1/16', '*.corp.example'];
  const right = ['hooks.corp.example', 'prometheus', '10.1.0.0/16', '192.168.0.7', 'fd12::/16', 'fd12::1'];
  assert.deepEqual(
    allowFaults({ LASTGOOD_ALLOW_HOSTS: [...right, ...wrong].join(',') }).map((fault) => fault.split("'")[1]),
    wrong,
  );
});

const resolveTo =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

function looked(policy: GuardPolicy, ...addresses: string[]): Promise<string> {
  return new Promise((done) =>
    guardedLookup(policy, resolveTo(...addresses))('hooks.example', { all: true }, (error, found) =>
      done(error ? error.message : JSON.stringify(found)),
    ),
  );
}

test('a name is judged by the addresses it leads to, and one forbidden address is enough', async () => {
  assert.equal(await looked(OUT, '8.8.8.8'), '[{"address":"8.8.8.8","family":4}]');
  assert.match(await looked(OUT, '10.0.0.1'), /hooks\.example leads to 10\.0\.0\.1, a private address/);
  assert.match(await looked(OUT, '8.8.8.8', '169.254.169.254'), /metadata/);
  assert.match(await looked(IN, '::ffff:169.254.169.254'), /metadata/);
  assert.match(await looked(IN, '10.0.0.1'), /10\.0\.0\.1/);
  assert.match(await looked(OUT), /has no address/);
});

test('the guarded fetch sends what it is given, follows no redirect, and connects only where the guard looked', async (t) => {
  const seen: string[] = [];
  const server = createServer((incoming, response) => {
    let body = '';
    incoming.on('data', (chunk) => (body += String(chunk)));
    incoming.on('end', () => {
      seen.push(`${incoming.method ?? ''} ${incoming.url ?? ''} ${String(incoming.headers['x-a'])} ${body}`);
      if (incoming.url === '/moved') response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
      else response.writeHead(200, { 'x-b': '2' }).end('fine ü');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const plain: GuardPolicy = { http: 'loopback', inside: 'allowed', allow: [] };
  const call = (url: string, fetching = guardedFetch(plain)) =>
    request(fetching, { url, method: 'POST', headers: { 'x-a': '1' }, body: 'hällo', timeoutMs: 5000, maxBytes: 100 });
  const answer = await call(`http://127.0.0.1:${port}/hook`);
  assert.ok(answer.kind === 'answer');
  assert.deepEqual([answer.status, answer.text, answer.headers.get('x-b')], [200, 'fine ü', '2']);
  assert.deepEqual(seen, ['POST /hook 1 hällo']);
  const moved = await call(`http://127.0.0.1:${port}/moved`);
  assert.ok(moved.kind === 'answer' && moved.status === 302);
  const allowed: GuardPolicy = { http: 'allowed', inside: 'allowed', allow: [] };
  const rebound = await call(`http://hooks.example:${port}/`, guardedFetch(allowed, resolveTo('169.254.169.254')));
  assert.match(rebound.kind === 'answer' ? 'answered' : rebound.detail, /leads to 169\.254\.169\.254/);
  const fine = await call(`http://hooks.example:${port}/named`, guardedFetch(allowed, resolveTo('127.0.0.1')));
  assert.equal(fine.kind, 'answer');
  assert.equal(seen.length, 3);
});

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import type { House } from '../../bot/house.ts';
import type { Origin } from '../../bot/errand.ts';
import type { Porter } from '../../bot/porter.ts';
import { alertsRoute } from '../../bot/routes.ts';
import type { Ask } from '../../src/control/draft.ts';
import { RollbackError } from '../../src/errors.ts';
import type { Key } from '../../src/plan/incident.ts';

const TOKEN = 'a-token-for-alerts';
const NOW = Date.parse('2026-03-01T12:05:00Z');

interface Options {
  readonly token?: string | null;
  readonly repositories?: readonly string[];
  readonly down?: boolean;
  readonly unread?: number;
  /** Key of Grafana's signature. */
  readonly secret?: string;
  /** So many asks cannot be kept. */
  readonly unkept?: number;
}

async function aServer(
  t: TestContext,
  { token = TOKEN, repositories = ['acme/deploy'], down = false, unread = 0, secret, unkept = 0 }: Options = {},
) {
  const asked: { origin: Origin; key: Key; ask: Ask }[] = [];
  const house: Pick<House, 'repositories'> = {
    async repositories() {
      if (down) throw new RollbackError('github-unavailable', 'GitHub answered 502');
      return { all: repositories.map((name) => ({ name, installationId: 9 })), unread };
    },
  };
  let left = unkept;
  const porter: Pick<Porter, 'ask'> = {
    async ask(origin, key, ask) {
      if ((left -= 1) >= 0) throw new RollbackError('queue-unavailable', 'PostgreSQL did not answer');
      asked.push({ origin, key, ask });
    },
  };
  const route = alertsRoute({
    ...{ house, porter, token, now: () => NOW },
    ...(secret === undefined
      ? {}
      : { secrets: { alertmanager: null, grafana: { token: null, basic: null, secret }, datadog: null } }),
  });
  const routed: Promise<void>[] = [];
  const server = createServer((request, response) => void routed.push(route(request, response)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`;
  const post = async (body: unknown, headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` }) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(url, { method: 'POST', body: text, headers });
    return { status: response.status, text: await response.text() };
  };
  /** As Grafana signs and sends it. */
  const grafana = async (body: object): Promise<string> => {
    const text = JSON.stringify(body);
    const stamp = String(NOW / 1000);
    const signature = createHmac('sha256', secret ?? '')
      .update(`${stamp}:${text}`)
      .digest('hex');
    const headers = { 'x-grafana-alerting-signature': signature, 'x-grafana-alerting-timestamp': stamp };
    const response = await fetch(`${url}/grafana`, { method: 'POST', body: text, headers });
    return `${response.status} ${(await response.text()).trim()}`;
  };
  return { asked, post, url, routed, grafana };
}

function anAlert(labels: Record<string, string> = {}, status = 'firing'): Record<string, unknown> {
  return {
    status,
    labels: { alertname: 'HighErrorRate', service: 'web', environment: 'production', ...labels },
    annotations: { summary: 'x' },
    startsAt: '2026-03-01T13:00:00.123+01:00',
    endsAt: '0001-01-01T00:00:00Z',
    fingerprint: 'f00d',
  };
}

const aBody = (...alerts: Record<string, unknown>[]) => ({
  version: '4',
  status: 'firing',
  receiver: 'lastgood',
  alerts,
});

test('a firing alert asks for the rollback of its service, with its time in UTC', async (t) => {
  const { post, asked } = await aServer(t);
  assert.deepEqual(await post(aBody(anAlert())), { status: 202, text: 'accepted 1 of 1 alerts\n' });
  assert.deepEqual(asked, [
    {
      origin: { repository: 'acme/deploy', installationId: 9 },
      key: { repo: 'acme/deploy', service: 'web', environment: 'production' },
      ask: {
        cause: { kind: 'alert', source: 'Alertmanager', alert: 'HighErrorRate', fingerprint: 'f00d' },
        at: '2026-03-01T12:00:00.123Z',
        bad: null,
        to: null,
      },
    },
  ]);
});

test('a resolved alert is accepted and asks for nothing', async (t) => {
  const { post, asked } = await aServer(t);
  assert.deepEqual(await post(aBody(anAlert({}, 'resolved'))), { status: 202, text: 'accepted 0 of 1 alerts\n' });
  assert.deepEqual(asked, []);
});

test('without the token, with another one, or without Bearer, nobody is let in', async (t) => {
  const { post, asked } = await aServer(t);
  for (const headers of [
    {},
    { authorization: 'Bearer wrong' },
    { authorization: TOKEN },
    { authorization: `Bearer ${TOKEN} ` + 'x' },
  ]) {
    const { status, text } = await post(aBody(anAlert()), headers);
    assert.equal(status, 401);
    assert.ok(!text.includes(TOKEN));
  }
  assert.deepEqual(asked, []);
});

test('without a token in the configuration the route is off', async (t) => {
  const { post, asked } = await aServer(t, { token: null });
  assert.equal((await post(aBody(anAlert()), { authorization: 'Bearer null' })).status, 404);
  assert.deepEqual(asked, []);
});

test('another method is refused', async (t) => {
  const { url } = await aServer(t);
  assert.equal((await fetch(url)).status, 405);
});

test('a body that is no Alertmanager webhook is refused with the place', async (t) => {
  const { post } = await aServer(t);
  for (const body of ['not json', '[]', '{}', { version: '3', alerts: [] }, { ...aBody({ status: 'firing' }) }]) {
    const { status, text } = await post(body);
    assert.equal(status, 400, JSON.stringify(body));
    assert.match(text, /not an Alertmanager webhook \(version 4\): \S+/);
  }
});

test('a body that is too large is refused, and the sender can read why', async (t) => {
  const { post, asked } = await aServer(t);
  const { status, text } = await post('x'.repeat(3_000_000));
  assert.equal(status, 413);
  assert.match(text, /larger than 1000000 bytes/);
  assert.deepEqual(asked, []);
});

test('a sender that goes away in the middle of its body harms nobody', async (t) => {
  const { url, routed, post } = await aServer(t);
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `POST /alerts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-length: 1000\r\n\r\n{"version"`,
  );
  while (routed.length === 0) await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  await Promise.all(routed);
  assert.equal((await post(aBody(anAlert()))).status, 202);
});

test('an alert for a repository that the App is not installed on names the label to set', async (t) => {
  const { post, asked } = await aServer(t);
  const { status, text } = await post(aBody(anAlert({ lastgood_repository: 'acme/other' }), anAlert()));
  assert.equal(status, 422);
  assert.match(text, /'HighErrorRate' means 'acme\/other': set its label lastgood_repository/);
  assert.equal(asked.length, 1, 'the other alert is not lost');
});

test('without a label the only repository is meant, and among several none', async (t) => {
  const several = await aServer(t, { repositories: ['acme/deploy', 'acme/other'] });
  const { status, text } = await several.post(aBody(anAlert()));
  assert.equal(status, 422);
  assert.match(text, /one of 2 repositories/);
  assert.equal(several.asked.length, 0);
  await several.post(aBody(anAlert({ lastgood_repository: 'acme/other' })));
  assert.equal(several.asked[0]?.key.repo, 'acme/other');
});

test('a repository is named in any case: Datadog sends its tags in lower case', async (t) => {
  const { post, asked } = await aServer(t, { repositories: ['Acme/Deploy', 'Acme/Other'] });
  assert.equal((await post(aBody(anAlert({ lastgood_repository: 'acme/deploy' })))).status, 202);
  assert.deepEqual([asked[0]?.key.repo, asked[0]?.origin.repository], ['Acme/Deploy', 'Acme/Deploy']);
});

test('while GitHub cannot name all repositories, an alert of a known one is kept and any other is to be sent again', async (t) => {
  const { post, asked } = await aServer(t, { unread: 1 });
  assert.equal((await post(aBody(anAlert({ lastgood_repository: 'acme/deploy' })))).status, 202);
  assert.equal((await post(aBody(anAlert({ lastgood_repository: 'acme/other' })))).status, 503);
  assert.equal((await post(aBody(anAlert()))).status, 503, 'it may mean one that is not named yet');
  assert.equal(asked.length, 1);
});

test('a signed request asks once, however often it is sent; one that was not kept may be sent again', async (t) => {
  const { grafana, asked } = await aServer(t, { secret: 'the-key-of-grafana', unkept: 1 });
  const body = { version: '1', orgId: 1, alerts: [anAlert()] };
  assert.match(await grafana(body), /^503 /);
  assert.equal(await grafana(body), '202 accepted 1 of 1 alerts');
  assert.equal(await grafana(body), '202 this request was accepted before');
  assert.equal(asked.length, 1);
});

test('whoever shows no token is not listened to, however much they send', async (t) => {
  const { post } = await aServer(t);
  assert.equal((await post('x'.repeat(1_500_000), {})).status, 401);
});

test('when GitHub is away the sender is asked to send again', async (t) => {
  const { post } = await aServer(t, { down: true });
  assert.equal((await post(aBody(anAlert()))).status, 503);
});

test('an alert that began more than a day ago, or will begin, asks for nothing: a body that is sent again is no news', async (t) => {
  const { post, asked } = await aServer(t);
  for (const startsAt of ['2026-02-28T12:04:59Z', '2026-03-01T12:10:01Z']) {
    const { status, text } = await post(aBody({ ...anAlert(), startsAt }));
    assert.deepEqual([status, text], [202, 'accepted 0 of 1 alerts\n']);
  }
  assert.deepEqual(asked, []);
});

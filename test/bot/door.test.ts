import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createDoor } from '../../bot/door.ts';
import { createMeters } from '../../bot/meters.ts';

test('each path is whose it is: registries below theirs, alerts at theirs, and nothing anywhere else', async (t) => {
  const named = (name: string) => (_: IncomingMessage, response: ServerResponse) => {
    response.end(name);
    return Promise.resolve();
  };
  const health = {
    authenticated: () => undefined,
    draining: () => undefined,
    queue: () => Promise.resolve(null),
    ready: () => Promise.resolve({ ok: true, because: [] }),
  };
  const routes = { deliveries: named('deliveries'), alerts: named('alerts'), registries: named('registries') };
  const server = createServer(createDoor({ ...routes, health, meters: createMeters() }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const at = async (path: string) => {
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' });
    return answer.status === 200 ? answer.text() : answer.status;
  };
  assert.equal(await at('/api/github/webhooks'), 'deliveries');
  assert.equal(await at('/alerts/grafana'), 'alerts');
  assert.equal(await at('/registries/models?x=1'), 'registries');
  assert.equal(await at('/registries'), 404);
  assert.equal(await at('/alerts/models'), 404);
  assert.equal(await at('/constructor'), 404);
});

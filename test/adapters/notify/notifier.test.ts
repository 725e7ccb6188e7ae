import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMeters } from '../../../bot/meters.ts';
import { tokenClient } from '../../../src/adapters/github/client.ts';
import { createNotifier } from '../../../src/adapters/notify/notifier.ts';
import { createOutbox } from '../../../src/adapters/notify/outbox.ts';
import { destinationSchema } from '../../../src/playbook/schema-notify.ts';
import { aNotice } from '../../report/notify/builders.ts';

test('whatever became of a message is told to its sender and counted, but not what ends with the process', async () => {
  const meters = createMeters();
  const outbox = createOutbox();
  const notifier = createNotifier({
    outbox,
    env: { SLACK_URL: 'https://hooks.slack.com/services/T0/B0/x' },
    repositoryUrl: 'https://github.com/acme/deploy',
    issues: {
      client: tokenClient({ baseUrl: 'https://api.github.com', token: 'x' }),
      repository: 'acme/deploy',
      login: 'lastgood[bot]',
    },
    now: () => 0,
    fetch: async () => new Response('ok'),
    onTold: meters.notified,
  });
  const to = (url: string) => destinationSchema.parse({ kind: 'slack', url });
  assert.deepEqual(await notifier.send(to('SLACK_URL'), aNotice()), { kind: 'delivered' });
  assert.equal((await notifier.send(to('MISSPELT_URL'), aNotice())).kind, 'failed');
  await outbox.close(0);
  assert.deepEqual(await notifier.send(to('SLACK_URL'), aNotice()), { kind: 'ended' });
  assert.deepEqual(
    meters
      .render(null)
      .split('\n')
      .filter((line) => line.startsWith('lastgood_notifications_total{')),
    ['lastgood_notifications_total{outcome="sent"} 1', 'lastgood_notifications_total{outcome="failed"} 1'],
  );
});

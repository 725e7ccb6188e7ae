import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskOf, type Errand } from '../../bot/errand.ts';
import { buttonsName } from '../../src/report/buttons.ts';

const origin = { repository: 'acme/deploy', installationId: 9 };
const key = { repo: 'acme/deploy', service: 'web', environment: 'production' };
const at = '2026-01-31T14:30:00.000Z';

test('whatever names its key - a look, an alert, a button - waits in the lane of that key', () => {
  const cause = { kind: 'alert', source: 'Grafana', alert: 'Errors', fingerprint: 'f1' } as const;
  const pressed = { checkRunId: 7, check: buttonsName(key), sha: 'a'.repeat(40), action: 'hold', by: 'ada' };
  const errands: readonly Errand[] = [
    { kind: 'look', origin, key },
    { kind: 'ask', origin, key, ask: { cause, at, bad: null, to: null } },
    { kind: 'press', origin, pressed: { ...pressed, isBot: false, at } },
  ];
  assert.deepEqual([...new Set(errands.map((errand) => taskOf(errand).lane))], ['acme/deploy/production/web']);
  assert.equal(new Set(errands.map((errand) => taskOf(errand).id)).size, 3);
});

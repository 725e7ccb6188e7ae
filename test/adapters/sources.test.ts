import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricSource } from '../../src/adapters/sources.ts';
import { sourceSchema } from '../../src/playbook/schema-source.ts';

const PROMETHEUS = { kind: 'prometheus', url: 'https://prom.example' };

test('each kind of source is opened, and tells whether it has a history', () => {
  assert.equal(metricSource(sourceSchema.parse(PROMETHEUS), {}).remembers, true);
  assert.equal(metricSource(sourceSchema.parse({ kind: 'openmetrics' }), {}).remembers, false);
});

test('every form of a secret is told before use, so that a log can hide it', () => {
  const hidden: string[] = [];
  const hide = (secret: string): void => void hidden.push(secret);
  metricSource(sourceSchema.parse({ ...PROMETHEUS, auth: { bearer: 'A' } }), { A: ' token-1\n' }, hide);
  metricSource(sourceSchema.parse({ kind: 'openmetrics', auth: { basic: 'B' } }), { B: 'ada:pass-2' }, hide);
  assert.deepEqual(hidden, ['token-1', 'ada:pass-2', 'pass-2', Buffer.from('ada:pass-2').toString('base64')]);
});

test('a variable that is not set is named, and no other secret with it', () => {
  const source = sourceSchema.parse({ ...PROMETHEUS, auth: { bearer: 'PROM_TOKEN' } });
  for (const env of [{}, { PROM_TOKEN: '' }, { PROM_TOKEN: '  ' }]) {
    assert.throws(() => metricSource(source, env), {
      code: 'source-unauthorized',
      message: /PROM_TOKEN, which is not set/,
    });
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL, type Entry, type EntryKind } from '../../src/ledger/entry.ts';
import { orderOn, standing } from '../../src/ledger/standing.ts';

let at = Date.parse('2026-11-17T10:00:00Z');
function order(kind: EntryKind, place: Partial<Entry> = {}, details: Entry['details'] = {}): Entry {
  at += 1_000;
  return {
    at: new Date(at).toISOString(),
    kind,
    id: `${kind}/${at}`,
    service: 'web',
    environment: 'production',
    revision: null,
    incident: null,
    actor: 'ada',
    because: 'said so',
    details,
    ...place,
  };
}
const NOW = Date.parse('2026-11-18T00:00:00Z');
const WEB = { service: 'web', environment: 'production' };

test('a hold stands until it is resumed, and names who gave it and why', () => {
  const held = order('held', {}, { reason: 'load test' });
  const { holds, freezes } = standing([held], NOW);
  assert.deepEqual(holds, [{ by: 'ada', since: held.at, until: null, ...WEB, reason: 'load test' }]);
  assert.deepEqual(freezes, []);
  assert.deepEqual(standing([held, order('resumed')], NOW).holds, []);
});

test('a freeze ends at its time', () => {
  const frozen = order('frozen', {}, { until: '2026-11-17T18:00:00Z' });
  assert.equal(standing([frozen], Date.parse('2026-11-17T17:59:59Z')).freezes.length, 1);
  assert.equal(standing([frozen], Date.parse('2026-11-17T18:00:00Z')).freezes.length, 0);
});

test('an order for everything covers each service, and only a lift as wide ends it', () => {
  const all = order('frozen', { service: ALL, environment: ALL });
  assert.equal(orderOn(standing([all], NOW).freezes, WEB)?.service, ALL);
  assert.equal(standing([all, order('unfrozen')], NOW).freezes.length, 1);
  assert.equal(standing([all, order('unfrozen', { service: ALL, environment: ALL })], NOW).freezes.length, 0);
});

test('a wide lift ends every narrower order, and an order of another place is left alone', () => {
  const web = order('held');
  const other = order('held', { service: 'search', environment: 'staging' });
  const lift = order('resumed', { service: ALL, environment: 'production' });
  assert.deepEqual(
    standing([web, other, lift], NOW).holds.map(({ service }) => service),
    ['search'],
  );
  assert.equal(orderOn(standing([other], NOW).holds, WEB), null);
});

test('an order given again replaces the one before; one given after a lift stands', () => {
  const first = order('held', {}, { reason: 'one' });
  const second = order('held', {}, { reason: 'two' });
  assert.deepEqual(
    standing([first, second], NOW).holds.map(({ reason }) => reason),
    ['two'],
  );
  assert.equal(standing([first, order('resumed'), second], NOW).holds.length, 1);
});

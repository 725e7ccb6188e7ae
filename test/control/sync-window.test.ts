import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldBefore, heldCommand, heldUntil, heldWords } from '../../src/control/sync-window.ts';
import type { SyncWindows } from '../../src/ports.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
type Window = SyncWindows['windows'][number];
const deny = (schedule: string, duration: string, more: Partial<Window> = {}): SyncWindows => ({
  canSync: false,
  windows: [{ kind: 'deny', schedule, duration, manualSync: false, active: true, ...more }],
});
const until = (said: SyncWindows, now: string): string | null => {
  const end = heldUntil(said, at(now));
  return end === null ? null : new Date(end).toISOString().slice(0, 16);
};

test('a deny window ends its duration after its last start, over midnight and on named days too', () => {
  assert.equal(until(deny('0 22 * * *', '8h'), '2026-03-02T03:17'), '2026-03-02T06:00');
  assert.equal(until(deny('0 22 * * fri', '60h'), '2026-03-01T12:00'), '2026-03-02T10:00');
  assert.equal(until(deny('*/30 * * * *', '1h30m'), '2026-03-01T12:10'), '2026-03-01T13:30');
});

test('of several deny windows the last one decides', () => {
  const [a, b] = [deny('0 10 * * *', '4h'), deny('0 11 * * *', '1h')];
  assert.equal(
    until({ canSync: false, windows: [...a.windows, ...b.windows] }, '2026-03-01T11:30'),
    '2026-03-01T14:00',
  );
});

test('without an open allow window the next one is awaited', () => {
  const allow = deny('0 9 * * 1-5', '8h', { kind: 'allow', active: false });
  assert.equal(until(allow, '2026-02-28T12:00'), '2026-03-02T09:00');
  assert.match(heldWords('web', allow, at('2026-02-28T12:00')) ?? '', /no allow window is open/);
});

test('a schedule that cannot be read gives no time, and the hold is still said', () => {
  for (const schedule of ['', '61 * * * *', '@daily', '* * * *', 'x * * * *'])
    assert.equal(until(deny(schedule, '1h'), '2026-03-01T12:00'), null, schedule);
  assert.equal(until(deny('0 10 * * *', 'long'), '2026-03-01T12:00'), null);
  assert.equal(heldWords('web', deny('@daily', '1h'), 0), 'a deny window of Argo CD holds every sync of web');
});

test('nothing is said while Argo CD may sync', () => {
  const open = { canSync: true, windows: [] };
  assert.equal(heldUntil(open, 0), null);
  assert.equal(heldWords('web', open, 0), null);
});

test('a sync by hand is offered only where every window that holds it allows one', () => {
  assert.equal(heldCommand('web', deny('* * * * *', '1h', { manualSync: true })), 'argocd app sync web');
  assert.match(heldCommand('web', deny('* * * * *', '1h')), /^argocd proj windows list/);
});

test('the end of the last hold is known after it', () => {
  const over: SyncWindows = { ...deny('0 10 * * *', '8h', { active: false }), canSync: true };
  assert.equal(heldBefore(over, at('2026-03-01T18:05')), at('2026-03-01T18:00'));
  assert.equal(heldBefore({ canSync: true, windows: [] }, 0), null);
  assert.equal(heldBefore(deny('0 10 * * *', '8h'), at('2026-03-01T12:00')), null);
});

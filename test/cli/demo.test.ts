import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertFires } from '../../cli/demo/alert.ts';
import { fold } from '../../cli/demo/fold.ts';
import { FAILED } from '../../cli/demo/scenario.ts';
import type { Town } from '../../src/world/town.ts';

test('a line is folded at blanks, under its own first word, and no word is lost', () => {
  const line = '  8.4 s  gate: fail (harm-proven): error rate: rate 0.344 > limit 0.0139';
  assert.equal(fold(line, 80, 9), line);
  const rows = fold(line, 40, 9).split('\n');
  assert.deepEqual(rows, ['  8.4 s  gate: fail (harm-proven): error', '         rate: rate 0.344 > limit 0.0139']);
  assert.equal(fold(line, Infinity, 9), line);
  assert.deepEqual(fold('a verylongword b', 5, 1).split('\n'), ['a', ' verylongword', ' b']);
});

test('an alert whose rule never fires is not posted', async () => {
  const said: string[] = [];
  const town = { fleet: { counts: () => null } } as unknown as Town;
  const scene = { town, say: (_: number | null, text: string) => void said.push(text), since: () => 31 };
  // Nobody listens there: a post would throw.
  await alertFires({ name: 'Errors', harm: FAILED, above: 0.05 }, scene, 'http://127.0.0.1:1');
  assert.match(said.join('\n'), /it does not fire/);
});

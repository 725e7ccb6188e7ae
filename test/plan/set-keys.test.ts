import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setKeys } from '../../src/plan/set-keys.ts';

const file = (text: string) => ({ blob: text, mode: '100644', text }) as const;
const three = (good: string, bad: string, now: string) =>
  setKeys({ path: 'values.yaml', good: file(good), bad: file(bad), now: file(now) });

test('only the colliding key goes back; what came later stays as it is, comments too', () => {
  const edit = three('tag: "1"\nreplicas: 2\n', 'tag: "2"\nreplicas: 2\n', 'tag: "3" # hotfix\nreplicas: 6\nzone: b\n');
  assert.equal(edit?.text, 'tag: "1" # hotfix\nreplicas: 6\nzone: b\n');
});

test('where more than scalars collide there is no such edit', () => {
  assert.equal(three('a: 1\n', 'a: 2\n', 'a: { b: 3 }\n'), null);
  assert.equal(three('tag: 1\n', 'tag: 2\n', 'tag: 2\n'), null);
  assert.equal(three('tag: [\n', 'tag: 2\n', 'tag: 3\n'), null);
});

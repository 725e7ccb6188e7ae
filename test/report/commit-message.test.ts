import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitMessage, mergeMessage, parseTrailers, revertTitle } from '../../src/report/commit-message.ts';
import { aCause, anIncident, aPlan, BAD, GOOD, HOSTILE } from './builders.ts';

function whole(message: { title: string; body: string }): string {
  return `${message.title}\n\n${message.body}`;
}

test('the message says what, why and how to find it again', () => {
  assert.equal(
    whole(commitMessage(aPlan())),
    `Revert recommender in production to 1a2b3c4

Why: the gate failed on '5xx rate': 2.31 % > 1.00 %
Target: 1a2b3c4, verified in production on 2026-02-27

- spec.template.image: rec:1.4.2 -> rec:1.4.1

Lastgood-Incident: a1b2c3d4e5f6
Lastgood-Reverts: ${BAD}
Lastgood-Target: ${GOOD}
`,
  );
});

test('the title is at most 72 characters and keeps its target, however long the names are', () => {
  for (const length of [1, 20, 40, 63]) {
    const key = { repo: 'a/b', service: 's'.repeat(length), environment: 'e'.repeat(length) };
    const title = revertTitle(aPlan({ incident: anIncident({ key }) }));
    assert.ok(title.length <= 72, title);
    assert.match(title, / to 1a2b3c4$/);
  }
});

test('the trailers read back, also below lines that GitHub adds and with CRLF', () => {
  const expected = { incident: 'a1b2c3d4e5f6', reverts: BAD, target: GOOD };
  const text = whole(commitMessage(aPlan()));
  assert.deepEqual(parseTrailers(text), expected);
  assert.deepEqual(
    parseTrailers(`${text}\nCo-authored-by: ada <ada@example.com>\n`.replaceAll('\n', '\r\n')),
    expected,
  );
});

test('hostile words in the cause cannot forge a trailer, mention anybody or close an issue', () => {
  const plan = aPlan({
    incident: anIncident({ cause: aCause({ because: HOSTILE }) }),
    changes: [{ path: HOSTILE, key: HOSTILE, from: HOSTILE, to: null, moves: 'version' }],
  });
  const message = whole(commitMessage(plan));
  assert.equal(parseTrailers(message)?.target, GOOD);
  assert.equal(message.split('\n').filter((line) => line.startsWith('Lastgood-Target: ')).length, 1);
  assert.doesNotMatch(message, /@\w|#\d/);
});

test('a message without our trailers is no revert of ours, whatever its title says', () => {
  assert.equal(parseTrailers('Revert recommender in production to 1a2b3c4\n'), null);
  assert.equal(parseTrailers(`Revert "x"\n\nThis reverts commit ${BAD}.\n`), null);
  assert.equal(parseTrailers(`x\n\nLastgood-Target: ${GOOD}\n\nSome words after it.`), null);
});

test('the message of the merge says the same as the commit: title, and trailers that read back', () => {
  const plan = aPlan();
  assert.equal(mergeMessage(plan).title, commitMessage(plan).title);
  assert.deepEqual(parseTrailers(whole(mergeMessage(plan))), parseTrailers(whole(commitMessage(plan))));
  assert.notEqual(parseTrailers(whole(mergeMessage(plan))), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupChanges } from '../../src/plan/changes.ts';
import type { Change, PathCommit } from '../../src/plan/changes.ts';

const sha = (name: string): string => Buffer.from(name).toString('hex').padEnd(40, '0');

function aCommit(name: string, overrides: Partial<PathCommit> = {}): PathCommit {
  return {
    sha: sha(name),
    parents: [sha(`${name}^`)],
    message: `Change ${name}`,
    author: 'mia',
    committedAt: '2026-11-17T10:00:00Z',
    pull: null,
    ...overrides,
  };
}

const brief = (changes: readonly Change[]) =>
  changes.map(({ revision, before, pull }) =>
    [revision, before, pull]
      .map((value) => (typeof value === 'string' ? Buffer.from(value.replace(/(00)+$/, ''), 'hex').toString() : value))
      .join(' '),
  );

test('a direct push is one change', () => {
  assert.deepEqual(brief(groupChanges([aCommit('b'), aCommit('a')])), ['b b^ ', 'a a^ ']);
});

test('a squash is one change with its number', () => {
  const pull = { number: 7, mergeCommit: sha('s'), mergeParents: [sha('s^')] };
  const [change] = groupChanges([aCommit('s', { pull, message: 'Ship it (#7)\n\n* one\n* two' })]);
  assert.deepEqual(brief(change ? [change] : []), ['s s^ 7']);
  assert.equal(change?.title, 'Ship it (#7)');
});

test('a rebase is one change from before its oldest commit to its last', () => {
  const pull = { number: 8, mergeCommit: sha('r3'), mergeParents: [sha('r2')] };
  const commits = ['r3', 'r2', 'r1'].map((name) => aCommit(name, { pull }));
  assert.deepEqual(brief(groupChanges([...commits, aCommit('a')])), ['r3 r1^ 8', 'a a^ ']);
});

test('a rebase whose last commit did not touch the paths still ends at its last commit', () => {
  const pull = { number: 8, mergeCommit: sha('r3'), mergeParents: [sha('r2')] };
  assert.deepEqual(brief(groupChanges([aCommit('r1', { pull })])), ['r3 r1^ 8']);
});

test('a merge lasts from its first parent to the merge commit, and stands where it landed', () => {
  const pull = {
    number: 9,
    mergeCommit: sha('m'),
    mergeParents: [sha('d'), sha('x2')],
    mergedAt: '2026-11-17T12:00:00Z',
  };
  const side = ['x2', 'x1'].map((name) => aCommit(name, { pull, committedAt: '2026-11-17T08:00:00Z' }));
  const commits = [
    aCommit('e', { committedAt: '2026-11-17T13:00:00Z' }),
    aCommit('d', { committedAt: '2026-11-17T11:00:00Z' }),
    ...side,
  ];
  const changes = groupChanges(commits);
  assert.deepEqual(brief(changes), ['e e^ ', 'm d 9', 'd d^ ']);
  assert.deepEqual(changes[1]?.commits, [sha('x2'), sha('x1')]);
});

test('the clock of a laptop does not reorder what stands on the default branch', () => {
  const commits = [aCommit('b', { committedAt: '2020-01-01T00:00:00Z' }), aCommit('a')];
  assert.deepEqual(brief(groupChanges(commits)), ['b b^ ', 'a a^ ']);
});

test('a pull request that was never merged leaves a direct push', () => {
  const pull = { number: 1, mergeCommit: null, mergeParents: [] };
  assert.deepEqual(brief(groupChanges([aCommit('a', { pull, parents: [] })])), ['a  ']);
});

test('a revert names the change it takes back, by sha, by commit of a branch or by number', () => {
  const pull = { number: 9, mergeCommit: sha('m'), mergeParents: [sha('d'), sha('x1')] };
  for (const [message, expected] of [
    [`Undo\n\nLastgood-Reverts: ${sha('m')}`, sha('m')],
    [`Revert "x"\n\nThis reverts commit ${sha('x1')}.`, sha('m')],
    ['Revert "x" (#10)\n\nReverts acme/deploy#9', sha('m')],
    [`Undo\n\nThis reverts commit ${sha('elsewhere')}, reversing`, sha('elsewhere')],
    [`Revert "x"`, null],
  ] as const) {
    const [change] = groupChanges([
      aCommit('u', { message, committedAt: '2026-11-17T15:00:00Z' }),
      aCommit('x1', { pull }),
    ]);
    assert.equal(change?.revertOf, expected, message);
  }
});

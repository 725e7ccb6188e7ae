import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../src/control/decide.ts';
import { anObserved, at, opened, rulesFor } from './builders.ts';

function methodWith(mergeMethods: readonly ('squash' | 'merge' | 'rebase')[]): string | null {
  const step = decide(anObserved({ stage: opened({ state: 'open', mergeState: 'clean' }), mergeMethods }));
  return step.kind === 'merge' ? step.method : null;
}

test('the way to merge is the one of the playbook where the repository allows it', () => {
  assert.equal(methodWith(['merge', 'squash']), 'squash');
});

test('a repository that forbids the way of the playbook gets one that it allows', () => {
  assert.equal(methodWith(['rebase', 'merge']), 'rebase');
});

test('a rollback that waits for a person names the hash to confirm', () => {
  const step = decide(anObserved({ stage: opened({ state: 'open', mergeState: 'clean' }, { mode: 'human' }) }));
  assert.match(step.because, /\/rollback confirm 0123456789ab$/);
});

test('what GitHub would let the App step over is stepped over only where the playbook says so too', () => {
  const stage = opened({ state: 'open', mergeState: 'blocked', createdAt: at(-3600) });
  const obstacles = { blockers: [], bypass: ["ruleset 'main'"] };
  const route = (bypass: boolean): string => {
    const rules = rulesFor();
    const seen = {
      stage,
      obstacles,
      activeRules: ['pull_request'],
      rules: { ...rules, rollback: { ...rules.rollback, bypass } },
    };
    const step = decide(anObserved(seen));
    return step.kind === 'merge' ? step.route : step.kind;
  };
  assert.deepEqual([route(true), route(false)], ['bypass', 'escalate']);
});

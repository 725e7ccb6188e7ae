import type { MergeMethod } from '../ports.ts';
import type { Observed, Remembered } from './observed.ts';
import type { Step } from './step.ts';

/** The pull request is open: who merges it, and by which route. */
export function decideMerge(seen: Observed, { pull, mode, planHash }: Remembered): Step {
  const { rollback } = seen.rules;
  const method = methodOf(seen);
  const deadline = Date.parse(pull.createdAt) + rollback['merge-within'];
  if (!pull.ours) {
    return call(
      seen,
      'foreign-commit',
      `pull request #${pull.number} holds a commit or text that lastgood did not write`,
      [`Read #${pull.number} and merge it by hand if it is right; lastgood then proves the recovery.`],
    );
  }
  if (pull.mergeState === 'dirty') {
    return call(
      seen,
      'merge-conflict',
      `pull request #${pull.number} no longer merges: the default branch changed the same lines`,
      [`Resolve #${pull.number} by hand, or close it and ask for a new plan.`],
    );
  }
  if (mode === 'human') {
    const because = `approval is human: merge #${pull.number}, or comment /rollback confirm ${planHash}`;
    return { kind: 'wait', for: 'approval', until: null, lookAgainMs: MINUTE, because, commands: [] };
  }
  if (pull.mergeState === 'behind')
    return { kind: 'update', pull, because: `#${pull.number} must be up to date with ${pull.base} before it merges` };
  if (pull.mergeState === 'clean')
    return {
      kind: 'merge',
      pull,
      route: 'direct',
      method,
      because: 'every rule of the branch is satisfied',
    };
  // `unknown`: GitHub is still computing. Where no rule guards the branch a pinned merge is safe to try at once.
  if (pull.mergeState === 'unknown' && seen.activeRules.length === 0) {
    return { kind: 'merge', pull, route: 'direct', method, because: `no rule guards ${pull.base}` };
  }
  if (seen.now > deadline && !seen.escalated) {
    return call(
      seen,
      'not-merged-in-time',
      `#${pull.number} is not merged after ${seconds(seen.now - Date.parse(pull.createdAt))} > ${seconds(rollback['merge-within'])}`,
      [`See which check or review #${pull.number} still needs.`],
    );
  }
  if (!pull.autoMerge && seen.autoMergeAllowed) {
    const rules = seen.activeRules.join(', ') || 'branch protection';
    return {
      kind: 'merge',
      pull,
      route: 'auto',
      method,
      because: `${pull.base} is guarded by ${rules}: GitHub merges once they are satisfied`,
    };
  }
  const because = `required checks and reviews of #${pull.number}`;
  return {
    kind: 'wait',
    for: 'checks',
    until: new Date(deadline).toISOString(),
    lookAgainMs: 10_000,
    because,
    commands: [],
  };
}

const MINUTE = 60_000;

/** The playbook's way to merge, or one that the settings of the repository allow: a refused method would cost the night. */
function methodOf({ rules, mergeMethods }: Observed): MergeMethod {
  const [first = rules.rollback.merge] = mergeMethods;
  return mergeMethods.includes(rules.rollback.merge) ? rules.rollback.merge : first;
}

/** Calls a person once; afterwards waits for them, so that whatever they do is still followed to its proof. */
function call(
  seen: Observed,
  trouble: 'foreign-commit' | 'merge-conflict' | 'not-merged-in-time',
  because: string,
  todo: readonly string[],
): Step {
  if (seen.escalated) return { kind: 'wait', for: 'person', until: null, lookAgainMs: MINUTE, because, commands: [] };
  return { kind: 'escalate', trouble, because, todo, commands: [], final: false };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

import type { MergeMethod, Pull } from '../ports.ts';
import { agreed, approvedWords, type Agreed } from './approvals.ts';
import { awaitMigration } from './decide-migration.ts';
import type { Observed, Remembered } from './observed.ts';
import { against } from './seconds.ts';
import type { Step } from './step.ts';

/** The pull request is open: who merges it, and by which route. */
export function decideMerge(seen: Observed, remembered: Remembered): Step {
  const { pull, mode, planHash, person = null } = remembered;
  const { rollback } = seen.rules;
  const method = methodOf(seen);
  const deadline = Date.parse(pull.createdAt) + rollback['merge-within'];
  const refused = (seen.refused ?? null) !== null;
  if (!pull.ours && pull.adopted !== true) {
    const because = `pull request #${pull.number} holds a commit or text that lastgood did not write`;
    return (
      disarm(pull, because) ??
      call(seen, 'foreign-commit', because, [
        `Read #${pull.number} and merge it by hand if it is right; lastgood then proves the recovery.`,
      ])
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
  if (pull.empty === true && pull.adopted !== true)
    return { kind: 'close', pull, because: `${pull.base} already holds all that #${pull.number} would bring` };
  const word = agreed({
    policy: rollback.approvals,
    cause: seen.incident.cause,
    author: remembered.author ?? null,
    ...(seen.approvals ?? { given: [], owned: [] }),
  });
  if (word.kind === 'waits' && pull.adopted !== true) {
    const because = `#${pull.number} ${word.because}; review it, or comment /rollback confirm ${planHash}`;
    return (
      disarm(pull, because) ?? {
        kind: 'wait',
        for: 'approval',
        until: null,
        lookAgainMs: MINUTE,
        because,
        commands: [],
      }
    );
  }
  if (mode === 'human' && (word.kind === 'free' || pull.adopted === true)) {
    const because = pull.adopted
      ? `#${pull.number} is a person's own revert: they merge it`
      : person !== null
        ? `#${pull.number} is left to a person: ${person}. Merge it, or comment /rollback confirm ${planHash}`
        : `approval is human: merge #${pull.number}, or comment /rollback confirm ${planHash}`;
    return { kind: 'wait', for: 'approval', until: null, lookAgainMs: MINUTE, because, commands: [] };
  }
  const database = awaitMigration(seen, remembered);
  if (database) return database;
  const queue = seen.activeRules.includes('merge_queue');
  const route = (by: 'direct' | 'auto' | 'queue', because: string): Step => ({
    kind: 'merge',
    pull,
    route: by,
    ...(word.kind === 'enough' ? { approvedBy: approvedWords(word.by) } : {}),
    method,
    because,
  });
  // A queue brings a late branch up to date by itself.
  if (pull.mergeState === 'behind' && !queue)
    return { kind: 'update', pull, because: `#${pull.number} must be up to date with ${pull.base} before it merges` };
  if (pull.mergeState === 'clean' && !queue && !refused)
    return route('direct', 'every rule of the branch is satisfied');
  // `unknown`: GitHub is still computing. Where no rule guards the branch a pinned merge is safe to try at once.
  if (pull.mergeState === 'unknown' && seen.activeRules.length === 0 && !refused)
    return route('direct', `no rule guards ${pull.base}`);
  if (!seen.escalated && (seen.now > deadline || refused)) return lastResort(seen, pull, method, word);
  const until = new Date(deadline).toISOString();
  const wait = (because: string): Step => ({
    kind: 'wait',
    for: 'checks',
    until,
    lookAgainMs: 10_000,
    because,
    commands: [],
  });
  if (pull.queued === true) return wait(`#${pull.number} stands in the merge queue of ${pull.base}`);
  if (queue && (pull.mergeState === 'clean' || pull.mergeState === 'behind') && !refused && !seen.escalated)
    return route('queue', `${pull.base} takes changes only through its merge queue`);
  if (pull.autoMerge === 'off' && seen.autoMergeAllowed && !refused) {
    const rules = seen.activeRules.join(', ') || 'branch protection';
    return route('auto', `${pull.base} is guarded by ${rules}: GitHub merges once they are satisfied`);
  }
  return wait(`required checks and reviews of #${pull.number}`);
}

/** GitHub merges what we once armed, whoever has pushed to it since and whoever has taken back their word. */
function disarm(pull: Pull, because: string): Step | null {
  return pull.autoMerge === 'ours' ? { kind: 'disarm', pull, because } : null;
}

/** No rule gave way in time: over them where the playbook and GitHub both allow it, else a person who can. */
function lastResort(seen: Observed, pull: Pull, method: MergeMethod, word: Agreed): Step {
  const { rollback } = seen.rules;
  const over = seen.obstacles?.bypass ?? null;
  const blockers = seen.obstacles?.blockers ?? [];
  if (rollback.bypass && over !== null && over.length > 0) {
    const because = `${blockers.map(({ says }) => says).join('; ') || 'the rules still hold it'}; the playbook allows a bypass of ${over.join(', ')}`;
    const by = word.kind === 'enough' ? { approvedBy: approvedWords(word.by) } : {};
    return { kind: 'merge', pull, route: 'bypass', over, ...by, method, because };
  }
  const refused = seen.refused ?? null;
  const waited = `#${pull.number} is not merged after ${against(seen.now - Date.parse(pull.createdAt), rollback['merge-within'])}`;
  const what =
    refused === null ? waited : `GitHub refuses the merge of #${pull.number}: ${refused.replace(/\.+$/, '')}`;
  const because = [what, ...blockers.map(({ says }) => says)].join('; ');
  const todo = blockers.map(({ lift }) => lift);
  return call(
    seen,
    refused === null ? 'not-merged-in-time' : 'merge-refused',
    because,
    todo.length > 0 ? todo : [`See which check or review #${pull.number} still needs.`],
  );
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
  trouble: 'foreign-commit' | 'merge-conflict' | 'not-merged-in-time' | 'merge-refused',
  because: string,
  todo: readonly string[],
): Step {
  if (seen.escalated) return { kind: 'wait', for: 'person', until: null, lookAgainMs: MINUTE, because, commands: [] };
  return { kind: 'escalate', trouble, because, todo, commands: [], final: false };
}

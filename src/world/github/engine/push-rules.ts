/**
 * May this branch be moved without a pull request?
 */
import type { Repository, Viewer } from '../state.ts';
import { actorOf } from '../hub.ts';
import { requiredState } from './check-state.ts';
import { mayBypass, requiredChecks, rulesOf, type RuleInForce } from './rules.ts';

export interface PushVerdict {
  /** Why not, in GitHub's words; null when allowed. */
  readonly refusal: string | null;
  /** Git must still refuse a push that rewrites or deletes the branch. */
  readonly noForce: boolean;
}

function checksMissing(repository: Repository, { rule }: RuleInForce, sha: string | null): string | null {
  for (const check of requiredChecks(rule)) {
    const state = sha === null ? 'expected' : requiredState(repository, sha, check);
    if (state !== 'passing')
      return `Required status check "${check.context}" is ${state === 'expected' ? 'expected' : state}.`;
  }
  return null;
}

function refusalOf(repository: Repository, inForce: RuleInForce, viewer: Viewer, sha: string | null): string | null {
  switch (inForce.rule.type) {
    case 'pull_request':
      return 'Changes must be made through a pull request.';
    case 'merge_queue':
      return 'Changes must be made through the merge queue';
    case 'required_status_checks':
      return checksMissing(repository, inForce, sha);
    case 'update': {
      const allowed = inForce.classic?.restrictions ?? [];
      const names = [actorOf(viewer).login, ...(viewer.kind === 'installation' ? [viewer.app.slug] : [])];
      return names.some((name) => allowed.includes(name)) ? null : "You're not authorized to push to this branch.";
    }
    default:
      return null;
  }
}

/** `sha` is the commit the branch is to point at; null when it is not known yet or the branch is to go. */
export function pushVerdict(repository: Repository, branch: string, viewer: Viewer, sha: string | null): PushVerdict {
  const binding = rulesOf(repository, branch).filter((inForce) => !mayBypass(repository, viewer, inForce, 'push'));
  const refusals = binding
    .map((inForce) => refusalOf(repository, inForce, viewer, sha))
    .filter((words) => words !== null);
  return {
    refusal: refusals[0] ?? null,
    noForce: binding.some(({ rule }) => rule.type === 'non_fast_forward' || rule.type === 'deletion'),
  };
}

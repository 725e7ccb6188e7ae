/**
 * Can this pull request be merged, and if not, why not - in GitHub's words.
 */
import type { MergeResult } from '../git/repository.ts';
import type { Pull, Repository, Review, Viewer } from '../state.ts';
import { atLeast } from '../views/repository.ts';
import type { PullFacts } from '../views/pull.ts';
import { roleOfLogin } from './access.ts';
import { overallState, requiredState, type CheckState } from './check-state.ts';
import { isStrict, mayBypass, requiredApprovals, requiredChecks, rulesOf, type RuleInForce } from './rules.ts';

export interface Unmet {
  readonly kind: 'check' | 'behind' | 'review' | 'queue' | 'restricted';
  readonly message: string;
  /** A ruleset's refusal is worded differently from that of classic protection. */
  readonly byRuleset: boolean;
}

export async function baseTip(repository: Repository, pull: Pull): Promise<string> {
  return (await repository.git.branch(pull.baseRef)) ?? pull.baseSha;
}

export async function testMerge(repository: Repository, pull: Pull): Promise<MergeResult> {
  return repository.git.merge(await baseTip(repository, pull), pull.headSha);
}

/** The last word of each reviewer who can write; comments do not take back an approval. */
function standingReviews(repository: Repository, pull: Pull): readonly Review[] {
  const last = new Map<number, Review>();
  for (const review of pull.reviews) {
    const counts = review.state !== 'COMMENTED' && atLeast(roleOfLogin(repository, review.author.login), 'write');
    if (counts) last.set(review.author.id, review);
  }
  return [...last.values()];
}

export type ReviewDecision = 'APPROVED' | 'CHANGES_REQUESTED' | 'REVIEW_REQUIRED';

/** GraphQL's reviewDecision; null when no review is required. */
export function reviewDecision(repository: Repository, pull: Pull): ReviewDecision | null {
  const wanted = Math.max(0, ...rulesOf(repository, pull.baseRef).map(({ rule }) => requiredApprovals(rule)));
  if (wanted === 0) return null;
  const reviews = standingReviews(repository, pull);
  if (reviews.some(({ state }) => state === 'CHANGES_REQUESTED')) return 'CHANGES_REQUESTED';
  return reviews.filter(({ state }) => state === 'APPROVED').length >= wanted ? 'APPROVED' : 'REVIEW_REQUIRED';
}

const CHECK_WORDS: Readonly<Record<CheckState, string>> = {
  expected: 'expected',
  pending: 'in progress',
  failing: 'failing',
  passing: 'passing',
};

function unmetChecks(repository: Repository, pull: Pull, inForce: RuleInForce): readonly Unmet[] {
  const checks = requiredChecks(inForce.rule).map((check) => ({
    ...check,
    state: requiredState(repository, pull.headSha, check),
  }));
  const missing = checks.filter(({ state }) => state !== 'passing');
  const [first] = missing;
  const byRuleset = inForce.ruleset !== null;
  if (first === undefined) return [];
  if (missing.length === 1) {
    return [
      { kind: 'check', byRuleset, message: `Required status check "${first.context}" is ${CHECK_WORDS[first.state]}.` },
    ];
  }
  const counts = (['expected', 'pending', 'failing'] as const)
    .map((state) => ({ state, count: missing.filter((check) => check.state === state).length }))
    .filter(({ count }) => count > 0);
  const [only] = counts;
  const message =
    counts.length === 1 && only !== undefined
      ? `${missing.length} of ${checks.length} required status checks are ${CHECK_WORDS[only.state]}.`
      : `${missing.length} of ${checks.length} required status checks have not succeeded: ${counts
          .map(({ state, count }) => `${count} ${CHECK_WORDS[state]}`)
          .join(' and ')}.`;
  return [{ kind: 'check', byRuleset, message }];
}

function unmetReviews(repository: Repository, pull: Pull, { rule, ruleset }: RuleInForce): readonly Unmet[] {
  const wanted = requiredApprovals(rule);
  if (wanted === 0) return [];
  const reviews = standingReviews(repository, pull);
  const byRuleset = ruleset !== null;
  if (reviews.some(({ state }) => state === 'CHANGES_REQUESTED')) {
    return [{ kind: 'review', byRuleset, message: 'Changes have been requested by reviewers with write access.' }];
  }
  if (reviews.filter(({ state }) => state === 'APPROVED').length >= wanted) return [];
  const are = wanted === 1 ? 'review is' : 'reviews are';
  return [
    {
      kind: 'review',
      byRuleset,
      message: `At least ${wanted} approving ${are} required by reviewers with write access.`,
    },
  ];
}

async function unmetBy(
  repository: Repository,
  pull: Pull,
  viewer: Viewer | null,
  inForce: RuleInForce,
): Promise<readonly Unmet[]> {
  const byRuleset = inForce.ruleset !== null;
  switch (inForce.rule.type) {
    case 'required_status_checks': {
      const behind =
        isStrict(inForce.rule) &&
        (await repository.git.aheadBehind(await baseTip(repository, pull), pull.headSha)).behind > 0;
      const late: Unmet = {
        kind: 'behind',
        byRuleset,
        message: 'Head branch is out of date. Review and try the merge again.',
      };
      return [...unmetChecks(repository, pull, inForce), ...(behind ? [late] : [])];
    }
    case 'pull_request':
      return unmetReviews(repository, pull, inForce);
    case 'merge_queue':
      return [{ kind: 'queue', byRuleset, message: 'Changes must be made through the merge queue' }];
    case 'update': {
      const allowed = inForce.classic?.restrictions ?? [];
      const names =
        viewer?.kind === 'installation' ? [viewer.app.slug] : viewer?.kind === 'user' ? [viewer.user.login] : [];
      const known = viewer === null || names.some((name) => allowed.includes(name));
      return known ? [] : [{ kind: 'restricted', byRuleset, message: "You're not authorized to push to this branch." }];
    }
    default:
      return [];
  }
}

/** What still stands in the way of a merge; with a viewer, only what that viewer may not step over. */
export async function unmet(repository: Repository, pull: Pull, viewer: Viewer | null): Promise<readonly Unmet[]> {
  const binding = rulesOf(repository, pull.baseRef).filter(
    (inForce) => viewer === null || !mayBypass(repository, viewer, inForce, 'pull_request'),
  );
  return (await Promise.all(binding.map((inForce) => unmetBy(repository, pull, viewer, inForce)))).flat();
}

/** `mergeable_state`: clean, blocked, dirty, unstable, behind or draft. */
export async function mergeState(repository: Repository, pull: Pull): Promise<string> {
  if ((await testMerge(repository, pull)).kind !== 'clean') return 'dirty';
  if (pull.draft) return 'draft';
  const missing = await unmet(repository, pull, null);
  if (missing.some(({ kind }) => kind !== 'behind' && kind !== 'queue')) return 'blocked';
  if (missing.some(({ kind }) => kind === 'behind')) return 'behind';
  const overall = overallState(repository, pull.headSha);
  return overall === null || overall === 'passing' ? 'clean' : 'unstable';
}

/** True once somebody has asked about this very base and head: the first question only starts GitHub thinking. */
export async function askedBefore(repository: Repository, pull: Pull): Promise<boolean> {
  const pair = `${await baseTip(repository, pull)} ${pull.headSha}`;
  const before = pull.askedFor === pair;
  pull.askedFor = pair;
  return before;
}

/** The numbers of a pull request; `known` false leaves the mergeability open, as GitHub does at first. */
export async function pullFacts(repository: Repository, pull: Pull, known: boolean): Promise<PullFacts> {
  const { git } = repository;
  const base = pull.issue.state === 'open' ? await baseTip(repository, pull) : pull.baseSha;
  const from = (await git.mergeBase(base, pull.headSha)) ?? base;
  const [files, commits] = await Promise.all([git.diff(from, pull.headSha), git.revList([`${base}..${pull.headSha}`])]);
  const open = pull.issue.state === 'open';
  const merge = open && known ? await testMerge(repository, pull) : null;
  return {
    mergeable: merge === null ? null : merge.kind === 'clean',
    state: merge === null ? 'unknown' : await mergeState(repository, pull),
    testMerge: null,
    commits: commits.length,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    files: files.length,
  };
}

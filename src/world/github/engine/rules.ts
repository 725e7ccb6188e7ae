/**
 * The rules in force on a branch: classic protection and rulesets, in the one shape of a ruleset's rules.
 */
import { isRecord, record } from '../http/input.ts';
import type { Protection, RequiredCheck, Rule, Ruleset } from '../rule-state.ts';
import type { MergeMethod, Repository, Viewer } from '../state.ts';
import { roleOf } from './access.ts';

export interface RuleInForce {
  readonly rule: Rule;
  /** Null: classic branch protection. */
  readonly ruleset: Ruleset | null;
  readonly classic: Protection | null;
}

function escape(text: string): string {
  return text.replace(/[.+^${}()|[\]\\]/g, '\\$&');
}

/** fnmatch with path names, as GitHub uses it: `*` stays within a slash, `**` does not. */
function matches(pattern: string, name: string): boolean {
  const source = escape(pattern)
    .replace(/\*\*\/?/g, '\0')
    .replace(/\*/g, '[^/]*')
    .replace(/\?/g, '[^/]')
    .replaceAll('\0', '.*');
  return new RegExp(`^${source}$`).test(name);
}

function covers(repository: Repository, ruleset: Ruleset, branch: string): boolean {
  const hit = (pattern: string): boolean =>
    pattern === '~ALL' ||
    (pattern === '~DEFAULT_BRANCH' && branch === repository.defaultBranch) ||
    matches(pattern, `refs/heads/${branch}`);
  return ruleset.target === 'branch' && ruleset.include.some(hit) && !ruleset.exclude.some(hit);
}

export function classicProtection(repository: Repository, branch: string): Protection | null {
  const exact = repository.protections.get(branch);
  if (exact !== undefined) return exact;
  for (const [pattern, protection] of repository.protections) if (matches(pattern, branch)) return protection;
  return null;
}

function rulesOfClassic(protection: Protection): readonly Rule[] {
  const { checks, reviews, restrictions } = protection;
  return [
    ...(checks === null
      ? []
      : [
          {
            type: 'required_status_checks',
            parameters: {
              strict_required_status_checks_policy: protection.strict,
              required_status_checks: checks.map(({ context, app }) => ({ context, integration_id: app })),
            },
          },
        ]),
    ...(reviews === null
      ? []
      : [
          {
            type: 'pull_request',
            parameters: {
              required_approving_review_count: reviews.count,
              dismiss_stale_reviews_on_push: reviews.dismissStale,
            },
          },
        ]),
    ...(restrictions === null ? [] : [{ type: 'update' }]),
    ...(protection.allowForcePushes ? [] : [{ type: 'non_fast_forward' }]),
    ...(protection.allowDeletions ? [] : [{ type: 'deletion' }]),
  ];
}

export function rulesOf(repository: Repository, branch: string): readonly RuleInForce[] {
  const classic = classicProtection(repository, branch);
  const fromRulesets = [...repository.rulesets.values()]
    .filter((ruleset) => ruleset.enforcement === 'active' && covers(repository, ruleset, branch))
    .flatMap((ruleset) => ruleset.rules.map((rule) => ({ rule, ruleset, classic: null })));
  return [
    ...(classic === null ? [] : rulesOfClassic(classic).map((rule) => ({ rule, ruleset: null, classic }))),
    ...fromRulesets,
  ];
}

const ROLE_IDS: Readonly<Record<number, string>> = { 2: 'maintain', 4: 'write', 5: 'admin' };

/** Whether a viewer stands above a rule, for a push or for the merge of a pull request. */
export function mayBypass(
  repository: Repository,
  viewer: Viewer,
  { ruleset, classic }: RuleInForce,
  by: 'push' | 'pull_request',
): boolean {
  if (classic !== null) return !classic.enforceAdmins && roleOf(repository, viewer) === 'admin';
  if (ruleset === null) return false;
  return ruleset.bypass.some(({ actor_id, actor_type, bypass_mode }) => {
    if (bypass_mode === 'pull_request' && by === 'push') return false;
    switch (actor_type) {
      case 'Integration':
        return viewer.kind === 'installation' && viewer.app.id === actor_id;
      case 'User':
        return viewer.kind === 'user' && viewer.user.id === actor_id;
      case 'RepositoryRole':
        return ROLE_IDS[actor_id ?? 0] === roleOf(repository, viewer);
      case 'OrganizationAdmin':
        return roleOf(repository, viewer) === 'admin';
      case 'Team':
        return viewer.kind === 'user' && isInTeam(repository, viewer.user.login, actor_id);
      case 'DeployKey':
        return false;
    }
  });
}

function isInTeam({ teams, owner }: Repository, login: string, id: number | null): boolean {
  return [...teams.values()].some(
    (team) =>
      team.id === id && team.org.toLowerCase() === owner.login.toLowerCase() && team.members.has(login.toLowerCase()),
  );
}

/** `current_user_can_bypass` of a ruleset. */
export function bypassWords(
  repository: Repository,
  viewer: Viewer,
  ruleset: Ruleset,
): 'always' | 'pull_requests_only' | 'never' {
  const inForce: RuleInForce = { rule: { type: '' }, ruleset, classic: null };
  if (mayBypass(repository, viewer, inForce, 'push')) return 'always';
  return mayBypass(repository, viewer, inForce, 'pull_request') ? 'pull_requests_only' : 'never';
}

export function requiredChecks(rule: Rule): readonly RequiredCheck[] {
  const list = record(rule.parameters)['required_status_checks'];
  if (!Array.isArray(list)) return [];
  return list.filter(isRecord).map((item) => ({
    context: String(item['context']),
    app: typeof item['integration_id'] === 'number' && item['integration_id'] > 0 ? item['integration_id'] : null,
  }));
}

export function isStrict(rule: Rule): boolean {
  return record(rule.parameters)['strict_required_status_checks_policy'] === true;
}

export function requiredApprovals(rule: Rule): number {
  const count = record(rule.parameters)['required_approving_review_count'];
  return typeof count === 'number' ? count : 0;
}

export function dismissesStale(rule: Rule): boolean {
  return record(rule.parameters)['dismiss_stale_reviews_on_push'] === true;
}

/** The methods a rule leaves; null when it does not say. */
export function allowedMethods(rule: Rule): readonly MergeMethod[] | null {
  const list = record(rule.parameters)['allowed_merge_methods'];
  return Array.isArray(list) ? (list as readonly MergeMethod[]) : null;
}

export function needsQueue(repository: Repository, branch: string): boolean {
  return rulesOf(repository, branch).some(({ rule }) => rule.type === 'merge_queue');
}

/** /branches/{branch}/protection, /rules, /rulesets */
import { ADMIN, may, READ } from '../engine/access.ts';
import { bypassWords, classicProtection, rulesOf } from '../engine/rules.ts';
import { listReply } from '../http/page.ts';
import {
  isRecord,
  optionalBoolean,
  optionalList,
  optionalNumber,
  optionalString,
  record,
  requiredString,
  strings,
  type Input,
} from '../http/input.ts';
import type { Context, Reply, Route } from '../http/route.ts';
import { fullName } from '../hub.ts';
import { notFound, Problem } from '../problem.ts';
import type { BypassActor, Protection, RequiredCheck, Rule, Ruleset } from '../rule-state.ts';
import type { Repository } from '../state.ts';
import { apiUrl } from '../views/repository.ts';
import { iso } from '../views/time.ts';
import { created, noContent, numberParam, ok, param, repositoryRoute } from './shared.ts';

const PROTECTION_READ = { permission: 'administration', access: 'read', role: 'admin' } as const;

/** What GET /branches/{branch} says about protection. */
export function protectionSummary(repository: Repository, branch: string): Record<string, unknown> {
  const protection = classicProtection(repository, branch);
  const checks = protection?.checks ?? null;
  return {
    enabled: protection !== null,
    required_status_checks: {
      enforcement_level: checks === null ? 'off' : protection?.enforceAdmins === true ? 'everyone' : 'non_admins',
      contexts: (checks ?? []).map(({ context }) => context),
      checks: (checks ?? []).map(({ context, app }) => ({ context, app_id: app })),
    },
  };
}

function protectionView(
  context: Context,
  repository: Repository,
  branch: string,
  protection: Protection,
): Record<string, unknown> {
  const url = `${apiUrl(context.hub, repository)}/branches/${branch}/protection`;
  const { checks, reviews } = protection;
  return {
    url,
    ...(checks === null
      ? {}
      : {
          required_status_checks: {
            url: `${url}/required_status_checks`,
            contexts_url: `${url}/required_status_checks/contexts`,
            strict: protection.strict,
            contexts: checks.map(({ context: name }) => name),
            checks: checks.map(({ context: name, app }) => ({ context: name, app_id: app })),
          },
        }),
    ...(reviews === null
      ? {}
      : {
          required_pull_request_reviews: {
            url: `${url}/required_pull_request_reviews`,
            dismiss_stale_reviews: reviews.dismissStale,
            require_code_owner_reviews: false,
            require_last_push_approval: false,
            required_approving_review_count: reviews.count,
          },
        }),
    enforce_admins: { url: `${url}/enforce_admins`, enabled: protection.enforceAdmins },
    required_linear_history: { enabled: false },
    allow_force_pushes: { enabled: protection.allowForcePushes },
    allow_deletions: { enabled: protection.allowDeletions },
  };
}

function requiredChecksFrom(input: Input): readonly RequiredCheck[] {
  const checks = optionalList(input, 'checks');
  if (checks === null) return (strings(input, 'contexts') ?? []).map((context) => ({ context, app: null }));
  return checks.filter(isRecord).map((check) => {
    const app = optionalNumber(check, 'app_id');
    return { context: requiredString(check, 'context'), app: app === null || app < 0 ? null : app };
  });
}

export function protectionFrom(body: Input): Protection {
  const checks = body['required_status_checks'];
  const reviews = body['required_pull_request_reviews'];
  const restrictions = body['restrictions'];
  return {
    checks: isRecord(checks) ? requiredChecksFrom(checks) : null,
    strict: isRecord(checks) && optionalBoolean(checks, 'strict') === true,
    reviews: isRecord(reviews)
      ? {
          count: optionalNumber(reviews, 'required_approving_review_count') ?? 1,
          dismissStale: optionalBoolean(reviews, 'dismiss_stale_reviews') ?? false,
        }
      : null,
    enforceAdmins: optionalBoolean(body, 'enforce_admins') ?? false,
    restrictions: isRecord(restrictions)
      ? [...(strings(restrictions, 'users') ?? []), ...(strings(restrictions, 'apps') ?? [])]
      : null,
    allowForcePushes: optionalBoolean(body, 'allow_force_pushes') ?? false,
    allowDeletions: optionalBoolean(body, 'allow_deletions') ?? false,
  };
}

function rulesetView(context: Context, repository: Repository, ruleset: Ruleset): Record<string, unknown> {
  const url = `${apiUrl(context.hub, repository)}/rulesets/${ruleset.id}`;
  return {
    id: ruleset.id,
    name: ruleset.name,
    target: ruleset.target,
    source_type: 'Repository',
    source: fullName(repository),
    enforcement: ruleset.enforcement,
    // Who may step over it is told only to those who could change it.
    ...(may(repository, context.viewer, ADMIN) ? { bypass_actors: ruleset.bypass.map((actor) => ({ ...actor })) } : {}),
    current_user_can_bypass: bypassWords(repository, context.viewer, ruleset),
    conditions: { ref_name: { include: [...ruleset.include], exclude: [...ruleset.exclude] } },
    rules: ruleset.rules.map((rule) => ({ ...rule })),
    node_id: `RRS_${ruleset.id}`,
    _links: { self: { href: url }, html: { href: url } },
    created_at: iso(ruleset.createdAt),
    updated_at: iso(ruleset.updatedAt),
  };
}

const ENFORCEMENTS = ['disabled', 'active', 'evaluate'] as const;
const COMPLETE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  pull_request: {
    dismiss_stale_reviews_on_push: false,
    require_code_owner_review: false,
    require_last_push_approval: false,
    required_approving_review_count: 0,
    required_review_thread_resolution: false,
  },
  required_status_checks: { required_status_checks: [], strict_required_status_checks_policy: false },
  merge_queue: {
    check_response_timeout_minutes: 60,
    grouping_strategy: 'ALLGREEN',
    max_entries_to_build: 5,
    max_entries_to_merge: 5,
    merge_method: 'MERGE',
    min_entries_to_merge: 1,
    min_entries_to_merge_wait_minutes: 5,
  },
};

/** Rules as given, with what GitHub fills in. */
export function rulesFrom(list: readonly unknown[]): readonly Rule[] {
  return list.filter(isRecord).map((rule) => {
    const type = requiredString(rule, 'type');
    const defaults = COMPLETE[type];
    const given = rule['parameters'];
    if (defaults === undefined && !isRecord(given)) return { type };
    return { type, parameters: { ...defaults, ...record(given) } };
  });
}

function rulesetFrom(context: Context, old: Ruleset | null): Ruleset {
  const { body, hub } = context;
  const names = record(record(body['conditions'])['ref_name']);
  const hasNames = isRecord(body['conditions']);
  return {
    id: old?.id ?? hub.nextId(),
    name: optionalString(body, 'name') ?? old?.name ?? '',
    target: optionalString(body, 'target') ?? old?.target ?? 'branch',
    enforcement: ENFORCEMENTS.find((value) => value === body['enforcement']) ?? old?.enforcement ?? 'active',
    bypass: (optionalList(body, 'bypass_actors') as readonly BypassActor[] | null) ?? old?.bypass ?? [],
    include: hasNames ? (strings(names, 'include') ?? []) : (old?.include ?? []),
    exclude: hasNames ? (strings(names, 'exclude') ?? []) : (old?.exclude ?? []),
    rules: body['rules'] === undefined ? (old?.rules ?? []) : rulesFrom(optionalList(body, 'rules') ?? []),
    createdAt: old?.createdAt ?? hub.now(),
    updatedAt: hub.now(),
  };
}

function findRuleset(repository: Repository, context: Context): Ruleset {
  const ruleset = repository.rulesets.get(numberParam(context, 'ruleset_id'));
  if (ruleset === undefined) throw notFound();
  return ruleset;
}

function activeRules(repository: Repository, context: Context): Promise<Reply> {
  const rules = rulesOf(repository, param(context, 'branch')).filter(({ ruleset }) => ruleset !== null);
  return listReply(context, rules, ({ rule, ruleset }) => ({
    ...rule,
    ruleset_source_type: 'Repository',
    ruleset_source: fullName(repository),
    ruleset_id: ruleset?.id ?? 0,
  }));
}

export const protectionRoutes: readonly Route[] = [
  repositoryRoute('GET', '/branches/{branch}/protection', PROTECTION_READ, (repository, context) => {
    const branch = param(context, 'branch');
    const protection = repository.protections.get(branch);
    if (protection === undefined) throw new Problem(404, 'Branch not protected', { type: 'NOT_FOUND' });
    return ok(protectionView(context, repository, branch, protection));
  }),
  repositoryRoute('PUT', '/branches/{branch}/protection', ADMIN, (repository, context) => {
    const branch = param(context, 'branch');
    const protection = protectionFrom(context.body);
    repository.protections.set(branch, protection);
    return ok(protectionView(context, repository, branch, protection));
  }),
  repositoryRoute('DELETE', '/branches/{branch}/protection', ADMIN, (repository, context) => {
    repository.protections.delete(param(context, 'branch'));
    return noContent;
  }),
  repositoryRoute('GET', '/rules/branches/{branch}', READ, activeRules),
  repositoryRoute('GET', '/rulesets', READ, (repository, context) =>
    listReply(context, [...repository.rulesets.values()], (ruleset) => {
      const { id, name, target, source_type, source, enforcement, node_id, _links, created_at, updated_at } =
        rulesetView(context, repository, ruleset);
      return { id, name, target, source_type, source, enforcement, node_id, _links, created_at, updated_at };
    }),
  ),
  repositoryRoute('POST', '/rulesets', ADMIN, (repository, context) => {
    requiredString(context.body, 'name');
    const ruleset = rulesetFrom(context, null);
    repository.rulesets.set(ruleset.id, ruleset);
    return created(rulesetView(context, repository, ruleset));
  }),
  repositoryRoute('GET', '/rulesets/{ruleset_id}', READ, (repository, context) =>
    ok(rulesetView(context, repository, findRuleset(repository, context))),
  ),
  repositoryRoute('PUT', '/rulesets/{ruleset_id}', ADMIN, (repository, context) => {
    const ruleset = rulesetFrom(context, findRuleset(repository, context));
    repository.rulesets.set(ruleset.id, ruleset);
    return ok(rulesetView(context, repository, ruleset));
  }),
  repositoryRoute('DELETE', '/rulesets/{ruleset_id}', ADMIN, (repository, context) => {
    repository.rulesets.delete(findRuleset(repository, context).id);
    return noContent;
  }),
];

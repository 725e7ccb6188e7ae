/** What still holds a merge, in words that name the rule and who can lift it. */
import type { Blocker, Obstacles, Pull } from '../../ports.ts';
import { explain, type GitHubClient } from './client.ts';
import { ask, isKeptFromUs, type Place } from './read.ts';

interface ActiveRule {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  readonly ruleset_id?: number | undefined;
}

interface CheckNode {
  readonly __typename: string;
  readonly name?: string;
  readonly status?: string;
  readonly conclusion?: string | null;
  readonly context?: string;
  readonly state?: string;
}

interface Standing {
  readonly reviewDecision: string | null;
  readonly checks: ReadonlyMap<string, 'passing' | 'failing' | 'running'>;
}

export async function readObstacles(client: GitHubClient, place: Place, pull: Pull): Promise<Obstacles> {
  const [rules, classic, standing] = await Promise.all([
    activeRulesOf(client, place, pull.base),
    classicChecks(client, place, pull.base),
    standingOf(client, place, pull.number),
  ]);
  const ids = [...new Set(rules.flatMap(({ ruleset_id: id }) => (id === undefined ? [] : [id])))];
  const rulesets = new Map(await Promise.all(ids.map(async (id) => [id, await rulesetOf(client, place, id)] as const)));
  const holding = rules.flatMap((rule) => {
    const ruleset = rulesets.get(rule.ruleset_id ?? -1) ?? null;
    return blockersOf(rule, ruleset?.name ?? null, pull, standing).map((blocker) => ({ blocker, ruleset }));
  });
  const byClassic = classic.flatMap((context) => checkBlockers([context], 'branch protection', standing));
  const over = new Set(holding.map(({ ruleset }) => ruleset));
  const mayAll = byClassic.length === 0 && over.size > 0 && [...over].every((ruleset) => ruleset?.bypass === true);
  return {
    blockers: [...holding.map(({ blocker }) => blocker), ...byClassic],
    bypass: mayAll ? [...over].flatMap((ruleset) => (ruleset === null ? [] : [`ruleset '${ruleset.name}'`])) : null,
  };
}

async function activeRulesOf(client: GitHubClient, place: Place, branch: string): Promise<readonly ActiveRule[]> {
  try {
    const { data } = await client.request('GET /repos/{owner}/{repo}/rules/branches/{branch}', { ...place, branch });
    return data;
  } catch (error) {
    throw explain(error, `read the rules of ${branch}`);
  }
}

interface Ruleset {
  readonly name: string;
  readonly bypass: boolean;
}

/** GitHub itself says whether who asks may step over a ruleset; where it does not say, nobody may. */
async function rulesetOf(client: GitHubClient, place: Place, id: number): Promise<Ruleset> {
  try {
    const { data } = await client.request('GET /repos/{owner}/{repo}/rulesets/{ruleset_id}', {
      ...place,
      ruleset_id: id,
    });
    const may = data.current_user_can_bypass ?? 'never';
    return { name: data.name, bypass: may === 'always' || may === 'pull_requests_only' || may === 'exempt' };
  } catch (error) {
    if (isKeptFromUs(error)) return { name: `${id}`, bypass: false };
    throw explain(error, `read ruleset ${id}`);
  }
}

/** The checks of classic branch protection, which the rules of a branch do not list. */
async function classicChecks(client: GitHubClient, place: Place, branch: string): Promise<readonly string[]> {
  try {
    const { data } = await client.request('GET /repos/{owner}/{repo}/branches/{branch}', { ...place, branch });
    return data.protection.enabled === true ? (data.protection.required_status_checks?.contexts ?? []) : [];
  } catch (error) {
    throw explain(error, `read the protection of ${branch}`);
  }
}

async function standingOf(client: GitHubClient, place: Place, number: number): Promise<Standing> {
  const document = `query Standing($owner: String!, $repo: String!, $number: Int!) { repository(owner: $owner, name: $repo) {
    pullRequest(number: $number) { reviewDecision statusCheckRollup { contexts(first: 100) { nodes { __typename
      ... on CheckRun { name status conclusion } ... on StatusContext { context state } } } } } } }`;
  const { repository } = await ask<{
    repository: {
      pullRequest: {
        reviewDecision: string | null;
        statusCheckRollup: { contexts: { nodes: readonly CheckNode[] } } | null;
      } | null;
    };
  }>(client, document, { ...place, number }, `read the checks of #${number}`);
  const checks = new Map<string, 'passing' | 'failing' | 'running'>();
  for (const node of repository.pullRequest?.statusCheckRollup?.contexts.nodes ?? [])
    checks.set(node.name ?? node.context ?? '', stateOf(node));
  return { reviewDecision: repository.pullRequest?.reviewDecision ?? null, checks };
}

function stateOf({ status, conclusion, state }: CheckNode): 'passing' | 'failing' | 'running' {
  if (state !== undefined)
    return state === 'SUCCESS' ? 'passing' : /PENDING|EXPECTED/.test(state) ? 'running' : 'failing';
  if (status !== 'COMPLETED') return 'running';
  return /^(SUCCESS|NEUTRAL|SKIPPED)$/.test(conclusion ?? '') ? 'passing' : 'failing';
}

/** Rules that say nothing about a merge that GitHub would otherwise do. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...['creation', 'deletion', 'non_fast_forward', 'required_linear_history', 'branch_name_pattern'],
  ...['tag_name_pattern', 'commit_message_pattern', 'commit_author_email_pattern', 'committer_email_pattern'],
  ...['copilot_code_review', 'merge_queue'],
]);

function blockersOf(rule: ActiveRule, ruleset: string | null, pull: Pull, standing: Standing): readonly Blocker[] {
  const where = ruleset === null ? 'branch protection' : `ruleset '${ruleset}'`;
  const anybody = `an administrator adds the App to the bypass list of ${where}, and rollback.bypass: true allows lastgood to use it`;
  switch (rule.type) {
    case 'required_status_checks':
      return checkBlockers(contextsOf(rule), where, standing);
    case 'pull_request': {
      const wanted = Number(rule.parameters?.['required_approving_review_count'] ?? 0);
      if (wanted === 0 || standing.reviewDecision === 'APPROVED') return [];
      const says = `${where} wants ${wanted} approving ${wanted === 1 ? 'review' : 'reviews'}`;
      const lift = `Somebody with write access, other than lastgood: approve #${pull.number}. Or ${anybody}.`;
      return [{ rule: rule.type, says, lift }];
    }
    case 'update':
      return [
        {
          rule: rule.type,
          says: `${where} lets only some push to ${pull.base}, and lastgood is none of them`,
          lift: `Somebody whom ${where} names: merge #${pull.number}. Or ${anybody}.`,
        },
      ];
    default:
      if (HARMLESS.has(rule.type)) return [];
      return [
        {
          rule: rule.type,
          says: `${where} has the rule ${rule.type}`,
          lift: `Open #${pull.number}: its merge box says what ${rule.type} still needs.`,
        },
      ];
  }
}

function contextsOf({ parameters }: ActiveRule): readonly string[] {
  const list = parameters?.['required_status_checks'];
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown) =>
    typeof item === 'object' && item !== null && 'context' in item && typeof item.context === 'string'
      ? [item.context]
      : [],
  );
}

function checkBlockers(contexts: readonly string[], where: string, { checks }: Standing): readonly Blocker[] {
  return contexts.flatMap((context) => {
    const state = checks.get(context) ?? 'silent';
    if (state === 'passing') return [];
    const words = { failing: 'failed', running: 'is still running', silent: 'has not reported' }[state];
    const lift = {
      failing: `Look at why '${context}' failed, and run it again.`,
      running: `Wait for '${context}', or cancel and run it again.`,
      silent: `Find out why '${context}' does not run on pull requests of the App: its workflow may be limited to paths, or wait for an approval.`,
    }[state];
    return [{ rule: 'required_status_checks', says: `check '${context}' of ${where} ${words}`, lift }];
  });
}

/** Names of the checks that a merge into this branch needs, rulesets and classic protection together. */
export async function readRequiredChecks(client: GitHubClient, place: Place, branch: string): Promise<string[]> {
  const [rules, classic] = await Promise.all([
    activeRulesOf(client, place, branch),
    classicChecks(client, place, branch),
  ]);
  return [...new Set([...rules.flatMap(contextsOf), ...classic])];
}

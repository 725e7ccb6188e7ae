/** /repos/{owner}/{repo}, its branches, its people */
import { ADMIN, READ, roleOf, roleOfLogin } from '../engine/access.ts';
import { rulesOf } from '../engine/rules.ts';
import { listReply } from '../http/page.ts';
import { optionalBoolean, optionalString } from '../http/input.ts';
import type { Context, Reply, Route } from '../http/route.ts';
import { findUser } from '../hub.ts';
import { notFound, Problem } from '../problem.ts';
import type { Repository, RepositorySettings, Role } from '../state.ts';
import { fullCommitView } from '../views/commit.ts';
import { apiUrl, atLeast, fullRepositoryView, pageUrl } from '../views/repository.ts';
import { userView } from '../views/user.ts';
import { protectionSummary } from './protection.ts';
import { noContent, ok, param, repositoryRoute } from './shared.ts';

const SETTINGS: readonly (readonly [string, keyof RepositorySettings])[] = [
  ['allow_merge_commit', 'allowMergeCommit'],
  ['allow_squash_merge', 'allowSquashMerge'],
  ['allow_rebase_merge', 'allowRebaseMerge'],
  ['allow_auto_merge', 'allowAutoMerge'],
  ['delete_branch_on_merge', 'deleteBranchOnMerge'],
];

function patch(repository: Repository, context: Context): Reply {
  for (const [key, setting] of SETTINGS) {
    const value = optionalBoolean(context.body, key);
    if (value !== null) repository.settings[setting] = value;
  }
  repository.description = optionalString(context.body, 'description') ?? repository.description;
  repository.defaultBranch = optionalString(context.body, 'default_branch') ?? repository.defaultBranch;
  return ok(fullRepositoryView(context.hub, repository, roleOf(repository, context.viewer)));
}

/** The four levels that `permission` knows; `role_name` keeps all six. */
const FOLDED: Readonly<Record<Role, string>> = {
  none: 'none',
  read: 'read',
  triage: 'read',
  write: 'write',
  maintain: 'write',
  admin: 'admin',
};

function permissionOf(repository: Repository, context: Context): Reply {
  const user = findUser(context.hub, param(context, 'username'));
  const role = roleOfLogin(repository, user.login);
  return ok({
    permission: FOLDED[role],
    role_name: role,
    user: {
      ...userView(context.hub, user),
      role_name: role,
      permissions: {
        admin: role === 'admin',
        maintain: atLeast(role, 'maintain'),
        push: atLeast(role, 'write'),
        triage: atLeast(role, 'triage'),
        pull: atLeast(role, 'read'),
      },
    },
  });
}

async function branchReply(repository: Repository, context: Context): Promise<Reply> {
  const name = param(context, 'branch');
  const sha = await repository.git.branch(name);
  const commit = sha === null ? null : await repository.git.store.commit(sha);
  if (commit === null) throw new Problem(404, 'Branch not found', { type: 'NOT_FOUND' });
  const url = `${apiUrl(context.hub, repository)}/branches/${name}`;
  return ok({
    name,
    commit: await fullCommitView(context.hub, repository, commit),
    _links: { self: url, html: `${pageUrl(context.hub, repository)}/tree/${name}` },
    protected: rulesOf(repository, name).length > 0,
    protection: protectionSummary(repository, name),
    protection_url: `${url}/protection`,
  });
}

export const repositoryRoutes: readonly Route[] = [
  repositoryRoute('GET', '', READ, (repository, context) =>
    ok(fullRepositoryView(context.hub, repository, roleOf(repository, context.viewer))),
  ),
  repositoryRoute('PATCH', '', ADMIN, patch),
  repositoryRoute('GET', '/branches', READ, async (repository, context) => {
    const refs = await repository.git.refs('refs/heads/');
    return listReply(context, refs, ({ ref, sha }) => {
      const name = ref.slice('refs/heads/'.length);
      return {
        name,
        commit: { sha, url: `${apiUrl(context.hub, repository)}/commits/${sha}` },
        protected: rulesOf(repository, name).length > 0,
      };
    });
  }),
  repositoryRoute('GET', '/branches/{branch}', READ, branchReply),
  repositoryRoute(
    'GET',
    '/collaborators/{username}/permission',
    { permission: 'metadata', access: 'read', role: 'read' },
    permissionOf,
  ),
  repositoryRoute(
    'GET',
    '/collaborators/{username}',
    { permission: 'metadata', access: 'read', role: 'read' },
    (repository, context) => {
      const login = param(context, 'username').toLowerCase();
      const owner = repository.owner.login.toLowerCase() === login;
      if (!owner && !repository.collaborators.has(login)) throw notFound();
      return noContent;
    },
  ),
  {
    method: 'GET',
    template: '/orgs/{org}/teams/{team_slug}/memberships/{username}',
    handler: (context) => {
      const { hub } = context;
      if (context.viewer.kind === 'anonymous') throw new Problem(401, 'Requires authentication');
      const team = hub.teams.get(`${param(context, 'org')}/${param(context, 'team_slug')}`.toLowerCase());
      const login = param(context, 'username');
      const role = team?.members.get(login.toLowerCase());
      if (team === undefined || role === undefined) throw notFound();
      return ok({ url: `${hub.url}/orgs/${team.org}/teams/${team.slug}/memberships/${login}`, role, state: 'active' });
    },
  },
];

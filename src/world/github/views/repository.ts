/** Repositories as REST shows them. */
import { nodeId } from '../node-id.ts';
import { fullName, type Hub } from '../hub.ts';
import type { Repository, Role } from '../state.ts';
import { iso } from './time.ts';
import { userView } from './user.ts';

const LINKS = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
} as const;

export function apiUrl(hub: Hub, repository: Repository): string {
  return `${hub.url}/repos/${fullName(repository)}`;
}

export function pageUrl(hub: Hub, repository: Repository): string {
  return `${hub.url}/${fullName(repository)}`;
}

/** What payloads and lists carry. */
export function repositoryView(hub: Hub, repository: Repository): Record<string, unknown> {
  const { settings } = repository;
  const open = [...repository.issues.values()].filter((issue) => issue.state === 'open').length;
  const page = pageUrl(hub, repository);
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: fullName(repository),
    private: repository.private,
    visibility: repository.private ? 'private' : 'public',
    owner: userView(hub, repository.owner),
    description: repository.description,
    fork: false,
    html_url: page,
    url: apiUrl(hub, repository),
    ...Object.fromEntries(Object.entries(LINKS).map(([key, path]) => [key, `${apiUrl(hub, repository)}${path}`])),
    git_url: page.replace(/^http/, 'git') + '.git',
    ssh_url: `git@127.0.0.1:${fullName(repository)}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    topics: [],
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    size: 1,
    default_branch: repository.defaultBranch,
    open_issues: open,
    open_issues_count: open,
    is_template: false,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    allow_forking: true,
    web_commit_signoff_required: false,
    pushed_at: iso(repository.pushedAt),
    created_at: iso(repository.createdAt),
    updated_at: iso(repository.updatedAt),
    allow_merge_commit: settings.allowMergeCommit,
    allow_squash_merge: settings.allowSquashMerge,
    allow_rebase_merge: settings.allowRebaseMerge,
    allow_auto_merge: settings.allowAutoMerge,
    delete_branch_on_merge: settings.deleteBranchOnMerge,
    allow_update_branch: false,
  };
}

const RANK: readonly Role[] = ['none', 'read', 'triage', 'write', 'maintain', 'admin'];

export function atLeast(role: Role, wanted: Role): boolean {
  return RANK.indexOf(role) >= RANK.indexOf(wanted);
}

/** The whole record, as GET /repos/{owner}/{repo} gives it to somebody with a role. */
export function fullRepositoryView(hub: Hub, repository: Repository, role: Role): Record<string, unknown> {
  return {
    ...repositoryView(hub, repository),
    subscribers_count: 0,
    network_count: 0,
    permissions: {
      admin: role === 'admin',
      maintain: atLeast(role, 'maintain'),
      push: atLeast(role, 'write'),
      triage: atLeast(role, 'triage'),
      pull: atLeast(role, 'read'),
    },
    ...(repository.owner.type === 'Organization' ? { organization: userView(hub, repository.owner) } : {}),
  };
}

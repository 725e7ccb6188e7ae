/**
 * Making a repository, with its first commit.
 */
import { join } from 'node:path';
import { GitRepository, NO_OBJECT } from './git/repository.ts';
import { EMPTY_TREE } from './git/store.ts';
import { editTree, type PathChange } from './git/tree-edit.ts';
import { repositoryKey, type Hub } from './hub.ts';
import { Lock } from './lock.ts';
import { ensureUser } from './people.ts';
import type { Repository, RepositorySettings, Role } from './state.ts';

/** Text at each path; null removes the file. */
export type Files = Readonly<Record<string, string | null>>;

export interface NewRepository {
  readonly owner: string;
  readonly name: string;
  /** The first commit; a README when left out. */
  readonly files?: Files;
  readonly defaultBranch?: string;
  readonly private?: boolean;
  /** Whether the owner is an organisation (true) or a person. */
  readonly organization?: boolean;
  readonly settings?: Partial<RepositorySettings>;
  readonly collaborators?: Readonly<Record<string, Role>>;
  /** Whether our App is installed here (true). */
  readonly install?: boolean;
}

export function pathChanges(repository: Repository, files: Files): ReadonlyMap<string, PathChange> {
  return new Map(
    Object.entries(files).map(([path, text]) => [
      path,
      text === null ? null : { mode: '100644', sha: repository.git.store.writeBlob(Buffer.from(text)) },
    ]),
  );
}

const SETTINGS: RepositorySettings = {
  allowMergeCommit: true,
  allowSquashMerge: true,
  allowRebaseMerge: true,
  allowAutoMerge: true,
  deleteBranchOnMerge: false,
};

export async function createRepository(hub: Hub, options: NewRepository): Promise<Repository> {
  const defaultBranch = options.defaultBranch ?? 'main';
  const owner = ensureUser(hub, options.owner, { type: options.organization === false ? 'User' : 'Organization' });
  const key = repositoryKey(options.owner, options.name);
  if (hub.repositories.has(key)) throw new Error(`the local GitHub already has ${options.owner}/${options.name}`);
  const id = hub.nextId();
  const now = hub.now();
  const repository: Repository = {
    id,
    owner,
    name: options.name,
    private: options.private ?? false,
    createdAt: now,
    git: await GitRepository.create(join(hub.directory, `${id}.git`), defaultBranch),
    lock: new Lock(),
    settings: { ...SETTINGS, ...options.settings },
    collaborators: new Map(
      Object.entries(options.collaborators ?? {}).map(([login, role]) => [
        ensureUser(hub, login).login.toLowerCase(),
        role,
      ]),
    ),
    issues: new Map(),
    comments: new Map(),
    commitComments: new Map(),
    labels: new Map(),
    suites: new Map(),
    checks: new Map(),
    statuses: [],
    deployments: new Map(),
    protections: new Map(),
    rulesets: new Map(),
    queue: [],
    teams: hub.teams,
    heldRuns: new Map(),
    verified: new Set(),
    installed: new Set(options.install === false ? [hub.actions.id] : [hub.actions.id, hub.app.id]),
    description: null,
    defaultBranch,
    nextNumber: 1,
    pushedAt: now,
    updatedAt: now,
  };
  hub.repositories.set(key, repository);
  const { store } = repository.git;
  const tree = await editTree(
    store,
    EMPTY_TREE,
    pathChanges(repository, options.files ?? { 'README.md': `# ${options.name}\n` }),
  );
  const person = { name: owner.name ?? owner.login, email: owner.email, at: now };
  const commit = store.writeCommit({ tree, parents: [], author: person, committer: person, message: 'Initial commit' });
  await repository.git.updateRefs([{ ref: `refs/heads/${defaultBranch}`, to: commit, from: NO_OBJECT }]);
  return repository;
}

/** Commits, files and refs as REST shows them. */
import { nodeId } from '../node-id.ts';
import type { FileDiff } from '../git/diff.ts';
import type { Commit, Person, Tag } from '../git/objects.ts';
import { EMPTY_TREE } from '../git/store.ts';
import type { Ref } from '../git/repository.ts';
import type { Hub } from '../hub.ts';
import type { Repository, User } from '../state.ts';
import { apiUrl, pageUrl } from './repository.ts';
import { iso } from './time.ts';
import { userView } from './user.ts';

/** Whose address it is; null when nobody's here. */
export function userByEmail(hub: Hub, email: string): User | null {
  const address = email.toLowerCase();
  for (const user of hub.users.values()) if (user.email.toLowerCase() === address) return user;
  return null;
}

export function noreply(user: Pick<User, 'id' | 'login'>): string {
  return `${user.id}+${user.login}@users.noreply.github.com`;
}

function personView(person: Person): Record<string, unknown> {
  return { name: person.name, email: person.email, date: iso(person.at) };
}

function verificationView(repository: Repository, commit: Commit): Record<string, unknown> {
  return repository.verified.has(commit.sha)
    ? {
        verified: true,
        reason: 'valid',
        signature: '-----BEGIN PGP SIGNATURE-----\n\nlocal\n-----END PGP SIGNATURE-----\n',
        payload: `tree ${commit.tree}`,
        verified_at: iso(commit.committer.at),
      }
    : { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };
}

export function gitCommitView(hub: Hub, repository: Repository, commit: Commit): Record<string, unknown> {
  const api = apiUrl(hub, repository);
  const page = pageUrl(hub, repository);
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', repository.id, commit.sha),
    url: `${api}/git/commits/${commit.sha}`,
    html_url: `${page}/commit/${commit.sha}`,
    author: personView(commit.author),
    committer: personView(commit.committer),
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/git/commits/${sha}`,
      html_url: `${page}/commit/${sha}`,
    })),
    verification: verificationView(repository, commit),
  };
}

export function commitView(hub: Hub, repository: Repository, commit: Commit): Record<string, unknown> {
  const api = apiUrl(hub, repository);
  const page = pageUrl(hub, repository);
  const url = `${api}/commits/${commit.sha}`;
  const author = userByEmail(hub, commit.author.email);
  const committer = userByEmail(hub, commit.committer.email);
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', repository.id, commit.sha),
    url,
    html_url: `${page}/commit/${commit.sha}`,
    comments_url: `${url}/comments`,
    commit: {
      url: `${api}/git/commits/${commit.sha}`,
      author: personView(commit.author),
      committer: personView(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      comment_count: 0,
      verification: verificationView(repository, commit),
    },
    author: author === null ? null : userView(hub, author),
    committer: committer === null ? null : userView(hub, committer),
    parents: commit.parents.map((sha) => ({ sha, url: `${api}/commits/${sha}`, html_url: `${page}/commit/${sha}` })),
  };
}

export function fileView(hub: Hub, repository: Repository, commit: string, file: FileDiff): Record<string, unknown> {
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${pageUrl(hub, repository)}/blob/${commit}/${path}`,
    raw_url: `${pageUrl(hub, repository)}/raw/${commit}/${path}`,
    contents_url: `${apiUrl(hub, repository)}/contents/${path}?ref=${commit}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  };
}

/** What a commit changed against its first parent. */
export function changesOf(repository: Repository, commit: Commit): Promise<readonly FileDiff[]> {
  return repository.git.diff(commit.parents[0] ?? EMPTY_TREE, commit.sha);
}

export async function fullCommitView(
  hub: Hub,
  repository: Repository,
  commit: Commit,
): Promise<Record<string, unknown>> {
  const files = await changesOf(repository, commit);
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return {
    ...commitView(hub, repository, commit),
    stats: { total: additions + deletions, additions, deletions },
    files: files.slice(0, 300).map((file) => fileView(hub, repository, commit.sha, file)),
  };
}

/** What a webhook calls a commit. */
export function simpleCommitView(commit: Commit): Record<string, unknown> {
  return {
    id: commit.sha,
    tree_id: commit.tree,
    message: commit.message,
    timestamp: iso(commit.committer.at),
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
  };
}

export function refView(hub: Hub, repository: Repository, ref: Ref): Record<string, unknown> {
  const api = apiUrl(hub, repository);
  return {
    ref: ref.ref,
    node_id: nodeId('Ref', repository.id, ref.ref),
    url: `${api}/git/${ref.ref}`,
    object: { sha: ref.sha, type: ref.type, url: `${api}/git/${ref.type}s/${ref.sha}` },
  };
}

export function tagView(hub: Hub, repository: Repository, tag: Tag): Record<string, unknown> {
  const api = apiUrl(hub, repository);
  return {
    node_id: nodeId('Tag', repository.id, tag.sha),
    sha: tag.sha,
    url: `${api}/git/tags/${tag.sha}`,
    tag: tag.name,
    message: tag.message,
    tagger: personView(tag.tagger),
    object: { ...tag.object, url: `${api}/git/${tag.object.type}s/${tag.object.sha}` },
  };
}

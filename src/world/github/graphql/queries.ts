/** The roots of reading. */
import { canSee } from '../engine/access.ts';
import { actorOf, repositoryKey, type Hub } from '../hub.ts';
import { partsOf } from '../node-id.ts';
import { Problem } from '../problem.ts';
import type { Repository, Viewer } from '../state.ts';
import { iso } from '../views/time.ts';
import { actorNode } from './actor-node.ts';
import type { Fields } from './connection.ts';
import { commitNode } from './git-nodes.ts';
import { commentNode, issueNode } from './issue-node.ts';
import { pullNode } from './pull-node.ts';
import { repositoryNode } from './repository-node.ts';

interface Asked {
  readonly hub: Hub;
  readonly viewer: Viewer;
}

export function repositoryById({ hub, viewer }: Asked, id: number): Repository {
  const repository = [...hub.repositories.values()].find((candidate) => candidate.id === id);
  if (repository === undefined || !canSee(repository, viewer)) {
    throw new Problem(404, 'Could not resolve to a Repository.', { type: 'NOT_FOUND' });
  }
  return repository;
}

function repositoryNamed({ hub, viewer }: Asked, owner: string, name: string): Repository {
  const repository = hub.repositories.get(repositoryKey(owner, name));
  if (repository === undefined || !canSee(repository, viewer)) {
    throw new Problem(404, `Could not resolve to a Repository with the name '${owner}/${name}'.`, {
      type: 'NOT_FOUND',
    });
  }
  return repository;
}

function nodeById(asked: Asked, id: string): unknown {
  const { kind, parts } = partsOf(['Repository', 'PullRequest', 'Issue', 'IssueComment', 'Commit'], id);
  const [place = '', key = ''] = parts;
  const repository = repositoryById(asked, Number(place));
  const scope = { ...asked, repository };
  if (kind === 'Repository') return repositoryNode(scope);
  if (kind === 'Commit') return commitNode(scope, key);
  if (kind === 'IssueComment') {
    const comment = repository.comments.get(Number(key));
    return comment === undefined ? null : commentNode(scope, comment);
  }
  const issue = repository.issues.get(Number(key));
  if (issue === undefined) return null;
  return issue.pull === null ? issueNode(scope, issue) : pullNode(scope, issue.pull);
}

export function queries(asked: Asked): Fields {
  const { hub, viewer } = asked;
  return {
    repository: ({ owner, name }: { readonly owner: string; readonly name: string }) =>
      repositoryNode({ ...asked, repository: repositoryNamed(asked, owner, name) }),
    // The one place where GraphQL gives a bot's login with its suffix.
    viewer: () => ({ ...actorNode(hub, actorOf(viewer)), login: actorOf(viewer).login }),
    node: ({ id }: { readonly id: string }) => nodeById(asked, id),
    nodes: ({ ids }: { readonly ids: readonly string[] }) => ids.map((id) => nodeById(asked, id)),
    rateLimit: { cost: 1, limit: 5000, remaining: 4999, used: 1, nodeCount: 1, resetAt: iso(Date.now() + 3_600_000) },
  };
}

/**
 * Comments on commits.
 */
import { actorOf, appOf, type Hub } from '../hub.ts';
import { notFound, validationFailed } from '../problem.ts';
import type { CommitComment, Repository, Viewer } from '../state.ts';
import { commitCommentView } from '../views/issue.ts';
import { emit } from './events.ts';
import { demandBody } from './limits.ts';

export async function addCommitComment(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  { sha, body }: { readonly sha: string; readonly body: string },
): Promise<CommitComment> {
  const commit = await repository.git.resolveCommit(sha);
  if (commit === null) throw notFound();
  if (body.trim() === '') throw validationFailed({ resource: 'CommitComment', field: 'body', code: 'missing_field' });
  demandBody('CommitComment', body);
  const comment: CommitComment = {
    ...{ id: hub.nextId(), commit: commit.sha, author: actorOf(viewer), app: appOf(viewer) },
    ...{ createdAt: hub.now(), reactions: [], body, updatedAt: hub.now(), lastEditedAt: null },
  };
  repository.commitComments.set(comment.id, comment);
  emit(hub, repository, {
    event: 'commit_comment',
    action: 'created',
    sender: actorOf(viewer),
    body: { comment: commitCommentView(hub, repository, comment) },
  });
  return comment;
}

export function findCommitComment(repository: Repository, id: number): CommitComment {
  const comment = repository.commitComments.get(id);
  if (comment === undefined) throw notFound();
  return comment;
}

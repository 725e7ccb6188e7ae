/** Comments on commits. Whoever may read the contents may speak about them. */
import { READ } from '../engine/access.ts';
import { addCommitComment } from '../engine/commit-comments.ts';
import { requiredString } from '../http/input.ts';
import { listReply } from '../http/page.ts';
import type { Route } from '../http/route.ts';
import { commitCommentView } from '../views/issue.ts';
import { created, param, repositoryRoute } from './shared.ts';

export const commitCommentRoutes: readonly Route[] = [
  repositoryRoute('GET', '/commits/{commit_sha}/comments', READ, (repository, context) => {
    const sha = param(context, 'commit_sha');
    const found = [...repository.commitComments.values()].filter(({ commit }) => commit === sha);
    return listReply(context, found, (comment) => commitCommentView(context.hub, repository, comment));
  }),
  repositoryRoute('POST', '/commits/{commit_sha}/comments', READ, async (repository, context) => {
    const said = { sha: param(context, 'commit_sha'), body: requiredString(context.body, 'body') };
    const comment = await addCommitComment(context.hub, repository, context.viewer, said);
    return created(commitCommentView(context.hub, repository, comment));
  }),
];

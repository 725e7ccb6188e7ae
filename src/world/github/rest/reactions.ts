/** Reactions to issues, and to comments there and on commits. */
import { READ, type Need } from '../engine/access.ts';
import { findCommitComment } from '../engine/commit-comments.ts';
import { findComment, findIssue, react } from '../engine/issues.ts';
import { listReply } from '../http/page.ts';
import { oneOf } from '../http/input.ts';
import type { Context, Reply, Route } from '../http/route.ts';
import { actorOf } from '../hub.ts';
import { notFound, validationFailed } from '../problem.ts';
import type { Reaction, Repository } from '../state.ts';
import { reactionView } from '../views/issue.ts';
import { ISSUES_READ, ISSUES_WRITE, noContent, numberParam, repositoryRoute } from './shared.ts';

type Find = (repository: Repository, context: Context) => Reaction[];

const CONTENTS = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'] as const;

function routesFor(
  path: string,
  find: Find,
  { read, write }: { readonly read: Need; readonly write: Need } = { read: ISSUES_READ, write: ISSUES_WRITE },
): readonly Route[] {
  return [
    repositoryRoute('GET', path, read, (repository, context) => {
      const content = context.query.get('content');
      const reactions = find(repository, context).filter(
        (reaction) => content === null || reaction.content === content,
      );
      return listReply(context, reactions, (reaction) => reactionView(context.hub, reaction));
    }),
    repositoryRoute('POST', path, write, (repository, context): Reply => {
      const content = oneOf(context.body, 'content', CONTENTS);
      if (content === null) throw validationFailed({ resource: 'Reaction', field: 'content', code: 'missing_field' });
      const { reaction, created } = react(context.hub, context.viewer, find(repository, context), content);
      return { status: created ? 201 : 200, body: reactionView(context.hub, reaction) };
    }),
    repositoryRoute('DELETE', `${path}/{reaction_id}`, write, (repository, context) => {
      const reactions = find(repository, context);
      const id = numberParam(context, 'reaction_id');
      const index = reactions.findIndex(
        (reaction) => reaction.id === id && reaction.user.id === actorOf(context.viewer).id,
      );
      if (index < 0) throw notFound();
      reactions.splice(index, 1);
      return noContent;
    }),
  ];
}

export const reactionRoutes: readonly Route[] = [
  ...routesFor(
    '/comments/{comment_id}/reactions',
    (repository, context) => findCommitComment(repository, numberParam(context, 'comment_id')).reactions,
    { read: READ, write: READ },
  ),
  ...routesFor(
    '/issues/comments/{comment_id}/reactions',
    (repository, context) => findComment(repository, numberParam(context, 'comment_id')).reactions,
  ),
  ...routesFor(
    '/issues/{issue_number}/reactions',
    (repository, context) => findIssue(repository, numberParam(context, 'issue_number')).reactions,
  ),
];

/** Issues as GraphQL shows them: comments, reactions, labels. Pull requests have them too. */
import { actorOf } from '../hub.ts';
import { nodeId } from '../node-id.ts';
import { associationOf } from '../views/issue.ts';
import { pageUrl } from '../views/repository.ts';
import { iso, isoOrNull } from '../views/time.ts';
import type { Comment, Issue, Reaction } from '../state.ts';
import { actorNode, actorOrNull } from './actor-node.ts';
import { connection, type Fields, type PageArgs } from './connection.ts';
import { type Scope } from './git-nodes.ts';
import { repositoryNode } from './repository-node.ts';
import { pullNode } from './pull-node.ts';

export const REACTIONS = {
  THUMBS_UP: '+1',
  THUMBS_DOWN: '-1',
  LAUGH: 'laugh',
  HOORAY: 'hooray',
  CONFUSED: 'confused',
  HEART: 'heart',
  ROCKET: 'rocket',
  EYES: 'eyes',
} as const;

function reactionName(content: string): string {
  return Object.entries(REACTIONS).find(([, short]) => short === content)?.[0] ?? 'EYES';
}

export function reactionNode({ hub }: Scope, reaction: Reaction): Fields {
  return {
    __typename: 'Reaction',
    id: nodeId('Reaction', reaction.id),
    databaseId: reaction.id,
    content: reactionName(reaction.content),
    createdAt: iso(reaction.createdAt),
    user: actorOrNull(hub, reaction.user.type === 'User' ? reaction.user : null),
  };
}

function reactable(scope: Scope, reactions: readonly Reaction[]): Record<string, unknown> {
  return {
    reactions: (args: PageArgs & { readonly content?: string | null }) => {
      const found = reactions.filter(({ content }) => args.content == null || reactionName(content) === args.content);
      return connection('reactions', found, args, (reaction) => reactionNode(scope, reaction));
    },
    reactionGroups: Object.entries(REACTIONS).map(([name, short]) => {
      const found = reactions.filter(({ content }) => content === short);
      return {
        content: name,
        reactors: (args: PageArgs) => connection('reactors', found, args, ({ user }) => actorNode(scope.hub, user)),
        viewerHasReacted: found.some(({ user }) => user.id === actorOf(scope.viewer).id),
      };
    }),
  };
}

export function commentNode(scope: Scope, comment: Comment): Fields {
  const { hub, repository } = scope;
  return {
    __typename: 'IssueComment',
    id: nodeId('IssueComment', repository.id, comment.id),
    databaseId: comment.id,
    fullDatabaseId: String(comment.id),
    body: comment.body,
    bodyText: comment.body,
    author: actorNode(hub, comment.author),
    authorAssociation: associationOf(repository, comment.author),
    createdAt: iso(comment.createdAt),
    updatedAt: iso(comment.updatedAt),
    publishedAt: iso(comment.createdAt),
    lastEditedAt: isoOrNull(comment.lastEditedAt),
    includesCreatedEdit: comment.lastEditedAt !== null,
    isMinimized: false,
    viewerDidAuthor: comment.author.id === actorOf(scope.viewer).id,
    url: `${pageUrl(hub, repository)}/pull/${comment.issue.number}#issuecomment-${comment.id}`,
    issue: () => issueNode(scope, comment.issue),
    pullRequest: () => (comment.issue.pull === null ? null : pullNode(scope, comment.issue.pull)),
    ...reactable(scope, comment.reactions),
  };
}

function labelsOf(issue: Issue): (args: PageArgs) => Fields {
  return (args) =>
    connection('labels', issue.labels, args, (label) => ({
      __typename: 'Label',
      id: nodeId('Label', label.id),
      name: label.name,
      color: label.color,
      description: label.description,
    }));
}

export function discussion(scope: Scope, issue: Issue): Record<string, unknown> {
  const { hub, repository } = scope;
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body ?? '',
    bodyText: issue.body ?? '',
    author: actorNode(hub, issue.author),
    authorAssociation: associationOf(repository, issue.author),
    createdAt: iso(issue.createdAt),
    updatedAt: iso(issue.updatedAt),
    closedAt: isoOrNull(issue.closedAt),
    closed: issue.state === 'closed',
    lastEditedAt: isoOrNull(issue.lastEditedAt),
    editor: issue.editor === null ? null : actorNode(hub, issue.editor),
    includesCreatedEdit: issue.lastEditedAt !== null,
    locked: issue.locked,
    labels: labelsOf(issue),
    repository: () => repositoryNode(scope),
    comments: (args: PageArgs) =>
      connection('comments', issue.comments, args, (comment) => commentNode(scope, comment)),
    assignees: (args: PageArgs) => connection('assignees', issue.assignees, args, (user) => actorNode(hub, user)),
    ...reactable(scope, issue.reactions),
  };
}

export function issueNode(scope: Scope, issue: Issue): Fields {
  return {
    __typename: 'Issue',
    id: nodeId('Issue', scope.repository.id, issue.number),
    databaseId: issue.id,
    state: issue.state.toUpperCase(),
    stateReason: issue.stateReason?.toUpperCase() ?? null,
    url: `${pageUrl(scope.hub, scope.repository)}/issues/${issue.number}`,
    ...discussion(scope, issue),
  };
}

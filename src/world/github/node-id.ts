/**
 * Global ids as GraphQL uses them: opaque to clients, readable to us.
 */
import { Problem } from './problem.ts';

const PREFIX = {
  User: 'U',
  Bot: 'BOT',
  Organization: 'O',
  App: 'A',
  Repository: 'R',
  Ref: 'REF',
  Commit: 'C',
  Tree: 'T',
  Blob: 'B',
  Tag: 'TA',
  PullRequest: 'PR',
  Issue: 'I',
  IssueComment: 'IC',
  CommitComment: 'CC',
  PullRequestReview: 'PRR',
  CheckRun: 'CR',
  CheckSuite: 'CS',
  StatusContext: 'SC',
  Status: 'S',
  Deployment: 'DE',
  DeploymentStatus: 'DES',
  Reaction: 'REA',
  Label: 'LA',
  MergeQueueEntry: 'MQE',
  Installation: 'IN',
} as const;

export type NodeKind = keyof typeof PREFIX;

export function nodeId(kind: NodeKind, ...parts: readonly (string | number)[]): string {
  return `${PREFIX[kind]}_${Buffer.from(parts.join('\n')).toString('base64url')}`;
}

/** The parts of an id of one of these kinds, or GitHub's words for an id that leads nowhere. */
export function partsOf(
  kinds: readonly NodeKind[],
  id: string,
): { readonly kind: NodeKind; readonly parts: readonly string[] } {
  const underscore = id.indexOf('_');
  const kind = kinds.find((candidate) => PREFIX[candidate] === id.slice(0, underscore));
  if (kind === undefined) {
    throw new Problem(404, `Could not resolve to a node with the global id of '${id}'`, { type: 'NOT_FOUND' });
  }
  return {
    kind,
    parts: Buffer.from(id.slice(underscore + 1), 'base64url')
      .toString('utf8')
      .split('\n'),
  };
}

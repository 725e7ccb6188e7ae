import { readJobVerdict } from './job-verdict.ts';
import type { DeploymentRepository, Pull, Reaction } from '../../ports.ts';
import { adoptPull, listHumanReverts } from './adopt.ts';
import { addLabel, answerCheck, listGateRuns, listOpenPulls, writeCheck } from './checks.ts';
import { tellDeployment } from './deployments.ts';
import type { GitHubClient } from './client.ts';
import { appendToLedger, readLedger } from './ledger-branch.ts';
import { readObstacles, readRequiredChecks } from './obstacles.ts';
import { openRollback } from './open.ts';
import { sendProtection } from './protection.ts';
import { readReviews } from './reviews.ts';
import {
  bringUpToDate,
  closePull,
  disableAutoMerge,
  enableAutoMerge,
  enqueuePull,
  mergePull,
  replaceLabel,
  rewriteText,
} from './pull-writes.ts';
import { countOpened, findPull, listUnfinished } from './pulls.ts';
import {
  ask,
  descendsFrom,
  isActiveMember,
  type Place,
  readActiveRules,
  readHistory,
  readOverview,
  readRole,
  resolveRevision,
} from './read.ts';
import { readCommitScope, readPullScope } from './scope.ts';
import { readTexts, readTrees } from './trees.ts';
import {
  addReaction,
  readOurReaction,
  listComments,
  listRecentCommits,
  listRecentComments,
  closeOwnIssue,
  openIssue,
  patchComment,
  postComment,
  removeComment,
} from './talk.ts';

/** One deployment repository through one client. `login` is the identity that the client acts as. */
export function githubRepository(client: GitHubClient, name: string, login: string): DeploymentRepository {
  const [owner = '', repo = ''] = name.split('/');
  const place: Place = { owner, repo };
  let repositoryId: Promise<string> | null = null;
  const knownId = (): Promise<string> => {
    repositoryId ??= readId(client, place);
    // A failure must not be remembered: it would be the answer for as long as this process lives.
    repositoryId.catch(() => (repositoryId = null));
    return repositoryId;
  };
  /** Comments that carry our reaction: we never take one back, and the sweep would ask again for each of a day. */
  const answered = new Map<string, Reaction>();

  return {
    name,
    login,
    async overview() {
      // The node id never changes; asked beside the first read, it costs no round trip of its own later.
      const [overview] = await Promise.all([readOverview(client, place), knownId()]);
      return overview;
    },
    activeRules: (branch) => readActiveRules(client, place, branch),
    roleOf: (person) => readRole(client, place, person),
    isTeamMember: (team, person) => isActiveMember(client, team, person),
    scopeOf: (page) =>
      page.kind === 'issue' ? readPullScope(client, place, page.number) : readCommitScope(client, place, page.sha),
    history: (paths, head) => readHistory(client, place, paths, head),
    trees: (paths, revisions) => readTrees(client, place, paths, revisions),
    texts: (blobs) => readTexts(client, place, blobs),
    resolve: (revision) => resolveRevision(client, place, revision),
    contains: (sha, ancestor) => descendsFrom(client, place, sha, ancestor),

    findRollback: (branch) => findPull(client, place, login, branch),
    unfinishedRollbacks: () => listUnfinished(client, place, login),
    openedSince: (prefix, since) => countOpened(client, place, { us: login, prefix, since }),

    open: async (request) => openRollback(client, place, login, await knownId(), request),
    mergePinned: (pull, method, message) => mergePull(client, place, pull, method, message),
    armAutoMerge: (pull, method) => enableAutoMerge(client, pull, method),
    disarmAutoMerge: (pull) => disableAutoMerge(client, pull),
    enqueue: (pull) => enqueuePull(client, pull),
    reviews: (pull) => readReviews(client, place, pull),
    obstacles: (pull) => readObstacles(client, place, pull),
    closePull: (pull) => closePull(client, place, pull),
    humanReverts: () => listHumanReverts(client, place, login),
    adopt: (number, memory) => adoptPull(client, place, login, number, memory),
    requiredChecks: (branch) => readRequiredChecks(client, place, branch),
    tellDeployment: (state) => tellDeployment(client, place, state),
    answerProtection: (run, answer) => sendProtection(client, place, run, answer),
    answerCheck: (sha, answer) => answerCheck(client, place, sha, answer),
    openPulls: (base, number) => listOpenPulls(client, place, base, number),
    publishCheck: (check) => writeCheck(client, place, login, check),
    mark: (number, label) => addLabel(client, place, number, label),
    updateBranch: (pull) => bringUpToDate(client, place, pull),
    relabel: (pull: Pull, label: string) => replaceLabel(client, place, pull, label),
    rewriteBody: (pull, body) => rewriteText(client, place, pull, body),

    comments: (page, since) => listComments(client, place, page, since),
    recentComments: (since) => listRecentComments(client, place, since),
    comment: (page, body) => postComment(client, place, page, body),
    editComment: (id, body) => patchComment(client, place, id, body),
    deleteComment: (id) => removeComment(client, place, id),
    openIssue: (title, body) => openIssue(client, place, title, body),
    closeIssue: (number, title) => closeOwnIssue(client, place, login, { number, title }),
    react: (comment, content) => addReaction(client, place, comment, content),
    reactionOf: async (comment) => {
      const name = `${comment.page.kind} ${comment.id}`;
      const found = answered.get(name) ?? (await readOurReaction(client, place, login, comment));
      if (found !== null) answered.set(name, found);
      return found;
    },

    recentCommits: (since, most) => listRecentCommits(client, place, since, most),
    gateRuns: (sha) => listGateRuns(client, place, sha),
    jobVerdict: (sha, name) => readJobVerdict(client, place, sha, name),

    ledger: async () => (await readLedger(client, place)).text,
    writeLedger: (append, message, files) => appendToLedger(client, place, { append, message, files }),
  };
}

async function readId(client: GitHubClient, place: Place): Promise<string> {
  const document = `query Id($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) { id } }`;
  return (
    await ask<{ repository: { id: string } }>(client, document, { ...place }, `read ${place.owner}/${place.repo}`)
  ).repository.id;
}

/** What we do to a pull request: each is sent once, and whoever asked reads again. */
import type { MergeMethod, MergeOutcome, Pull } from '../../ports.ts';
import { explain, type GitHubClient, isGraphqlFailure, isHttpFailure } from './client.ts';
import type { Place } from './read.ts';

const METHODS = { squash: 'SQUASH', merge: 'MERGE', rebase: 'REBASE' } as const;

/** Merges exactly this head. A refusal is an answer; a 5xx is read again by the caller before anything else. */
export async function mergePull(
  client: GitHubClient,
  place: Place,
  pull: Pull,
  method: MergeMethod,
  message: { title: string; body: string },
): Promise<MergeOutcome> {
  try {
    const { data } = await client.request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', {
      ...place,
      pull_number: pull.number,
      sha: pull.head,
      merge_method: method,
      ...(method === 'rebase'
        ? {}
        : { commit_title: `${message.title} (#${pull.number})`, commit_message: message.body }),
    });
    return { kind: 'merged', sha: data.sha };
  } catch (error) {
    // 403 is a right that the App lacks, except where a rule of the branch speaks.
    const ruled =
      isHttpFailure(error) && error.status === 403 && /authorized to push|rule violations/i.test(error.message);
    if (isHttpFailure(error) && (ruled || [405, 409, 422].includes(error.status)))
      return { kind: 'refused', reason: reasonOf(error.message), message: error.message };
    throw explain(error, `merge pull request #${pull.number}`);
  }
}

/** Native auto-merge: GitHub merges when the rules are satisfied, and never uses a bypass. */
export async function enableAutoMerge(client: GitHubClient, pull: Pull, method: MergeMethod): Promise<MergeOutcome> {
  const document = `mutation Arm($pull: ID!, $head: GitObjectID!, $how: PullRequestMergeMethod!) {
    enablePullRequestAutoMerge(input: { pullRequestId: $pull, expectedHeadOid: $head, mergeMethod: $how }) { pullRequest { id } } }`;
  try {
    await client.graphql(document, { pull: pull.id, head: pull.head, how: METHODS[method] });
    return { kind: 'armed' };
  } catch (error) {
    const told = explain(error, `enable auto-merge on #${pull.number}`);
    if (!isGraphqlFailure(error) || told.code === 'github-unavailable') throw told;
    const message = error.errors[0]?.message ?? error.message;
    // A right that the App lacks is not a rule of the branch: somebody must grant it.
    if (told.code === 'github-forbidden' && reasonOf(message) === 'other') throw told;
    return { kind: 'refused', reason: reasonOf(message), message };
  }
}

/** Takes our word back. GitHub refuses where there is none to take, as after its merge: whoever asked reads again. */
export async function disableAutoMerge(client: GitHubClient, pull: Pull): Promise<void> {
  const document = `mutation Disarm($pull: ID!) { disablePullRequestAutoMerge(input: { pullRequestId: $pull }) { pullRequest { id } } }`;
  try {
    await client.graphql(document, { pull: pull.id });
  } catch (error) {
    const told = explain(error, `disable auto-merge on #${pull.number}`);
    if (!isGraphqlFailure(error) || told.code === 'github-unavailable') throw told;
  }
}

/** To the front of the line where we may stand there, else to its end: late is better than not at all. */
export async function enqueuePull(client: GitHubClient, pull: Pull): Promise<MergeOutcome> {
  const jumped = await enqueueOnce(client, pull, true);
  return jumped.kind === 'refused' && /jump|authorized/i.test(jumped.message)
    ? enqueueOnce(client, pull, false)
    : jumped;
}

async function enqueueOnce(client: GitHubClient, pull: Pull, jump: boolean): Promise<MergeOutcome> {
  const document = `mutation Enqueue($pull: ID!, $head: GitObjectID!, $jump: Boolean!) {
    enqueuePullRequest(input: { pullRequestId: $pull, expectedHeadOid: $head, jump: $jump }) { mergeQueueEntry { position } } }`;
  try {
    await client.graphql(document, { pull: pull.id, head: pull.head, jump });
    return { kind: 'queued' };
  } catch (error) {
    const told = explain(error, `put #${pull.number} into the merge queue`);
    if (!isGraphqlFailure(error) || told.code === 'github-unavailable') throw told;
    const message = error.errors[0]?.message ?? error.message;
    // Somebody, or GitHub's own auto-merge, was faster.
    if (/already (in|queued)/i.test(message)) return { kind: 'queued' };
    return { kind: 'refused', reason: reasonOf(message), message };
  }
}

export async function closePull(client: GitHubClient, place: Place, pull: Pull): Promise<void> {
  try {
    await client.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
      ...place,
      pull_number: pull.number,
      state: 'closed',
    });
  } catch (error) {
    throw explain(error, `close #${pull.number}`);
  }
}

function reasonOf(message: string): 'clean' | 'not-allowed' | 'blocked' | 'moved' | 'other' {
  if (/clean status/i.test(message)) return 'clean';
  if (/auto.?merge is not allowed|not authorized|not allowed/i.test(message)) return 'not-allowed';
  if (/head branch was modified|expected head|base branch was modified/i.test(message)) return 'moved';
  if (/required|review|not mergeable|draft|rule violations|merge queue/i.test(message)) return 'blocked';
  return 'other';
}

export async function bringUpToDate(client: GitHubClient, place: Place, pull: Pull): Promise<void> {
  try {
    await client.request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/update-branch', {
      ...place,
      pull_number: pull.number,
      expected_head_sha: pull.head,
    });
  } catch (error) {
    throw explain(error, `bring #${pull.number} up to date with its base`);
  }
}

export async function replaceLabel(client: GitHubClient, place: Place, pull: Pull, label: string): Promise<void> {
  const others = pull.labels.filter((name) => !name.startsWith('lastgood: '));
  try {
    await client.request('PUT /repos/{owner}/{repo}/issues/{issue_number}/labels', {
      ...place,
      issue_number: pull.number,
      labels: [...others, label],
    });
  } catch (error) {
    throw explain(error, `label #${pull.number}`);
  }
}

export async function rewriteText(client: GitHubClient, place: Place, pull: Pull, body: string): Promise<void> {
  try {
    await client.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
      ...place,
      pull_number: pull.number,
      body,
    });
  } catch (error) {
    throw explain(error, `edit the text of #${pull.number}`);
  }
}

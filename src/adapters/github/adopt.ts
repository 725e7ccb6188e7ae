/** Reverts that people made: found, and remembered by a comment of ours with a label that the sweep finds. */
import { LABELS } from '../../plan/identity.ts';
import type { HumanRevert, Pull } from '../../ports.ts';
import { explain, type GitHubClient } from './client.ts';
import { replaceLabel } from './pull-writes.ts';
import { isUs, PULL_FIELDS, type PullNode, toPull } from './pulls.ts';
import { ask, type Place } from './read.ts';

/**
 * Open pull requests of others, whose text may name a commit or a pull request that they revert. Never those of forks: they wait for
 * somebody who may merge them, and a stranger could so keep ours from being opened.
 */
export async function listHumanReverts(client: GitHubClient, place: Place, us: string): Promise<HumanRevert[]> {
  const document = `query HumanReverts($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) {
    pullRequests(states: [OPEN], last: 30) { nodes { number body headRefOid isCrossRepository author { __typename login }
      commits(last: 1) { nodes { commit { message } } } } } } }`;
  const { repository } = await ask<{
    repository: {
      pullRequests: {
        nodes: readonly {
          number: number;
          body: string;
          headRefOid: string;
          isCrossRepository: boolean;
          author: { __typename: string; login: string } | null;
          commits: { nodes: readonly { commit: { message: string } }[] };
        }[];
      };
    };
  }>(client, document, { ...place }, 'look for reverts by people');
  return repository.pullRequests.nodes
    .filter(({ author, isCrossRepository }) => !isCrossRepository && !isUs(author, us))
    .map(({ number, body, headRefOid, author, commits }) => {
      const [last] = commits.nodes;
      // The title of the commit is no more to be believed than that of the pull request.
      const message = (last?.commit.message ?? '').split('\n').slice(1).join('\n');
      return { number, author: author?.login ?? 'ghost', head: headRefOid, text: `${body}\n${message}` };
    });
}

/** The memory in a comment of ours, else a new one; then the label. Safe to repeat after a crash between the two. */
export async function adoptPull(
  client: GitHubClient,
  place: Place,
  us: string,
  number: number,
  memory: string,
): Promise<Pull> {
  const found = await readPull(client, place, us, number);
  if (found.adopted !== true) {
    try {
      const url = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
      await client.request(url, { ...place, issue_number: number, body: memory });
    } catch (error) {
      throw explain(error, `comment on #${number}`);
    }
  }
  await replaceLabel(client, place, found, LABELS.active);
  return {
    ...found,
    body: found.adopted ? found.body : memory,
    adopted: true,
    labels: [...found.labels, LABELS.active],
  };
}

async function readPull(client: GitHubClient, place: Place, us: string, number: number): Promise<Pull> {
  const document = `query ReadPull($owner: String!, $repo: String!, $number: Int!) { repository(owner: $owner, name: $repo) {
    pullRequest(number: $number) { ${PULL_FIELDS} } } }`;
  const { repository } = await ask<{ repository: { pullRequest: PullNode } }>(
    client,
    document,
    { ...place, number },
    `read #${number}`,
  );
  return toPull(repository.pullRequest, us);
}

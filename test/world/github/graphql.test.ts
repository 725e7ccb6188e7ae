import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LocalGitHub } from '../../../src/world/github/start.ts';
import { aGitHub, aReceiver, graphql, person, repo, REPO, type GraphqlAnswer } from './setup.ts';

const SHOP = 'apps/shop/values.yaml';

function inside(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Readonly<Record<string | number, unknown>> | null)?.[key], value);
}

function text(value: unknown, ...path: readonly (string | number)[]): string {
  return String(inside(value, ...path));
}

async function ids(
  github: LocalGitHub,
  number = 0,
): Promise<{ readonly repository: string; readonly head: string; readonly pull: string }> {
  const { data } = await graphql(
    github,
    github.appToken(),
    `
      query ($number: Int!, $with: Boolean!) {
        repository(owner: "acme", name: "deploy") {
          id
          defaultBranchRef {
            target {
              oid
            }
          }
          pullRequest(number: $number) @include(if: $with) {
            id
          }
        }
      }
    `,
    { number, with: number > 0 },
  );
  return {
    repository: text(data, 'repository', 'id'),
    head: text(data, 'repository', 'defaultBranchRef', 'target', 'oid'),
    pull: text(data, 'repository', 'pullRequest', 'id'),
  };
}

async function aChange(
  github: LocalGitHub,
): Promise<{ readonly number: number; readonly head: string; readonly pull: string }> {
  const head = await github.pushCommit(REPO, { branch: 'two', files: { [SHOP]: 'two\n' }, author: 'mona' });
  const number = await github.openPullRequest(REPO, { head: 'two', title: 'Two', author: 'mona' });
  return { number, head, pull: (await ids(github, number)).pull };
}

function autoMerge(github: LocalGitHub, pull: string, head: string | null = null): Promise<GraphqlAnswer> {
  return graphql(
    github,
    github.appToken(),
    `
      mutation ($pull: ID!, $head: GitObjectID) {
        enablePullRequestAutoMerge(input: { pullRequestId: $pull, expectedHeadOid: $head, mergeMethod: SQUASH }) {
          pullRequest {
            autoMergeRequest {
              mergeMethod
              enabledBy {
                login
              }
            }
          }
        }
      }
    `,
    { pull, head },
  );
}

test('one query reads a branch, its history, its tree and a file', async (t) => {
  const github = await aGitHub(t);
  await github.pushCommit(REPO, { files: { [SHOP]: 'two\n' }, author: 'mona', message: 'Second\n\nwhy' });
  const { data, errors } = await graphql(
    github,
    github.token('mona'),
    `
      {
        repository(owner: "acme", name: "deploy") {
          nameWithOwner
          viewerPermission
          defaultBranchRef {
            name
            target {
              ... on Commit {
                messageHeadline
                author {
                  user {
                    login
                  }
                }
                parents(first: 1) {
                  nodes {
                    messageHeadline
                  }
                }
                file(path: "apps/shop/values.yaml") {
                  object {
                    ... on Blob {
                      text
                      isBinary
                      byteSize
                    }
                  }
                }
                history(first: 1, path: "apps") {
                  totalCount
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                }
                tree {
                  entries {
                    name
                    type
                    mode
                    object {
                      ... on Tree {
                        entries {
                          path
                        }
                      }
                    }
                  }
                }
              }
            }
          }
          missing: object(expression: "main:no/such") {
            oid
          }
          refs(refPrefix: "refs/heads/", first: 10) {
            nodes {
              name
            }
          }
        }
        rateLimit {
          remaining
        }
      }
    `,
  );
  assert.deepEqual(errors, []);
  const found = data['repository'];
  assert.equal(inside(found, 'viewerPermission'), 'WRITE');
  const commit = inside(found, 'defaultBranchRef', 'target');
  assert.equal(inside(commit, 'messageHeadline'), 'Second');
  assert.equal(inside(commit, 'author', 'user', 'login'), 'mona');
  assert.equal(inside(commit, 'parents', 'nodes', 0, 'messageHeadline'), 'Initial commit');
  assert.deepEqual(
    { ...(inside(commit, 'file', 'object') as object) },
    { text: 'two\n', isBinary: false, byteSize: 4 },
  );
  assert.deepEqual(
    [inside(commit, 'history', 'totalCount'), inside(commit, 'history', 'pageInfo', 'hasNextPage')],
    [2, true],
  );
  assert.equal(inside(commit, 'tree', 'entries', 1, 'object', 'entries', 0, 'path'), 'apps/cart');
  assert.equal(inside(found, 'missing'), null);
});

test('a field that is not answered says so, and one that does not exist is refused', async (t) => {
  const github = await aGitHub(t);
  const ask = (field: string): Promise<GraphqlAnswer> =>
    graphql(github, github.token('mona'), `{ repository(owner: "acme", name: "deploy") { ${field} } }`);
  assert.equal(
    (await ask('stargazerCount')).errors[0]?.message,
    'the local GitHub does not answer Repository.stargazerCount',
  );
  assert.match((await ask('stars')).errors[0]?.message ?? '', /Cannot query field "stars"/);
  const nowhere = await graphql(github, github.token('mona'), '{ repository(owner: "acme", name: "no") { id } }');
  assert.equal(nowhere.errors[0]?.type, 'NOT_FOUND');
});

test('a branch, a commit and a pull request are made in one request; a stale head is refused and the rest goes on', async (t) => {
  const github = await aGitHub(t);
  const { repository, head } = await ids(github);
  const { data, errors } = await graphql(
    github,
    github.appToken(),
    `
      mutation ($repository: ID!, $head: GitObjectID!, $text: Base64String!) {
        branch: createRef(input: { repositoryId: $repository, name: "refs/heads/way-back", oid: $head }) {
          ref {
            name
          }
        }
        twice: createRef(input: { repositoryId: $repository, name: "refs/heads/way-back", oid: $head }) {
          ref {
            name
          }
        }
        commit: createCommitOnBranch(
          input: {
            branch: { repositoryNameWithOwner: "acme/deploy", branchName: "way-back" }
            expectedHeadOid: $head
            message: { headline: "Go back", body: "because" }
            fileChanges: {
              additions: [{ path: "apps/shop/values.yaml", contents: $text }]
              deletions: [{ path: "apps/cart/values.yaml" }]
            }
          }
        ) {
          commit {
            oid
            message
            signature {
              isValid
            }
          }
        }
        stale: createCommitOnBranch(
          input: {
            branch: { repositoryNameWithOwner: "acme/deploy", branchName: "way-back" }
            expectedHeadOid: $head
            message: { headline: "Go back" }
            fileChanges: { deletions: [{ path: "README.md" }] }
          }
        ) {
          commit {
            oid
          }
        }
        open: createPullRequest(
          input: { repositoryId: $repository, headRefName: "way-back", baseRefName: "main", title: "Back" }
        ) {
          pullRequest {
            number
            author {
              login
              __typename
              ... on Bot {
                databaseId
              }
            }
            files(first: 5) {
              nodes {
                path
                changeType
              }
            }
          }
        }
      }
    `,
    { repository, head, text: Buffer.from('back\n').toString('base64') },
  );
  assert.equal(inside(data, 'commit', 'commit', 'message'), 'Go back\n\nbecause');
  assert.equal(inside(data, 'commit', 'commit', 'signature', 'isValid'), true);
  assert.equal(inside(data, 'open', 'pullRequest', 'author', 'login'), 'lastgood');
  assert.equal(inside(data, 'open', 'pullRequest', 'author', 'databaseId'), github.app.bot.id);
  assert.deepEqual(
    errors.map(({ path, type, message }) => [path?.[0], type, message]),
    [
      ['twice', 'UNPROCESSABLE', 'A ref named "refs/heads/way-back" already exists in the repository.'],
      ['stale', 'STALE_DATA', `Expected branch to point to "${head}" but it did not. Pull and try again.`],
    ],
  );
  const { data: file } = await person(github, 'mona').repos.getContent({ ...repo, path: SHOP, ref: 'way-back' });
  assert.ok('content' in file);
  assert.equal(Buffer.from(file.content, 'base64').toString(), 'back\n');
});

test('deleting a file that is not there aborts the whole commit', async (t) => {
  const github = await aGitHub(t);
  const { head } = await ids(github);
  const { errors } = await graphql(
    github,
    github.appToken(),
    `
      mutation ($head: GitObjectID!) {
        createCommitOnBranch(
          input: {
            branch: { repositoryNameWithOwner: "acme/deploy", branchName: "main" }
            expectedHeadOid: $head
            message: { headline: "no" }
            fileChanges: { deletions: [{ path: "README.md" }, { path: "nowhere.txt" }] }
          }
        ) {
          commit {
            oid
          }
        }
      }
    `,
    { head },
  );
  assert.match(errors[0]?.message ?? '', /deletion which does not exist/);
  assert.equal((await ids(github)).head, head);
});

test('updateRefs moves all refs or none', async (t) => {
  const github = await aGitHub(t);
  const { repository, head } = await ids(github);
  const next = await github.pushCommit(REPO, { branch: 'next', files: { 'README.md': 'next\n' } });
  const move = (before: string): Promise<GraphqlAnswer> =>
    graphql(
      github,
      github.appToken(),
      `
        mutation ($input: UpdateRefsInput!) {
          updateRefs(input: $input) {
            clientMutationId
          }
        }
      `,
      {
        input: {
          repositoryId: repository,
          refUpdates: [
            { name: 'refs/heads/main', afterOid: next, beforeOid: head },
            { name: 'refs/heads/claim', afterOid: next, beforeOid: before },
          ],
        },
      },
    );
  assert.equal((await move(head)).errors[0]?.type, 'STALE_DATA');
  assert.equal((await ids(github)).head, head);
  assert.deepEqual((await move('0'.repeat(40))).errors, []);
  assert.equal((await ids(github)).head, next);
});

test('auto-merge is refused where it is off, on a clean pull request, and for another head', async (t) => {
  const github = await aGitHub(t);
  const { pull, head } = await aChange(github);
  assert.equal((await autoMerge(github, pull)).errors[0]?.message, 'Pull request is in clean status');
  github.repository(REPO).settings.allowAutoMerge = false;
  assert.equal((await autoMerge(github, pull)).errors[0]?.message, 'Auto merge is not allowed for this repository');
  github.repository(REPO).settings.allowAutoMerge = true;
  github.protect(REPO, 'main', { required_status_checks: { strict: false, contexts: ['ci'] } });
  assert.match((await autoMerge(github, pull, '1'.repeat(40))).errors[0]?.message ?? '', /head/);
  assert.deepEqual((await autoMerge(github, pull, head)).errors, []);
});

test('auto-merge merges by itself once the check and the review are there, and says so', async (t) => {
  const github = await aGitHub(t);
  const receiver = await aReceiver(t);
  github.setWebhook(receiver.url);
  github.protect(REPO, 'main', {
    required_status_checks: { strict: false, contexts: ['ci'] },
    required_pull_request_reviews: { required_approving_review_count: 1 },
  });
  const { number, head, pull } = await aChange(github);
  const { data } = await autoMerge(github, pull, head);
  assert.equal(inside(data, 'enablePullRequestAutoMerge', 'pullRequest', 'autoMergeRequest', 'mergeMethod'), 'SQUASH');
  await github.check(REPO, head, { name: 'ci', conclusion: 'success' });
  await github.drain();
  const mona = person(github, 'mona');
  assert.equal((await mona.pulls.get({ ...repo, pull_number: number })).data.merged, false);
  await github.review(REPO, number, { author: 'hubot', event: 'APPROVE' });
  await github.drain();
  const merged = (await mona.pulls.get({ ...repo, pull_number: number })).data;
  assert.deepEqual([merged.merged, merged.merged_by?.login], [true, 'lastgood[bot]']);
  assert.equal((await mona.repos.getCommit({ ...repo, ref: merged.merge_commit_sha ?? '' })).data.parents.length, 1);
  const last = receiver.received.at(-1);
  assert.deepEqual([last?.headers['x-github-event'], last?.body['action']], ['pull_request', 'closed']);
});

test('auto-merge uses no bypass', async (t) => {
  const github = await aGitHub(t);
  github.ruleset(REPO, {
    rules: [{ type: 'pull_request', parameters: { required_approving_review_count: 1 } }],
    bypass: [{ actor_id: github.app.id, actor_type: 'Integration', bypass_mode: 'always' }],
  });
  const { number, pull } = await aChange(github);
  assert.deepEqual((await autoMerge(github, pull)).errors, []);
  await github.drain();
  assert.equal((await person(github, 'mona').pulls.get({ ...repo, pull_number: number })).data.merged, false);
});

test('a merge queue takes a pull request in only where there is one, and merges it', async (t) => {
  const github = await aGitHub(t);
  const { number, head, pull } = await aChange(github);
  const enqueue = (): Promise<GraphqlAnswer> =>
    graphql(
      github,
      github.appToken(),
      `
        mutation ($pull: ID!, $head: GitObjectID!) {
          enqueuePullRequest(input: { pullRequestId: $pull, expectedHeadOid: $head, jump: true }) {
            mergeQueueEntry {
              position
            }
          }
        }
      `,
      { pull, head },
    );
  assert.match((await enqueue()).errors[0]?.message ?? '', /No merge queue/);
  github.ruleset(REPO, { rules: [{ type: 'merge_queue' }] });
  const direct = await fetch(`${github.url}/repos/${REPO}/pulls/${number}/merge`, {
    method: 'PUT',
    headers: { authorization: `bearer ${github.appToken()}` },
  });
  assert.equal(direct.status, 405);
  assert.match(await direct.text(), /merge queue/);
  assert.deepEqual((await enqueue()).errors, []);
  await github.drain();
  assert.equal((await person(github, 'mona').pulls.get({ ...repo, pull_number: number })).data.merged, true);
});

test('a commit leads to the pull request that brought it, and a pull request to its checks', async (t) => {
  const github = await aGitHub(t);
  const { number, head } = await aChange(github);
  await github.check(REPO, head, { name: 'ci', conclusion: 'failure' });
  const id = await github.comment(REPO, number, { author: 'mona', body: 'hm' });
  await github.merge(REPO, number);
  const { data, errors } = await graphql(
    github,
    github.token('mona'),
    `
      query ($number: Int!) {
        repository(owner: "acme", name: "deploy") {
          defaultBranchRef {
            target {
              ... on Commit {
                associatedPullRequests(first: 1) {
                  nodes {
                    number
                    merged
                    mergeCommit {
                      oid
                      parents(first: 2) {
                        nodes {
                          oid
                        }
                      }
                    }
                  }
                }
              }
            }
          }
          pullRequest(number: $number) {
            state
            mergeable
            comments(last: 1) {
              nodes {
                databaseId
                body
                author {
                  login
                }
                lastEditedAt
                includesCreatedEdit
              }
            }
            commits(last: 1) {
              nodes {
                commit {
                  oid
                  statusCheckRollup {
                    state
                    contexts(first: 5) {
                      nodes {
                        ... on CheckRun {
                          name
                          conclusion
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    `,
    { number },
  );
  assert.deepEqual(errors, []);
  const associated = inside(data, 'repository', 'defaultBranchRef', 'target', 'associatedPullRequests', 'nodes', 0);
  assert.deepEqual(
    [inside(associated, 'number'), inside(associated, 'mergeCommit', 'parents', 'nodes', 1, 'oid')],
    [number, head],
  );
  const pull = inside(data, 'repository', 'pullRequest');
  assert.equal(inside(pull, 'state'), 'MERGED');
  assert.equal(inside(pull, 'comments', 'nodes', 0, 'databaseId'), id);
  const rollup = inside(pull, 'commits', 'nodes', 0, 'commit', 'statusCheckRollup');
  assert.deepEqual(
    [inside(rollup, 'state'), inside(rollup, 'contexts', 'nodes', 0, 'conclusion')],
    ['FAILURE', 'FAILURE'],
  );
});

test('comments can be added, changed and answered with an eye over GraphQL', async (t) => {
  const github = await aGitHub(t);
  const { pull } = await aChange(github);
  const ask = (query: string, variables: Readonly<Record<string, unknown>>): Promise<GraphqlAnswer> =>
    graphql(github, github.appToken(), query, variables);
  const added = await ask(
    `mutation ($id: ID!) { addComment(input: { subjectId: $id, body: "one" }) { commentEdge { node { id } } } }`,
    { id: pull },
  );
  const id = text(added.data, 'addComment', 'commentEdge', 'node', 'id');
  const changed = await ask(
    `mutation ($id: ID!) {
      addReaction(input: { subjectId: $id, content: EYES }) { reaction { content } }
      updateIssueComment(input: { id: $id, body: "two" }) { issueComment { body includesCreatedEdit lastEditedAt } }
    }`,
    { id },
  );
  assert.deepEqual(changed.errors, []);
  assert.equal(inside(changed.data, 'addReaction', 'reaction', 'content'), 'EYES');
  assert.equal(inside(changed.data, 'updateIssueComment', 'issueComment', 'body'), 'two');
});

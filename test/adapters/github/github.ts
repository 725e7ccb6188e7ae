/** GitHub as nock plays it, and a repository that talks to it. */
import nock from 'nock';
import { tokenClient } from '../../../src/adapters/github/client.ts';
import { githubRepository } from '../../../src/adapters/github/repository.ts';
import type { DeploymentRepository } from '../../../src/ports.ts';

export const HOST = 'https://api.github.com';
export const REPO = '/repos/acme/deploy';
export const TOKEN = 'ghs_16C7e42F292c6912E7710c838347Ae178B4a';
export const US = 'lastgood[bot]';

export function aRepository(options: { baseUrl?: string; timeoutMs?: number } = {}): DeploymentRepository {
  return githubRepository(tokenClient({ baseUrl: HOST, token: TOKEN, ...options }), 'acme/deploy', US);
}

/** One answer to the next GraphQL question that holds these words. */
export function graphql(words: string, answer: object, status = 200): nock.Scope {
  return nock(HOST)
    .post('/graphql', (body: { query?: string }) => body.query?.includes(words) ?? false)
    .reply(status, answer as nock.Body);
}

export function graphqlErrors(type: string | undefined, message: string): object {
  return { data: null, errors: [{ ...(type === undefined ? {} : { type }), message }] };
}

/** A pull request as GraphQL says it. */
export function aPullNode(overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id: 'PR_7',
    number: 7,
    url: 'https://github.com/acme/deploy/pull/7',
    body: 'text',
    state: 'OPEN',
    createdAt: '2026-03-01T12:00:00Z',
    mergedAt: null,
    headRefName: 'rollback/production/web/bad0000',
    headRefOid: '4'.repeat(40),
    baseRefName: 'main',
    mergeStateStatus: 'CLEAN',
    mergedBy: null,
    mergeCommit: null,
    author: { __typename: 'Bot', login: 'lastgood' },
    editor: null,
    autoMergeRequest: null,
    labels: { nodes: [{ name: 'lastgood: active' }] },
    commits: { totalCount: 1, nodes: [aCommitNode()] },
    ...overrides,
  };
}

export function aCommitNode(overrides: { author?: unknown; signature?: unknown } = {}): {
  commit: Record<string, unknown>;
} {
  return {
    commit: {
      oid: '4'.repeat(40),
      author: { user: null, name: 'lastgood[bot]' },
      signature: { isValid: true, wasSignedByGitHub: true },
      ...overrides,
    },
  };
}

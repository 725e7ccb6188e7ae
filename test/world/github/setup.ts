/** A local GitHub with one deployment repository, whose every call is held against GitHub's description. */
import type { TestContext } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import type { GitHubOptions } from '../../../src/world/github/options.ts';
import { startGitHub, type LocalGitHub } from '../../../src/world/github/start.ts';
import { openApiChecker } from './openapi.ts';

export const REPO = 'acme/deploy';
export const repo = { owner: 'acme', repo: 'deploy' } as const;

export const FILES = {
  'README.md': '# deploy\n',
  'apps/shop/values.yaml': 'image:\n  tag: "1"\nreplicas: 2\nregion: eu\nowner: shop\n',
  'apps/cart/values.yaml': 'image:\n  tag: "1"\n',
} as const;

let checker: ReturnType<typeof openApiChecker> | null = null;

/** The clock moves one second with every look, so that everything has its own time. */
export async function aGitHub(t: TestContext, options: GitHubOptions = {}): Promise<LocalGitHub> {
  checker ??= openApiChecker();
  const check = checker;
  const faults: string[] = [];
  let time = Date.parse('2026-03-01T03:00:00Z');
  const github = await startGitHub({
    clock: () => (time += 1000),
    ...options,
    app: { webhookSecret: 'whisper', ...options.app },
    onExchange: (exchange) => {
      faults.push(...check(exchange));
      options.onExchange?.(exchange);
    },
  });
  await github.createRepository({
    ...{ owner: 'acme', name: 'deploy', files: FILES },
    collaborators: { mona: 'write', hubot: 'write', rita: 'read', trudy: 'triage', mary: 'maintain', ada: 'admin' },
  });
  t.after(async () => {
    await github.close();
    assert.deepEqual([...new Set(faults)], [], "an exchange does not keep to GitHub's description");
  });
  return github;
}

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export function person(github: LocalGitHub, login: string): Octokit {
  return withToken(github, github.token(login));
}

export function withToken(github: LocalGitHub, token: string): Octokit {
  return new Octokit({ baseUrl: github.url, auth: token, log: quiet });
}

export function theApp(github: LocalGitHub): Octokit {
  const { id, privateKey, installationId } = github.app;
  return new Octokit({
    baseUrl: github.url,
    authStrategy: createAppAuth,
    auth: { appId: id, privateKey, installationId },
    log: quiet,
  });
}

/** The status and message of a refusal. */
export async function refusal(call: Promise<unknown>): Promise<{ readonly status: number; readonly message: string }> {
  try {
    await call;
  } catch (error) {
    const { status, message } = error as { readonly status: number; readonly message: string };
    // Octokit puts a link to the documentation behind GitHub's own words.
    return { status, message: message.replace(/ - https:\/\/docs\S*$/, '') };
  }
  return assert.fail('the call was not refused');
}

export interface Received {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A receiver of webhooks that answers with whatever status it is told. */
export async function aReceiver(
  t: TestContext,
): Promise<{ readonly url: string; readonly received: Received[]; answer(status: number): void }> {
  const received: Received[] = [];
  let status = 204;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const headers = Object.fromEntries(Object.entries(request.headers).map(([key, value]) => [key, String(value)]));
      received.push({ headers, text, body: JSON.parse(text) as Record<string, unknown> });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    answer: (next) => void (status = next),
  };
}

export interface GraphqlAnswer {
  readonly data: Readonly<Record<string, unknown>>;
  readonly errors: readonly { readonly type?: string; readonly message: string; readonly path?: readonly unknown[] }[];
}

export async function graphql(
  github: LocalGitHub,
  token: string,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<GraphqlAnswer> {
  const response = await fetch(github.graphqlUrl, {
    method: 'POST',
    headers: { authorization: `bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as Partial<GraphqlAnswer>;
  return { data: body.data ?? {}, errors: body.errors ?? [] };
}

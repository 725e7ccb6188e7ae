/**
 * The HTTP side: one request in, one answer out, with GitHub's headers, faults and habits.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { authenticate } from '../auth.ts';
import { serveGraphql } from '../graphql/serve.ts';
import { actorOf, type Hub } from '../hub.ts';
import type { Exchange, Fault, GitHubOptions } from '../options.ts';
import { notFound, Problem } from '../problem.ts';
import { restRoutes } from '../rest/routes.ts';
import type { Viewer } from '../state.ts';
import { gitRequest, serveGit } from './git-backend.ts';
import { isRecord } from './input.ts';
import { router, type Reply } from './route.ts';

const GRAPHQL = new Set(['/graphql', '/api/graphql']);
const LIMIT = 15_000;

interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly path: string;
  readonly text: string;
  readonly headers: IncomingMessage['headers'];
}

interface Answer extends Reply {
  readonly route: string | null;
  readonly viewer: Viewer | null;
  readonly requestBody: unknown;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function problemReply(error: unknown): Reply {
  if (!(error instanceof Problem)) {
    process.emitWarning(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return {
      status: 500,
      body: { message: 'Server Error', documentation_url: 'https://docs.github.com/rest', status: '500' },
    };
  }
  const { message, documentation, status, errors } = error;
  return {
    status,
    body: {
      message,
      ...(errors.length === 0 ? {} : { errors }),
      documentation_url: documentation,
      status: String(status),
    },
  };
}

function parseBody(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, 'Problems parsing JSON');
  }
}

const findRoute = router(restRoutes);

/** Routes one call; what goes wrong on the way is an answer too. */
async function answerTo(hub: Hub, { method, url, path, text, headers }: Asked): Promise<Answer> {
  let viewer: Viewer | null = null;
  let route: string | null = null;
  let requestBody: unknown = null;
  try {
    requestBody = parseBody(text);
    viewer = authenticate(hub, headers.authorization);
    if (GRAPHQL.has(path)) {
      route = '/graphql';
      return { ...(await serveGraphql(hub, viewer, requestBody)), route, viewer, requestBody };
    }
    const match = findRoute(method, path);
    if (match === null) throw notFound();
    route = match.route.template;
    const body = isRecord(requestBody) ? requestBody : {};
    const context = {
      hub,
      viewer,
      params: match.params,
      query: url.searchParams,
      body,
      self: url,
      accept: headers.accept ?? '',
    };
    return { ...(await match.route.handler(context)), route, viewer, requestBody };
  } catch (error) {
    return { ...problemReply(error), route, viewer, requestBody };
  }
}

function faultReply(fault: Fault): Reply {
  const body = fault.answer ?? {
    message: 'Server Error',
    documentation_url: 'https://docs.github.com/rest',
    status: String(fault.status),
  };
  return { status: fault.status, body, ...(fault.headers === undefined ? {} : { headers: fault.headers }) };
}

export interface Traffic {
  readonly calls: Exchange[];
  readonly options: Pick<GitHubOptions, 'latencyMs' | 'onExchange' | 'callsKept'>;
}

/** Requests left in the hour; nobody runs out here unless a fault says so. */
function rateHeaders(used: number): Record<string, string> {
  return {
    'x-ratelimit-limit': String(LIMIT),
    'x-ratelimit-remaining': String(Math.max(0, LIMIT - used)),
    'x-ratelimit-used': String(used),
    'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600),
    'x-ratelimit-resource': 'core',
  };
}

function encode(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function write(response: ServerResponse, reply: Reply, asked: Asked, used: number): void {
  const payload = encode(reply.body);
  const etag = `W/"${createHash('sha256').update(payload).digest('hex').slice(0, 40)}"`;
  const readable = asked.method === 'GET' && reply.status === 200;
  const unchanged = readable && asked.headers['if-none-match'] === etag;
  response.writeHead(unchanged ? 304 : reply.status, {
    'content-type': 'application/json; charset=utf-8',
    'x-github-request-id': `LOCAL:${used}`,
    'x-github-media-type': 'github.v3; format=json',
    'x-github-api-version-selected': '2022-11-28',
    ...(readable ? { etag, 'cache-control': 'private, max-age=0, must-revalidate' } : {}),
    ...rateHeaders(used),
    ...reply.headers,
  });
  response.end(unchanged ? undefined : payload);
}

async function serve(hub: Hub, traffic: Traffic, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', hub.url);
  const git = gitRequest(url.pathname);
  if (git !== null) return serveGit(hub, request, response, git, url);
  const path = url.pathname.replace(/^\/api\/v3(?=\/|$)/, '') || '/';
  const asked: Asked = {
    method: request.method ?? 'GET',
    url,
    path,
    text: await textOf(request),
    headers: request.headers,
  };
  if (traffic.options.latencyMs !== undefined && traffic.options.latencyMs > 0) await pause(traffic.options.latencyMs);

  const fault = hub.faults.take(asked.method, `${path}${url.search}`, asked.text);
  const real = fault === null || fault.applyFirst === true ? await answerTo(hub, asked) : null;
  const reply = fault === null ? (real ?? { status: 500 }) : faultReply(fault);
  const exchange: Exchange = {
    method: asked.method,
    route: real?.route ?? findRoute(asked.method, path)?.route.template ?? (GRAPHQL.has(path) ? '/graphql' : null),
    path: `${path}${url.search}`,
    login: real?.viewer == null || real.viewer.kind === 'anonymous' ? null : actorOf(real.viewer).login,
    requestBody: real?.requestBody ?? asked.text,
    status: reply.status,
    responseBody: reply.body,
  };
  traffic.calls.push(exchange);
  if (traffic.calls.length > (traffic.options.callsKept ?? Infinity)) traffic.calls.shift();
  if (fault?.afterMs !== undefined) await pause(fault.afterMs);
  if (reply.status === 0) response.destroy();
  else write(response, reply, asked, traffic.calls.length);
  traffic.options.onExchange?.(exchange);
}

export function createGitHubServer(hub: Hub, traffic: Traffic): Server {
  return createServer((request, response) => {
    serve(hub, traffic, request, response).catch((error: unknown) => {
      process.emitWarning(error instanceof Error ? (error.stack ?? error.message) : String(error));
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
}

/**
 * Clone and push over smart HTTP, by git's own `git http-backend`.
 */
import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { authenticate } from '../auth.ts';
import { canSee, may, PUSH } from '../engine/access.ts';
import { pushVerdict } from '../engine/push-rules.ts';
import { refMoved } from '../engine/refs.ts';
import { gitEnvironment } from '../git/run.ts';
import { NO_OBJECT } from '../git/repository.ts';
import { actorOf, repositoryKey, type Hub } from '../hub.ts';
import { Problem } from '../problem.ts';
import type { Repository, Viewer } from '../state.ts';

const PATH = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

export interface GitRequest {
  readonly owner: string;
  readonly name: string;
  readonly service: string;
}

export function gitRequest(path: string): GitRequest | null {
  const [, owner, name, service] = PATH.exec(path) ?? [];
  return owner === undefined || name === undefined || service === undefined ? null : { owner, name, service };
}

interface PushCommand {
  readonly before: string;
  readonly after: string;
  readonly ref: string;
}

/** The commands at the head of a push: `old new ref` in pkt-lines, up to the flush. */
function pushCommands(body: Buffer): readonly PushCommand[] {
  const commands: PushCommand[] = [];
  for (let at = 0; at + 4 <= body.length;) {
    const length = Number.parseInt(body.toString('latin1', at, at + 4), 16);
    if (!(length > 4)) break;
    const [line = ''] = body.toString('utf8', at + 4, at + length).split('\0');
    const match = /^([0-9a-f]{40}) ([0-9a-f]{40}) (.+?)\n?$/.exec(line);
    if (match !== null) commands.push({ before: match[1] ?? '', after: match[2] ?? '', ref: match[3] ?? '' });
    at += length;
  }
  return commands;
}

/** What the update hook has to know: which refs refuse, which refuse only a rewrite, and why. */
function hookEnvironment(repository: Repository, viewer: Viewer, commands: readonly PushCommand[]): NodeJS.ProcessEnv {
  const heads = commands.filter(({ ref }) => ref.startsWith('refs/heads/'));
  const verdicts = heads.map(({ ref, before, after }) => ({
    ref,
    exists: before !== NO_OBJECT,
    ...pushVerdict(repository, ref.slice('refs/heads/'.length), viewer, after),
  }));
  const refused = verdicts.filter(({ refusal, exists }) => refusal !== null && exists);
  return {
    LOCAL_GITHUB_REFUSED: refused.map(({ ref }) => ref).join(' '),
    LOCAL_GITHUB_REASON: refused[0]?.refusal ?? '',
    LOCAL_GITHUB_NO_FORCE: verdicts
      .filter(({ noForce }) => noForce)
      .map(({ ref }) => ref)
      .join(' '),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

/** Runs the CGI program; its answer is one header block and a body. */
function runBackend(repository: Repository, environment: NodeJS.ProcessEnv, body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['http-backend'], {
      cwd: repository.git.directory,
      env: { ...gitEnvironment(), ...environment },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', () => resolve(Buffer.concat(chunks)));
    child.stdin.end(body);
  });
}

function answer(response: ServerResponse, output: Buffer): void {
  const end = output.indexOf('\r\n\r\n');
  let status = 200;
  const headers: Record<string, string> = {};
  for (const line of output.toString('latin1', 0, Math.max(0, end)).split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
    else if (colon > 0) headers[name] = value;
  }
  response.writeHead(status, headers);
  response.end(output.subarray(end < 0 ? output.length : end + 4));
}

function ask(response: ServerResponse): void {
  response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"', 'content-type': 'text/plain' });
  response.end('Authentication required');
}

async function afterPush(
  hub: Hub,
  repository: Repository,
  viewer: Viewer,
  commands: readonly PushCommand[],
): Promise<void> {
  for (const { ref, before, after } of commands) {
    const now = (await repository.git.ref(ref))?.sha ?? NO_OBJECT;
    if (now === after) await refMoved(hub, repository, viewer, { ref, before, after });
  }
}

/** Answers one request of a git client. */
export async function serveGit(
  hub: Hub,
  request: IncomingMessage,
  response: ServerResponse,
  asked: GitRequest,
  url: URL,
): Promise<void> {
  let viewer: Viewer;
  try {
    viewer = authenticate(hub, request.headers.authorization);
  } catch (error) {
    if (error instanceof Problem) {
      ask(response);
      return;
    }
    throw error;
  }
  const repository = hub.repositories.get(repositoryKey(asked.owner, asked.name));
  const pushing = asked.service === 'git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack';
  if (repository === undefined || !canSee(repository, viewer)) {
    if (viewer.kind === 'anonymous') {
      ask(response);
      return;
    }
    response.writeHead(404, { 'content-type': 'text/plain' });
    response.end('Repository not found.');
    return;
  }
  if (pushing && viewer.kind === 'anonymous') {
    ask(response);
    return;
  }
  if (pushing && !may(repository, viewer, PUSH)) {
    response.writeHead(403, { 'content-type': 'text/plain' });
    response.end(`Permission to ${asked.owner}/${asked.name}.git denied to ${actorOf(viewer).login}.`);
    return;
  }
  const body = await bodyOf(request);
  const environment: NodeJS.ProcessEnv = {
    GIT_PROJECT_ROOT: repository.git.directory,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${asked.service}`,
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method,
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    CONTENT_LENGTH: String(body.length),
    REMOTE_USER: viewer.kind === 'anonymous' ? '' : actorOf(viewer).login,
    REMOTE_ADDR: '127.0.0.1',
    GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
  };
  if (asked.service !== 'git-receive-pack') {
    answer(response, await runBackend(repository, environment, body));
    return;
  }
  const commands = pushCommands(body);
  await repository.lock.run(async () => {
    const output = await runBackend(
      repository,
      { ...environment, ...hookEnvironment(repository, viewer, commands) },
      body,
    );
    await afterPush(hub, repository, viewer, commands);
    answer(response, output);
  });
}

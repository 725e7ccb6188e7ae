/** The four calls of GitHub and two /metrics pages, small enough to read; and the Action as a process, as the runner starts it. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const SHA = '9f8e7d6c5b4a39281706f5e4d3c2b1a098765432';
export const TOKEN = 'ghs_secretOfTheJob';

export interface Check {
  readonly name: string;
  readonly head_sha: string;
  readonly external_id: string;
  readonly status: string;
  readonly conclusion?: string;
  readonly output?: { readonly title: string; readonly summary: string; readonly text: string };
}

async function listening(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ server: Server; url: string }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** A GitHub with these files on its default branch. `fault` may answer with a status instead. */
export async function aGitHub(
  files: Readonly<Record<string, string>>,
  fault?: (method: string, path: string) => number | null,
) {
  const checks: Check[] = [];
  const answer = (request: IncomingMessage, body: string): { status: number; body: unknown } => {
    const [method, path] = [request.method ?? '', new URL(request.url ?? '/', 'http://x').pathname];
    const status = fault?.(method, path) ?? null;
    if (request.headers.authorization !== `token ${TOKEN}`)
      return { status: 401, body: { message: 'Bad credentials' } };
    if (status !== null) return { status, body: { message: 'Resource not accessible by integration' } };
    const file = /^\/repos\/acme\/deploy\/contents\/(.+)$/.exec(path)?.[1];
    if (file !== undefined) {
      const content = files[decodeURIComponent(file)];
      return content === undefined ? { status: 404, body: { message: 'Not Found' } } : { status: 200, body: content };
    }
    const given = JSON.parse(body) as Check;
    if (method === 'POST' && path === '/repos/acme/deploy/check-runs') {
      checks.push(given);
      return {
        status: 201,
        body: { id: checks.length, html_url: `https://github.com/acme/deploy/runs/${checks.length}` },
      };
    }
    const id = Number(/^\/repos\/acme\/deploy\/check-runs\/(\d+)$/.exec(path)?.[1] ?? 0);
    const known = checks[id - 1];
    if (method !== 'PATCH' || known === undefined) return { status: 404, body: { message: 'Not Found' } };
    checks[id - 1] = { ...known, ...given };
    return { status: 200, body: { id } };
  };
  const { server, url } = await listening((request, response) => {
    void text(request).then((sent) => {
      const { status, body } = answer(request, sent);
      const raw = typeof body === 'string';
      response.writeHead(status, {
        'content-type': raw ? 'application/vnd.github.raw; charset=utf-8' : 'application/json',
      });
      response.end(raw ? body : JSON.stringify(body));
    });
  });
  return { server, url, checks };
}

/** A proxy that leads every tunnel to `url`, and remembers where it was asked to lead. */
export async function aProxy(url: string) {
  const { server, url: own } = await listening((_, response) => response.writeHead(405).end());
  const asked: string[] = [];
  server.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const far = connect(Number(new URL(url).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(far).pipe(socket);
    });
    far.on('error', () => socket.destroy());
    socket.on('error', () => far.destroy());
  });
  return { server, url: own, asked };
}

/** Two /metrics pages, /canary and /stable, that count 50,000 more events at each scrape. */
export async function aService(
  badRatio: { readonly canary: number; readonly stable: number },
  page?: (arm: string, honest: string, request: IncomingMessage) => string | null,
) {
  const scrapes = { canary: 0, stable: 0 };
  const { server, url } = await listening((request, response) => {
    const arm = request.url === '/canary' ? 'canary' : 'stable';
    const total = 50_000 * ++scrapes[arm];
    const honest = `# TYPE bad counter\nbad ${Math.round(total * badRatio[arm])}\n# TYPE all counter\nall ${total}\n`;
    const text = page === undefined ? honest : page(arm, honest, request);
    if (text === null) response.writeHead(401).end('who are you');
    else response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
  });
  return { server, url, scrapes };
}

/** A gate ends as soon as something is proven; its `deadline` counts only where nothing ever is, and must outlast a slow machine elsewhere. */
export function aPlaybook(
  url: string,
  overrides: { readonly then?: string; readonly auth?: string; readonly deadline?: string } = {},
): string {
  return `version: 1
sources:
  pages:
    kind: openmetrics
    timeout: 10s
${overrides.auth ?? ''}
services:
  rec:
    environments:
      production:
        paths: [apps/rec]
        gate:
          source: pages
          arms: { canary: '${url}/canary', baseline: '${url}/stable' }
          poll: 1s
          warm-up: 0s
          soak: 0s
          deadline: ${overrides.deadline ?? '2m'}
          robust: false
          triggers:
            - name: errors
              bad: bad
              total: all
              if: rate > baseline + 0.5pp
              pass-when: rate < baseline + 2pp
              then: ${overrides.then ?? 'rollback'}
        verify:
          healthy-for: 1m
          within: 10m
          arm: '${url}/stable'
          criteria:
            - { name: errors, bad: bad, total: all, if: rate > 1% }
`;
}

export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Annotations as the runner sees them. */
  readonly annotations: readonly string[];
}

/** Runs the bundle with the defaults of action.yml, these inputs and this environment. `whenLine` may look at each chunk of the log. */
export async function runAction(run: {
  readonly inputs: Readonly<Record<string, string>>;
  readonly apiUrl: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly workspace?: Readonly<Record<string, string>>;
  readonly onOutput?: (kill: (signal: NodeJS.Signals) => void, text: string) => void;
}): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), 'lastgood-action-'));
  try {
    const [output, summary] = [join(folder, 'output'), join(folder, 'summary')];
    await Promise.all([writeFile(output, ''), writeFile(summary, '')]);
    for (const [name, text] of Object.entries(run.workspace ?? {})) await writeFile(join(folder, name), text);
    const child = spawn(process.execPath, [join(ROOT, 'action/dist/index.js')], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        GITHUB_API_URL: run.apiUrl,
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'acme/deploy',
        GITHUB_RUN_ID: '42',
        GITHUB_WORKSPACE: folder,
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        ...(await inputEnvironment(run.inputs)),
        ...run.env,
      },
    });
    const log = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      log.stdout += chunk.toString();
      run.onOutput?.((signal) => child.kill(signal), log.stdout);
    });
    child.stderr.on('data', (chunk: Buffer) => (log.stderr += chunk.toString()));
    const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return {
      ...log,
      exitCode,
      outputs: readOutputs(await readFile(output, 'utf8')),
      summary: await readFile(summary, 'utf8'),
      annotations: log.stdout.split('\n').filter((line) => /^::(error|warning|notice)/.test(line)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the runner sets: every input of action.yml, with `${{ github.* }}` filled in. */
async function inputEnvironment(inputs: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const action = parse(await readFile(join(ROOT, 'action.yml'), 'utf8')) as {
    inputs: Record<string, { default?: string }>;
  };
  const filled = { '${{ github.sha }}': SHA, '${{ github.token }}': TOKEN } as Readonly<Record<string, string>>;
  return Object.fromEntries(
    Object.entries(action.inputs).map(([name, row]) => [
      `INPUT_${name.toUpperCase()}`,
      inputs[name] ?? filled[row.default ?? ''] ?? row.default ?? '',
    ]),
  );
}

/** `name<<DELIMITER`, lines, `DELIMITER`. */
function readOutputs(text: string): Record<string, string> {
  return Object.fromEntries(
    Array.from(text.matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n?\2$/gm), (match) => [
      match[1] ?? '',
      (match[3] ?? '').replace(/\n$/, ''),
    ]),
  );
}

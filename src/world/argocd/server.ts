import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../ports.ts';
import { listen } from '../listen.ts';
import type { Awkward, Target } from './awkward.ts';
import { startController } from './controller.ts';
import type { Controller } from './controller.ts';
import { openRepository, type Repository } from './repository.ts';
import type { AppSpec, AppState, Live } from './state.ts';
import { applicationView, resourceTreeView, syncWindowsView } from './view.ts';

export interface ArgoCdOptions {
  readonly applications: readonly AppSpec[];
  readonly token: string;
  /** Time between two looks at Git without a webhook; null: only webhooks and refreshes. */
  readonly pollMs: number | null;
  /** Makes the cluster as the files say. A throw fails the sync with its message. */
  readonly onApply: (name: string, target: Target) => Promise<void>;
  /** What runs now; default: what was applied is healthy and has no images. */
  readonly live?: (name: string) => Live;
  /** How awkward applications are from the start, by name. */
  readonly awkward?: Readonly<Record<string, Partial<Awkward>>>;
  /** For applying, retries and time stamps; the real time by default. */
  readonly clock?: Clock;
}

/** An Argo CD stand-in that follows a real Git repository and answers in Argo CD's words. */
export interface ArgoCdWorld {
  readonly url: string;
  readonly webhookUrl: string;
  /** Makes one application awkward; what is not named stays as it is. `OBLIGING` takes everything back. */
  switch(name: string, awkward: Partial<Awkward>): void;
  state(name: string): AppState;
  /** Looks at Git now, and resolves when no sync runs any more: not while one is retried for ever. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

const REAL_TIME: Clock = {
  now: () => Date.now(),
  wait: (ms) => new Promise((done) => setTimeout(done, ms)),
};

interface Answer {
  readonly status: number;
  readonly body: unknown;
}
const DENIED: Answer = { status: 403, body: { error: 'permission denied', code: 7, message: 'permission denied' } };
const UNAUTHENTICATED: Answer = {
  status: 401,
  body: { error: 'no session information', code: 16, message: 'no session information' },
};
const NOT_FOUND: Answer = { status: 404, body: { error: 'Not Found', code: 5, message: 'Not Found' } };

export async function startArgoCd(options: ArgoCdOptions): Promise<ArgoCdWorld> {
  const { clock = REAL_TIME, live = () => ({ health: 'Healthy', message: '', images: [] }) } = options;
  const controllers = new Map<string, Controller>();
  const mirrors = new Map<string, Repository>();
  for (const spec of options.applications) {
    const repository = mirrors.get(spec.repoUrl) ?? (await openRepository(spec.repoUrl));
    mirrors.set(spec.repoUrl, repository);
    const { name } = spec;
    controllers.set(
      name,
      startController({
        spec,
        repository,
        clock,
        apply: (target) => options.onApply(name, target),
        live: () => live(name),
        awkward: options.awkward?.[name] ?? {},
      }),
    );
  }
  const all = [...controllers.values()];
  const refresh = async (): Promise<void> => {
    await Promise.all(all.map((c) => c.refresh()));
  };
  const server = await listen((request, response) => {
    answer(request, options.token, controllers, refresh).then(
      (found) => reply(response, found),
      (error: unknown) =>
        reply(response, { status: 500, body: { error: String(error), code: 13, message: String(error) } }),
    );
  });
  await refresh();
  const poll = options.pollMs === null ? null : setInterval(() => void refresh(), options.pollMs);
  const controller = (name: string): Controller => {
    const found = controllers.get(name);
    if (found === undefined) throw new Error(`there is no application '${name}'`);
    return found;
  };
  return {
    url: server.url,
    webhookUrl: `${server.url}/api/webhook`,
    switch: (name, awkward) => controller(name).switch(awkward),
    state: (name) => controller(name).state(),
    settle: async () => {
      await refresh();
      await Promise.all(all.map((c) => c.idle()));
    },
    close: async () => {
      if (poll !== null) clearInterval(poll);
      await server.close();
      await Promise.all(all.map((c) => c.close()));
    },
  };
}

function reply(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function answer(
  request: IncomingMessage,
  token: string,
  controllers: ReadonlyMap<string, Controller>,
  refreshAll: () => Promise<void>,
): Promise<Answer> {
  const url = new URL(request.url ?? '/', 'http://argocd');
  const body = await textOf(request);
  const route = `${request.method ?? 'GET'} ${url.pathname}`;
  if (route === 'GET /api/version') return { status: 200, body: { Version: 'v3.1.0+stand-in' } };
  if (route === 'POST /api/webhook') {
    // As Argo CD: the hook is acknowledged, the comparison follows.
    if (concerns(body, [...controllers.values()])) void refreshAll();
    return { status: 200, body: {} };
  }
  if (request.headers.authorization !== `Bearer ${token}`) return UNAUTHENTICATED;
  const list = (): readonly unknown[] => [...controllers.values()].map((c) => applicationView(c.state(), c.awkward()));
  if (route === 'GET /api/v1/applications') return { status: 200, body: { metadata: {}, items: list() } };
  const [, name, rest = ''] = /^\/api\/v1\/applications\/([^/]+)(\/.*)?$/.exec(url.pathname) ?? [];
  if (name === undefined) return NOT_FOUND;
  // Argo CD does not tell whether an application exists.
  const found = controllers.get(decodeURIComponent(name));
  if (found === undefined) return DENIED;
  return act(`${request.method ?? 'GET'} ${rest}`, {
    controller: found,
    refresh: url.searchParams.get('refresh'),
    body,
  });
}

async function act(
  route: string,
  {
    controller,
    refresh,
    body,
  }: { readonly controller: Controller; readonly refresh: string | null; readonly body: string },
): Promise<Answer> {
  const view = (): Answer => ({ status: 200, body: applicationView(controller.state(), controller.awkward()) });
  switch (route) {
    case 'GET ':
      if (refresh !== null) await controller.refresh();
      return view();
    case 'GET /syncwindows':
      return { status: 200, body: syncWindowsView(controller.awkward()) };
    case 'GET /resource-tree':
      return { status: 200, body: resourceTreeView(controller.awkward()) };
    case 'DELETE /operation':
      if (controller.awkward().readOnly) return DENIED;
      if (controller.terminate()) return { status: 200, body: {} };
      return refused('Unable to terminate operation. No operation is in progress');
    case 'POST /sync': {
      if (controller.awkward().syncWindowClosed) return refused('cannot sync: blocked by sync window');
      const asked: unknown = body === '' ? {} : JSON.parse(body);
      const revision = typeof asked === 'object' && asked !== null && 'revision' in asked ? asked.revision : null;
      const wanted = typeof revision === 'string' && revision !== '' ? revision : null;
      return (await controller.sync(wanted)) ? view() : refused('another operation is already in progress');
    }
    default:
      return NOT_FOUND;
  }
}

/** As Argo CD: a push to a branch that no application follows changes nothing. */
function concerns(body: string, controllers: readonly Controller[]): boolean {
  const ref = /"ref":\s*"refs\/heads\/(?<branch>[^"]+)"/.exec(body)?.groups?.['branch'];
  if (ref === undefined) return true;
  return controllers.some((c) => ['HEAD', ref].includes(c.state().spec.targetRevision));
}

function refused(message: string): Answer {
  return { status: 400, body: { error: message, code: 9, message } };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

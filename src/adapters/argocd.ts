import { RollbackError } from '../errors.ts';
import type { Application, ArgoCd } from '../ports.ts';
import { parseApplication } from './argocd-application.ts';
import { unhealthyIn, windowsIn } from './argocd-answers.ts';
import { inwardFetch } from './http-guard.ts';
import { hostOf, request } from './http.ts';
import type { Fetch, HttpAnswer } from './http.ts';

export interface ArgoCdOptions {
  readonly url: string;
  readonly token: string;
  /** Guarded by default: `argocd.url` comes from the playbook. */
  readonly fetch?: Fetch;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

/** Argo CD over its own API. The account needs `get` on the applications, and `sync` only to end an operation. */
export function argoCd(options: ArgoCdOptions): ArgoCd {
  return {
    application: (name) => read(options, name, ''),
    refresh: (name) => read(options, name, '?refresh=normal'),
    terminate: (name, revision) => terminate(options, name, revision),
    syncWindows: async (name) => {
      // Asked before a merge: an Argo CD that is slow must not hold a rollback.
      const quick = { ...options, timeoutMs: Math.min(options.timeoutMs ?? QUICK_MS, QUICK_MS) };
      return windowsIn(
        textOf(await ask(quick, 'GET', `${encodeURIComponent(name)}/syncwindows`), placeOf(options, name)),
      );
    },
    unhealthy: async (name) =>
      unhealthyIn(
        textOf(await ask(options, 'GET', `${encodeURIComponent(name)}/resource-tree`), placeOf(options, name)),
      ),
  };
}

const QUICK_MS = 2_000;
/** Without a word of the operator: nothing is allowed that is not allowed to all. */
const GUARDED = inwardFetch({});

async function read(options: ArgoCdOptions, name: string, search: string): Promise<Application> {
  const place = placeOf(options, name);
  const parsed = parseApplication(textOf(await ask(options, 'GET', `${encodeURIComponent(name)}${search}`), place));
  if (parsed.kind === 'broken')
    throw new RollbackError('argocd-unavailable', `${place}: the answer is not an Argo CD Application: ${parsed.why}`);
  return parsed.application;
}

/** Looks first: an operation that has ended, or that already is another one, is left alone. */
async function terminate(options: ArgoCdOptions, name: string, revision: string): Promise<void> {
  const { operation } = await read(options, name, '');
  if (operation?.phase !== 'Running' || !operation.revisions.includes(revision)) return;
  const answer = await ask(options, 'DELETE', `${encodeURIComponent(name)}/operation`);
  const place = placeOf(options, name);
  if (answer.kind === 'answer' && answer.status === 403)
    throw new RollbackError('argocd-unauthorized', `${place}: HTTP 403, the token may not end an operation`, {
      hint: `Give the account the right applications sync, or run: argocd app terminate-op ${name}`,
    });
  // 400: it ended between the two calls, which is what was wanted.
  if (answer.kind === 'answer' && answer.status === 400) return;
  textOf(answer, place);
}

function placeOf(options: ArgoCdOptions, name: string): string {
  return `Application '${name}' at ${hostOf(options.url)}`;
}

function ask(options: ArgoCdOptions, method: 'GET' | 'DELETE', path: string): Promise<HttpAnswer> {
  const { url, token, timeoutMs = 10_000, maxBytes = 16_000_000 } = options;
  return request(options.fetch ?? GUARDED, {
    url: `${url.replace(/\/+$/, '')}/api/v1/applications/${path}`,
    method,
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    body: null,
    timeoutMs,
    maxBytes,
  });
}

function textOf(answer: HttpAnswer, place: string): string {
  if (answer.kind !== 'answer') throw new RollbackError('argocd-unavailable', `${place}: ${answer.detail}`);
  const { status } = answer;
  if (status >= 200 && status < 300) return answer.text;
  if (status === 401)
    throw new RollbackError('argocd-unauthorized', `${place}: HTTP 401, the token is missing, wrong or expired`);
  // Argo CD hides whether an application exists: it answers 403 for an unknown one as for a forbidden one.
  if (status === 403)
    throw new RollbackError(
      'argocd-unknown-application',
      `${place}: HTTP 403, there is no such application, or the token may not get it`,
    );
  if (status === 404 || status === 400)
    throw new RollbackError('argocd-unknown-application', `${place}: HTTP ${status}, there is no such application`);
  if (status >= 300 && status < 400)
    throw new RollbackError('argocd-unavailable', `${place}: HTTP ${status}, a redirect`, {
      hint: 'Put the final address into argocd.url; the token is not sent to another place.',
    });
  throw new RollbackError('argocd-unavailable', `${place}: HTTP ${status}`);
}

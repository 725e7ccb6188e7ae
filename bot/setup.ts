import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import manifest from '../.github/app-manifest.json' with { type: 'json' };
import type { NewApp } from '../src/adapters/github/app-manifest.ts';
import type { Log } from '../src/control/doors.ts';
import { RollbackError } from '../src/errors.ts';
import { createdPage, manifestForm, setupForm, setupRefused } from '../src/report/setup-page.ts';
import { same } from './alert-auth.ts';
import { readBody } from './body.ts';
import type { SetupConfig } from './setup-config.ts';

interface Parts {
  readonly config: SetupConfig;
  readonly exchange: (code: string) => Promise<NewApp>;
  readonly log: Log;
  /** Epoch ms. */
  readonly now?: () => number;
}

interface Reply {
  readonly status: number;
  readonly page: string;
  /** A state that this browser must bring back. */
  readonly cookie?: string;
}

const COOKIE = 'lastgood_setup';
/** GitHub's code lives as long. */
const STATE_MS = 3_600_000;
const MOST_STATES = 20;
const MOST_WRONG = 10;

/**
 * Creates the App from the browser: GET /setup asks for the setup token, POST /setup hands the manifest to GitHub, and GitHub sends
 * the same browser back to /setup/done with a code. Its credentials are shown once, or written to a file; then nothing more is done.
 */
export function createSetup({ config, exchange, log, now = Date.now }: Parts) {
  const states = new Map<string, number>();
  let wrong = 0;
  let state: 'open' | 'busy' | 'done' = 'open';

  async function begin(request: IncomingMessage): Promise<Reply> {
    const body = await readBody(request, 10_000);
    if (typeof body === 'string') return refused(413, 'The form is larger than this one can be');
    const form = new URLSearchParams(body.text);
    if (wrong >= MOST_WRONG) return refused(403, 'Too many wrong tokens: restart the bot to try again');
    if (!same(form.get('token') ?? '', config.token)) {
      wrong += 1;
      log('warn', 'somebody tried to set the bot up with a wrong token', { tries: wrong });
      return { status: 403, page: setupForm({ wrong: 'That is not the setup token of this bot.' }) };
    }
    const organization = (form.get('organization') ?? '').trim();
    if (!/^[a-z\d-]{0,39}$/i.test(organization))
      return { status: 400, page: setupForm({ wrong: 'An organisation is named by letters, digits and hyphens.' }) };
    const [ticket, name] = [
      randomBytes(24).toString('hex'),
      (form.get('name') ?? '').trim().slice(0, 34) || 'lastgood',
    ];
    for (const [old, at] of states) if (now() - at > STATE_MS || states.size >= MOST_STATES) states.delete(old);
    states.set(ticket, now());
    const owner = organization === '' ? '' : `/organizations/${organization}`;
    const action = `${config.webUrl}${owner}/settings/apps/new?state=${ticket}`;
    return { status: 200, page: manifestForm(action, manifestOf(config.publicUrl, name)), cookie: ticket };
  }

  async function end(request: IncomingMessage, query: URLSearchParams): Promise<Reply> {
    const [ticket, code] = [query.get('state') ?? '', query.get('code') ?? ''];
    const at = states.get(ticket);
    if (at === undefined || now() - at > STATE_MS || cookieOf(request) !== ticket || !/^[\w-]{1,200}$/.test(code))
      return refused(403, 'This address did not come from a setup that this browser began: begin again at /setup');
    const { file } = config;
    // Before the code is spent: it works once, and what cannot be kept would be lost.
    const kept = file === null ? null : reserve(file);
    if (kept === 'not-writable')
      return refused(500, `${file ?? ''} cannot be made, or is there already: remove it, and load this page again`);
    states.delete(ticket);
    state = 'busy';
    try {
      const app = await exchange(code);
      if (kept !== null) writeFileSync(kept, variablesOf(app));
      state = 'done';
      log('info', 'the App was created', { app: app.id, slug: app.slug });
      const variables = file === null ? variablesOf(app) : null;
      const installUrl = `${app.page}/installations/new`;
      return { status: 200, page: createdPage({ id: app.id, slug: app.slug, installUrl, variables, file }) };
    } catch (error) {
      state = 'open';
      if (file !== null) rmSync(file, { force: true });
      const because =
        error instanceof RollbackError ? `${error.message}. ${error.hint}` : 'The credentials could not be kept.';
      log('error', because, { during: 'setup' });
      return refused(502, `${because} Delete the App on GitHub if it is there, and begin again at /setup.`);
    } finally {
      if (kept !== null) closeSync(kept);
    }
  }

  async function answer(request: IncomingMessage): Promise<Reply> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (state === 'done')
      return refused(410, 'The App was created: start the bot with its variables, without SETUP_TOKEN');
    if (state === 'busy') return refused(409, 'The App is being created in another window');
    if (pathname === '/setup/done' && request.method === 'GET') return end(request, searchParams);
    if (pathname === '/setup' && request.method === 'POST') return begin(request);
    if (pathname === '/setup' && request.method === 'GET') return { status: 200, page: setupForm({ wrong: null }) };
    return refused(405, 'GET this page, or POST its form');
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, page, cookie } = await answer(request);
    const secure = config.publicUrl.startsWith('https:') ? '; Secure' : '';
    response
      .writeHead(status, {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; form-action 'self' ${new URL(config.webUrl).origin}; frame-ancestors 'none'; base-uri 'none'`,
        ...(cookie === undefined
          ? {}
          : {
              'set-cookie': `${COOKIE}=${cookie}; HttpOnly; SameSite=Lax; Path=/; Max-Age=${STATE_MS / 1000}${secure}`,
            }),
      })
      .end(page);
  };
}

/** A new file that only the user of the bot may read. */
function reserve(file: string): number | 'not-writable' {
  try {
    return openSync(file, 'wx', 0o600);
  } catch {
    return 'not-writable';
  }
}

const refused = (status: number, because: string): Reply => ({ status, page: setupRefused(because) });

function manifestOf(publicUrl: string, name: string): string {
  const filled = {
    ...manifest,
    name,
    redirect_url: `${publicUrl}/setup/done`,
    hook_attributes: { url: `${publicUrl}/api/github/webhooks`, active: true },
  };
  return JSON.stringify(filled, null, 2);
}

/** As `--env-file` of Node, Docker and kubectl read it. */
function variablesOf({ id, privateKey, webhookSecret }: NewApp): string {
  return `APP_ID=${id}\nWEBHOOK_SECRET=${webhookSecret}\nPRIVATE_KEY=${privateKey.trim().replaceAll('\n', '\\n')}\n`;
}

function cookieOf(request: IncomingMessage): string | null {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === COOKIE)?.[1] ?? null;
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { ALERT_SENDERS, senderAt } from '../src/chatops/alert-senders.ts';
import type { AlertAsk } from '../src/chatops/alerts.ts';
import { RollbackError } from '../src/errors.ts';
import { admit, createOnce, type AlertSecrets } from './alert-auth.ts';
import { readBody } from './body.ts';
import type { House } from './house.ts';
import type { Porter } from './porter.ts';
import { isRecent } from './recent.ts';
import type { Installed } from './repositories.ts';

interface Options {
  readonly house: Pick<House, 'repositories'>;
  readonly porter: Pick<Porter, 'ask'>;
  /** Token of Alertmanager; null: its alerts are off. */
  readonly token: string | null;
  /** What the other senders must show; left out: their alerts are off. */
  readonly secrets?: AlertSecrets;
  /** Told how each request was answered. */
  readonly alerted?: (status: number) => void;
  /** Epoch ms. */
  readonly now?: () => number;
}

type Answer = readonly [status: number, text: string];

const BODY_LIMIT = 1_000_000;

/** POST /alerts and below, one path for each sender: authenticate, parse, map labels to a key, hand over. */
export function alertsRoute(options: Options) {
  const once = createOnce();
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [status, text] = await answer({ ...options, once }, request);
    options.alerted?.(status);
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  };
}

type Once = ReturnType<typeof createOnce>;

async function answer(options: Options & { readonly once: Once }, request: IncomingMessage): Promise<Answer> {
  const { house, porter, token, once, now = Date.now } = options;
  if (request.method !== 'POST') return [405, 'POST alerts here'];
  const sender = senderAt((request.url ?? '').split('?')[0] ?? '') ?? 'alertmanager';
  const secrets = { grafana: null, datadog: null, ...options.secrets, alertmanager: token };
  const ask = (text: string) => admit(secrets, { sender, headers: request.headers, body: text, now: now() });
  // Only a signature needs the body: whoever shows no token is not listened to.
  const isSigned = sender === 'grafana' && typeof secrets.grafana?.secret === 'string';
  const early = isSigned ? null : ask('');
  if (early !== null && early.kind !== 'admitted') return [early.kind === 'off' ? 404 : 401, early.because];
  const body = await readBody(request, BODY_LIMIT);
  if (body === 'cut') return [400, 'The body ended early'];
  if (body === 'too-large') return [413, `The body is larger than ${BODY_LIMIT} bytes`];
  const admitted = early ?? ask(body.text);
  if (admitted.kind !== 'admitted') return [admitted.kind === 'off' ? 404 : 401, admitted.because];
  const read = ALERT_SENDERS[sender].read(body.text);
  if (!read.ok) return [400, read.because];
  const asks = read.asks.filter(({ ask }) => isRecent(ask.at, now()));
  try {
    if (admitted.once !== null && !once.fresh(admitted.once, now())) return [202, 'this request was accepted before'];
    const lost = await handOver(house, porter, asks);
    if (admitted.once !== null) once.keep(admitted.once, now());
    return lost.length > 0 ? [422, lost.join('\n')] : [202, `accepted ${asks.length} of ${read.seen} alerts`];
  } catch {
    // A 5xx makes Alertmanager send again: GitHub or the queue may only be away for a moment.
    return [503, 'The alerts could not be kept, or GitHub not be asked which repositories there are; send again'];
  }
}

/** Keeps what is asked. Returns the alerts that belong to no repository of ours, each with its cure. */
async function handOver(
  house: Pick<House, 'repositories'>,
  porter: Pick<Porter, 'ask'>,
  asks: readonly AlertAsk[],
): Promise<string[]> {
  const { all, unread } = asks.length === 0 ? { all: [], unread: 0 } : await house.repositories();
  const lost: string[] = [];
  for (const { key, ask } of asks) {
    const found = meantBy(key.repo, all, unread);
    if (found) {
      const origin = { repository: found.name, installationId: found.installationId };
      await porter.ask(origin, { ...key, repo: found.name }, ask);
      continue;
    }
    // It may be one of those that GitHub cannot name now.
    if (unread > 0) throw new RollbackError('github-unavailable', `${unread} installations could not be read`);
    const repo = key.repo === '' ? `one of ${all.length} repositories` : `'${key.repo}'`;
    lost.push(
      `alert '${ask.cause.alert}' means ${repo}: set its label lastgood_repository to one that the App is installed on`,
    );
  }
  return lost;
}

/** GitHub compares names without case, and Datadog sends its tags in lower case. */
function meantBy(repo: string, all: readonly Installed[], unread: number): Installed | undefined {
  if (repo === '') return all.length === 1 && unread === 0 ? all[0] : undefined;
  return all.find(({ name }) => name.toLowerCase() === repo.toLowerCase());
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { sha256 } from '../src/adapters/sha256.ts';
import { parseJson } from '../src/chatops/alert-labels.ts';
import { readMoves, type Move } from '../src/registries/moves.ts';
import { createOnce } from './alert-auth.ts';
import { readBody } from './body.ts';
import type { Observer, Observers } from './observers.ts';
import type { Porter } from './porter.ts';
import { isRecent } from './recent.ts';
import { admitHook, isSigned, type HookRequest } from './registry-auth.ts';

/** Where registries tell what moved; the rest of the path is their name in the playbook. */
export const REGISTRIES_PATH = '/registries/';

interface Options {
  readonly observers: Observers;
  readonly porter: Pick<Porter, 'moved'>;
  /** Holds the secrets that the playbooks name. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told how each request was answered. */
  readonly observed?: (status: number) => void;
  /** Epoch ms. */
  readonly now?: () => number;
}

type Answer = readonly [status: number, text: string];

const BODY_LIMIT = 1_000_000;
/** A shorter secret can be guessed. */
const SHORTEST = 12;

/**
 * POST /registries/NAME: a webhook of the registry of that name. Several playbooks may have one: those whose secret the request shows are
 * told, and no other. The answer is 202 once the moves are kept.
 */
export function registriesRoute(options: Options) {
  const once = createOnce();
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [status, text] = await answer({ ...options, once }, request);
    options.observed?.(status);
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  };
}

/** An observer with the secret that its webhook has to show. */
interface Listening extends Observer {
  readonly secret: string;
}

async function answer(
  options: Options & { readonly once: ReturnType<typeof createOnce> },
  request: IncomingMessage,
): Promise<Answer> {
  const { observers, env, once, now = Date.now } = options;
  if (request.method !== 'POST') return [405, 'POST webhooks of a registry here'];
  const name = nameIn(request.url ?? '');
  let all: readonly Observer[];
  try {
    all = await observers.all();
  } catch {
    return [503, 'GitHub could not be asked for the playbooks; send again'];
  }
  const listening = all.filter((one) => one.name === name).flatMap((one) => withSecret(one, env));
  if (listening.length === 0) return [404, 'No playbook observes a registry of this name, or its secret is not set'];
  const shows = (body: string) => (one: Listening) => admit(one, { headers: request.headers, body, now: now() });
  // Only a signature needs the body: whoever shows no token is not listened to.
  const early = listening.some(({ registry }) => isSigned(registry.kind)) ? null : listening.map(shows(''));
  if (early?.every(({ kind }) => kind !== 'admitted')) return [401, because(early)];
  const body = await readBody(request, BODY_LIMIT);
  if (body === 'cut') return [400, 'The body ended early'];
  if (body === 'too-large') return [413, `The body is larger than ${BODY_LIMIT} bytes`];
  const shown = listening.map(shows(body.text));
  const admitted = shown.filter(({ kind }) => kind === 'admitted');
  if (admitted.length === 0) return [401, because(shown)];
  const signature = admitted.find((one) => one.once !== null)?.once ?? null;
  if (signature !== null && !once.fresh(signature, now())) return [202, 'this request was accepted before'];
  const kept = await keep(
    options,
    admitted.map(({ one }) => one),
    body.text,
    signature,
  );
  if (kept[0] === 202 && signature !== null) once.keep(signature, now());
  return kept;
}

async function keep(
  { porter, now = Date.now }: Options,
  admitted: readonly Listening[],
  body: string,
  signature: string | null,
): Promise<Answer> {
  const json = parseJson(body);
  let count = 0;
  for (const { origin, name, registry } of admitted) {
    const told = readMoves(registry, json);
    if (told.kind === 'unreadable') return [400, told.because];
    const moves = told.kind === 'hint' ? null : datedMoves(told.moves, now());
    if (moves?.length === 0) continue;
    count += 1;
    try {
      const once = signature === null ? null : sha256(signature);
      await porter.moved(origin, { registry: name, moves }, once);
    } catch {
      return [503, 'The moves could not be kept; send again'];
    }
  }
  return [202, count === 0 ? 'nothing here moves a pointer' : `kept for ${count} of ${admitted.length} repositories`];
}

/** What has no time of its own could be a replay: then the registry is asked. What is older than a day, or of the future, is left out. */
function datedMoves(moves: readonly Move[], now: number): readonly Move[] | null {
  if (moves.some(({ at }) => at === null)) return null;
  return moves.filter(({ at }) => at !== null && isRecent(at, now));
}

type Shown = ReturnType<typeof admitHook> & { readonly one: Listening; readonly once?: string | null };

function admit(one: Listening, request: HookRequest): Shown {
  return { ...admitHook(one.registry.kind, one.secret, request), one };
}

function because(shown: readonly Shown[]): string {
  const [first] = shown.flatMap((one) => (one.kind === 'admitted' ? [] : [one.because]));
  return first ?? 'This request shows no secret';
}

function withSecret(one: Observer, env: Options['env']): readonly Listening[] {
  const secret = one.observe.webhook === undefined ? '' : (env[one.observe.webhook]?.trim() ?? '');
  return secret.length < SHORTEST ? [] : [{ ...one, secret }];
}

function nameIn(url: string): string {
  const path = url.split('?')[0] ?? '';
  return path.startsWith(REGISTRIES_PATH) ? path.slice(REGISTRIES_PATH.length) : '';
}

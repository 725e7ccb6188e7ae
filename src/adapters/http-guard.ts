/**
 * Where a request may go. Addresses come from playbooks and environments, so that a wrong or hostile one could otherwise make us
 * read a cloud's metadata service, or anything else behind the firewall, and hand over a credential.
 * The name is checked before the request, every address it resolves to at the moment of the connection.
 */
import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { addressKind, type AddressKind, inBlock, isBlock } from './http-address.ts';
import type { Fetch } from './http.ts';

export interface GuardPolicy {
  /** Plain http: never, to this machine only, or anywhere. */
  readonly http: 'refused' | 'loopback' | 'allowed';
  /** Addresses that are not public: of this machine, of private networks. */
  readonly inside: 'refused' | 'allowed';
  /**
   * Hosts, addresses and blocks (`10.1.0.0/16`) that the operator allows whatever they are. Of metadata and link-local addresses only
   * those that stand there themselves: neither a block nor a name opens them.
   */
  readonly allow: readonly string[];
}

type Env = Readonly<Record<string, string | undefined>>;

/** For messages that leave the house: public https only. */
export function outwardPolicy(env: Env): GuardPolicy {
  return { http: 'refused', inside: 'refused', allow: allowList(env) };
}

/** For metric sources and Argo CD, which usually are inside: private addresses, but never a metadata service. */
export function inwardPolicy(env: Env): GuardPolicy {
  return { http: 'allowed', inside: 'allowed', allow: allowList(env) };
}

/** How metric sources and Argo CD are reached. */
export function inwardFetch(env: Env): Fetch {
  return guardedFetch(inwardPolicy(env));
}

/** `LASTGOOD_ALLOW_HOSTS=hooks.corp.example,10.1.2.0/24` */
function allowList(env: Env): readonly string[] {
  return (env['LASTGOOD_ALLOW_HOSTS'] ?? '')
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '');
}

/** Entries that could never allow anything: a URL, a port, a prefix that is too long. */
export function allowFaults(env: Env): readonly string[] {
  return allowList(env)
    .filter((entry) => !isBlock(entry) && !/^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(entry))
    .map((entry) => `LASTGOOD_ALLOW_HOSTS holds '${entry}', which is no host, address or block such as 10.1.2.0/24`);
}

export type Guarded = { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly because: string };

/** What can be said without asking DNS. Messages name the host only: a path may be a secret. */
export function guardUrl(text: string, policy: GuardPolicy): Guarded {
  if (!URL.canParse(text)) return refused('the address is no URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return refused(`${url.protocol}// is not allowed: write https`);
  if (url.username !== '' || url.password !== '') return refused(`the address of ${url.host} holds a user or password`);
  const host = bareHost(url);
  const allowed = isAllowedName(host, policy);
  const kind = isIP(host) > 0 ? addressKind(host) : nameKind(host);
  const because = allowed ? null : whyNot(host, kind, policy);
  if (because !== null) return refused(because);
  if (url.protocol === 'http:' && !mayBePlain(kind, policy, allowed))
    return refused(`plain http to ${url.host} is not allowed: write https`);
  return { ok: true, url };
}

/** A `fetch` that goes nowhere else. Of the options it knows method, headers, a text body and the signal; it follows no redirect. */
export function guardedFetch(policy: GuardPolicy, resolve: Resolve = systemResolve): Fetch {
  return async (input, init = {}) => {
    const guarded = guardUrl(input instanceof Request ? input.url : String(input), policy);
    if (!guarded.ok) throw new GuardError(guarded.because);
    const headers = Object.fromEntries(new Headers(init.headers).entries());
    const body = typeof init.body === 'string' ? init.body : null;
    const { request: send } = guarded.url.protocol === 'https:' ? https : http;
    return new Promise<Response>((done, failed) => {
      const request = send(guarded.url, {
        method: init.method ?? 'GET',
        headers: body === null ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        lookup: guardedLookup(policy, resolve),
        agent: false,
        ...(init.signal ? { signal: init.signal } : {}),
      });
      request.once('response', (message) => done(responseOf(message)));
      request.once('error', (error) => failed(init.signal?.aborted === true ? asError(init.signal.reason) : error));
      request.end(body ?? undefined);
    });
  };
}

/** The refusal of a guard; `code` is what `request` shows. */
export class GuardError extends Error {
  readonly code: string;
  constructor(because: string) {
    super(because);
    this.name = 'GuardError';
    this.code = `refused: ${because}`;
  }
}

export type Resolve = (host: string, options: LookupOptions) => Promise<readonly LookupAddress[]>;

const systemResolve: Resolve = (host, options) =>
  new Promise((done, failed) =>
    systemLookup(host, { ...options, all: true }, (error, found) => {
      if (error) failed(error);
      else done(found);
    }),
  );

/** Checked here and connected to here: a name cannot change its mind in between. One forbidden address refuses them all. */
export function guardedLookup(policy: GuardPolicy, resolve: Resolve): LookupFunction {
  return (host, options, callback) => {
    resolve(host, options).then(
      (found) => {
        const named = isAllowedName(host.toLowerCase(), policy);
        const [bad] = found.flatMap(({ address }) => {
          const kind = addressKind(address);
          return named && kind !== 'metadata' ? [] : (whyNot(address, kind, policy) ?? []);
        });
        const [first] = found;
        if (bad !== undefined) callback(new GuardError(`${host} leads to ${bad}`), '', 0);
        else if (!first) callback(new GuardError(`${host} has no address`), '', 0);
        else if (options.all === true) callback(null, [...found]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(asError(error), '', 0),
    );
  };
}

function whyNot(host: string, kind: AddressKind | null, policy: GuardPolicy): string | null {
  if (kind === null || kind === 'public' || isAllowedAddress(host, kind, policy)) return null;
  const cure = 'allow it with LASTGOOD_ALLOW_HOSTS if you mean it';
  if (kind === 'metadata') return `${host}, a metadata or link-local address: ${cure}`;
  if (kind === 'reserved') return `${host}, an address that nobody can have: ${cure}`;
  return policy.inside === 'allowed' ? null : `${host}, a ${kind} address: ${cure}`;
}

const METADATA_NAMES = /^(metadata|metadata\.google\.internal|metadata\.goog|instance-data(\.ec2\.internal)?)$/;

/** Null: only its addresses can tell. */
function nameKind(host: string): AddressKind | null {
  if (METADATA_NAMES.test(host)) return 'metadata';
  return host === 'localhost' || host.endsWith('.localhost') ? 'loopback' : null;
}

function mayBePlain(kind: AddressKind | null, policy: GuardPolicy, allowed: boolean): boolean {
  return allowed || policy.http === 'allowed' || (policy.http === 'loopback' && kind === 'loopback');
}

function isAllowedName(host: string, { allow }: GuardPolicy): boolean {
  return allow.includes(host);
}

function isAllowedAddress(host: string, kind: AddressKind, { allow }: GuardPolicy): boolean {
  const entries = kind === 'metadata' ? allow.filter((entry) => !entry.includes('/')) : allow;
  return isIP(host) > 0 && entries.some((entry) => inBlock(host, entry));
}

function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function refused(because: string): Guarded {
  return { ok: false, because };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function responseOf(message: IncomingMessage): Response {
  const status = message.statusCode ?? 502;
  const headers = new Headers();
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2)
    headers.append(message.rawHeaders[i] ?? '', message.rawHeaders[i + 1] ?? '');
  const empty = status === 204 || status === 205 || status === 304 || status < 200;
  if (empty) message.resume();
  const chunks = new ReadableStream<Uint8Array>({
    async start(controller) {
      try {
        for await (const chunk of message as AsyncIterable<Buffer>) controller.enqueue(new Uint8Array(chunk));
        controller.close();
      } catch (error) {
        controller.error(error);
      }
    },
    cancel: () => void message.destroy(),
  });
  return new Response(empty ? null : chunks, { status: status < 200 ? 502 : status, headers });
}

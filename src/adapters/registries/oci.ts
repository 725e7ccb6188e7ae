/**
 * Images, by the OCI distribution API. Format: github.com/opencontainers/distribution-spec, and for the token challenge
 * distribution.github.io/distribution/spec/auth/token.
 */
import * as z from 'zod';
import type { Artefact } from '../../playbook/artefact-name.ts';
import type { Look } from '../../registries/look.ts';
import { headersOf, hostOf } from '../http.ts';
import type { Credentials, HttpAnswer } from '../http.ts';
import { ask, gone, jsonOf, refusal, trimmed, unknown } from './ask.ts';
import type { Asking } from './ask.ts';

type Image = Extract<Artefact, { kind: 'image' }>;

export interface OciOptions {
  readonly url: string;
  readonly auth: Credentials;
}

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });
const errorsSchema = z.object({ errors: z.array(z.object({ code: z.string() })) });

/** Codes by which a registry says that there is none. Harbor and Nexus write NOT_FOUND. */
const ABSENT: ReadonlySet<string> = new Set(['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'NOT_FOUND', 'TAG_INVALID']);

/** The image that a pod would pull: by digest where one is pinned. Its tag is looked at beside it. */
export async function lookAtImage(asking: Asking, options: OciOptions, image: Image): Promise<Look> {
  const { tag, digest } = image;
  const session = { asking, options, headers: headersOf(options.auth) };
  if (digest === null) {
    const found = await manifest(session, image.repository, tag ?? 'latest');
    if (found.kind !== 'found') return found.look;
    const leads = found.digest === null ? {} : { leads: found.digest };
    return { state: 'there', says: `there, as ${short(found.digest)}`, madeAt: null, ...leads };
  }
  const [pinned, tagged] = await Promise.all([
    manifest({ ...session }, image.repository, digest),
    tag === null ? null : manifest({ ...session }, image.repository, tag),
  ]);
  const now = tagged?.kind === 'found' ? tagged.digest : null;
  if (pinned.kind !== 'found') {
    if (pinned.look.state !== 'gone' || now === null) return pinned.look;
    return gone(`no ${short(digest)}; the tag ${tag ?? ''} leads to ${short(now)}`);
  }
  if (pinned.digest !== null && pinned.digest !== digest)
    return unknown(`asked for ${short(digest)}, the registry answered with ${short(pinned.digest)}`);
  if (now !== null && now !== digest) {
    const says = `${short(digest)} is there, but the tag ${tag ?? ''} leads to ${short(now)} by now`;
    return { state: 'other-digest', says, madeAt: null, leads: digest };
  }
  return { state: 'there', says: `there, as ${short(digest)}`, madeAt: null, leads: digest };
}

interface Session {
  readonly asking: Asking;
  readonly options: OciOptions;
  headers: Readonly<Record<string, string>>;
}

type Found = { readonly kind: 'found'; readonly digest: string | null } | { readonly kind: 'not'; readonly look: Look };

/** HEAD first: it is cheap, and does not count as a pull. A 404 is asked again, because only its body tells whose it is. */
async function manifest(session: Session, repository: string, reference: string): Promise<Found> {
  const url = `${trimmed(session.options.url)}/v2/${repository}/manifests/${reference}`;
  let answer = await send(session, url, 'HEAD');
  if (answer.kind === 'answer' && answer.status === 401) {
    const token = await signIn(session, answer.headers.get('www-authenticate') ?? '', repository);
    if (token.kind === 'not') return token;
    session.headers = { ...session.options.auth.headers, authorization: `Bearer ${token.token}` };
    answer = await send(session, url, 'HEAD');
  }
  if (answer.kind !== 'answer') return { kind: 'not', look: unknown(answer.detail) };
  if (answer.status === 404) return { kind: 'not', look: await whose404(session, url, reference) };
  if (answer.status !== 200) return { kind: 'not', look: unknown(refusal(answer.status, url)) };
  const digest = answer.headers.get('docker-content-digest');
  return { kind: 'found', digest };
}

async function whose404(session: Session, url: string, reference: string): Promise<Look> {
  const answer = await send(session, url, 'GET');
  if (answer.kind !== 'answer') return unknown(answer.detail);
  const errors = errorsSchema.safeParse(jsonOf(answer.text));
  const code = errors.success ? errors.data.errors.find((error) => ABSENT.has(error.code))?.code : undefined;
  if (answer.status !== 404 || code === undefined) return unknown(refusal(answer.status, url));
  return gone(
    `${hostOf(url)} has no ${reference.startsWith('sha256:') ? short(reference) : `tag ${reference}`}: ${code}`,
  );
}

function send({ asking, headers }: Session, url: string, method: 'GET' | 'HEAD'): Promise<HttpAnswer> {
  return ask(asking, { url, method, headers: { ...headers, accept: ACCEPT } });
}

type Token = { readonly kind: 'token'; readonly token: string } | { readonly kind: 'not'; readonly look: Look };

/** The credentials go to the token server that the registry names, and there only over https or to the registry's own host. */
async function signIn({ asking, options }: Session, challenge: string, repository: string): Promise<Token> {
  const not = (because: string): Token => ({ kind: 'not', look: unknown(because) });
  if (!/^bearer\s/i.test(challenge)) return not(refusal(401, options.url));
  const part = (name: string): string | null => new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(challenge)?.[1] ?? null;
  const realm = part('realm') ?? '';
  if (!URL.canParse(realm)) return not(`${hostOf(options.url)} names no token server`);
  const url = new URL(realm);
  if (url.protocol !== 'https:' && url.host !== hostOf(options.url))
    return not(`${hostOf(options.url)} names a token server without https (${url.host}); it gets no credentials`);
  const service = part('service');
  if (service !== null) url.searchParams.set('service', service);
  url.searchParams.set('scope', part('scope') ?? `repository:${repository}:pull`);
  const { basic } = options.auth;
  const answer = await ask(asking, { url: url.href, headers: basic === undefined ? {} : headersOf({ basic }) });
  if (answer.kind !== 'answer') return not(answer.detail);
  if (answer.status !== 200) return not(refusal(answer.status, url.href));
  const said = tokenSchema.safeParse(jsonOf(answer.text));
  const token = said.success ? (said.data.token ?? said.data.access_token) : undefined;
  return token === undefined ? not(`${url.host} gave no token`) : { kind: 'token', token };
}

/** Registries may leave the digest out of the answer to a HEAD. */
function short(digest: string | null): string {
  return digest === null ? 'an unnamed digest' : digest.slice(0, 19);
}

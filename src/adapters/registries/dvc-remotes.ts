/** What a DVC remote can be kept on: a folder, a web server, a bucket. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AwsClient } from 'aws4fetch';
import type { HttpAnswer } from '../http.ts';
import { hostOf } from '../http.ts';
import { ask, instantOf, refusal, trimmed } from './ask.ts';
import type { Asking } from './ask.ts';
import type { Remote, Stored } from './dvc.ts';

export interface BucketKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
}

/** A folder that this process sees. Where the folder itself is missing, nothing is known: most likely it is not mounted here. */
export function folderRemote(url: string): Remote {
  const root = url.startsWith('file:') ? fileURLToPath(url) : url;
  const missing = async (error: unknown): Promise<Exclude<Stored, { kind: 'there' }>> => {
    if (codeOf(error) !== 'ENOENT') return { kind: 'unknown', because: `${root} cannot be read (${codeOf(error)})` };
    const mounted = await stat(root).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!mounted) return { kind: 'unknown', because: `there is no folder ${root} here; is it mounted?` };
    return { kind: 'absent', because: `no such file in ${root}` };
  };
  return {
    size: (key) =>
      stat(join(root, key)).then(({ size, mtimeMs }): Stored => ({ kind: 'there', size, madeAt: mtimeMs }), missing),
    read: (key) => readFile(join(root, key), 'utf8').then((text) => ({ kind: 'text', text }) as const, missing),
  };
}

/** A web server. It cannot tell a lost object from a wrong address, so the address is worth a look when everything is gone. */
export function webRemote(asking: Asking, url: string, headers: Readonly<Record<string, string>>): Remote {
  const at = (key: string): string => `${trimmed(url)}/${key}`;
  return {
    size: async (key) => storedOf(await ask(asking, { url: at(key), method: 'HEAD', headers }), at(key)),
    read: async (key) => readOf(await ask(asking, { url: at(key), headers }), at(key)),
  };
}

export interface Bucket {
  /** s3://bucket/prefix */
  readonly url: string;
  readonly region: string;
  /** Base URL of an S3 that is not Amazon's; null: Amazon's own. */
  readonly endpoint: string | null;
  readonly keys: BucketKeys;
}

/** A bucket, by HEAD with Signature Version 4. A 404 is asked for its body: only NoSuchKey is a lost object. */
export function bucketRemote(asking: Asking, { url, region, endpoint, keys }: Bucket): Remote {
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  const signer = new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === null ? {} : { sessionToken }),
    region,
    service: 's3',
    retries: 0,
  });
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(url) ?? [];
  const host = `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const base = [trimmed(endpoint ?? host), bucket, ...prefix.split('/').filter((part) => part !== '')].join('/');
  const send = async (key: string, method: 'GET' | 'HEAD'): Promise<HttpAnswer> => {
    const asked = `${base}/${key}`;
    const signed = await signer.sign(asked, { method });
    return ask(asking, { url: asked, method, headers: Object.fromEntries(signed.headers) });
  };
  return {
    size: async (key) => {
      const stored = storedOf(await send(key, 'HEAD'), base);
      if (stored.kind === 'unknown' && /HTTP 403/.test(stored.because))
        return { kind: 'unknown', because: `${stored.because}; without s3:ListBucket a missing object is a 403 too` };
      if (stored.kind !== 'absent') return stored;
      const said = await send(key, 'GET');
      if (said.kind === 'answer' && said.status === 404 && said.text.includes('<Code>NoSuchKey</Code>'))
        return { kind: 'absent', because: `NoSuchKey in ${bucket}` };
      const code = said.kind === 'answer' ? /<Code>(\w+)<\/Code>/.exec(said.text)?.[1] : undefined;
      return { kind: 'unknown', because: `${hostOf(base)} answered ${code ?? 'HTTP 404'} for the bucket ${bucket}` };
    },
    read: async (key) => readOf(await send(key, 'GET'), base),
  };
}

function storedOf(answer: HttpAnswer, url: string): Stored {
  if (answer.kind !== 'answer') return { kind: 'unknown', because: answer.detail };
  const { status, headers } = answer;
  if (status === 404 || status === 410) return { kind: 'absent', because: `HTTP ${status} from ${hostOf(url)}` };
  if (status !== 200) return { kind: 'unknown', because: refusal(status, url) };
  const length = headers.get('content-length');
  return {
    kind: 'there',
    // A server that compresses counts other bytes than DVC did.
    size: length !== null && /^\d+$/.test(length) && !headers.has('content-encoding') ? Number(length) : null,
    madeAt: instantOf(headers.get('last-modified')),
  };
}

function readOf(answer: HttpAnswer, url: string): Awaited<ReturnType<Remote['read']>> {
  if (answer.kind === 'answer' && answer.status === 200) return { kind: 'text', text: answer.text };
  const stored = storedOf(answer, url);
  return stored.kind === 'there' ? { kind: 'unknown', because: refusal(200, url) } : stored;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown failure';
}

/** One careful HTTP request: bounded in time and size, never led to another host, never repeating a secret. */

export type Fetch = typeof fetch;

export interface HttpRequest {
  readonly url: string;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** An answer of any status, or why there was none. */
export type HttpAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Headers;
      readonly text: string;
    }
  | { readonly kind: 'time-out'; readonly detail: string }
  | { readonly kind: 'unreachable'; readonly detail: string }
  | { readonly kind: 'too-large'; readonly detail: string };

/** Never throws. Redirects are answers (3xx): following one could carry the credentials elsewhere. */
export async function request(
  fetching: Fetch,
  { url, method, headers, body, timeoutMs, maxBytes }: HttpRequest,
): Promise<HttpAnswer> {
  const host = hostOf(url);
  try {
    const response = await fetching(url, {
      method,
      headers,
      ...(body === null ? {} : { body }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await limited(response, maxBytes);
    if (text === null) return { kind: 'too-large', detail: `${host} answered with more than ${maxBytes} bytes` };
    return { kind: 'answer', status: response.status, headers: response.headers, text };
  } catch (error) {
    if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError'))
      return { kind: 'time-out', detail: `${host} did not answer within ${timeoutMs} ms` };
    return { kind: 'unreachable', detail: `${host} cannot be reached (${causeOf(error)})` };
  }
}

/** Host and port of a URL, for messages: neither user info nor query. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the configured URL';
}

/** Only the code of the failure: messages of the platform may quote the whole URL. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string')
    return cause.code;
  return error instanceof Error ? error.name : 'unknown failure';
}

async function limited(response: Response, maxBytes: number): Promise<string | null> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Credentials as values, read from the environment by the shell that wires the adapter. */
export interface Credentials {
  readonly bearer?: string;
  /** user:password */
  readonly basic?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function headersOf({ bearer, basic, headers = {} }: Credentials): Readonly<Record<string, string>> {
  if (bearer !== undefined) return { ...headers, authorization: `Bearer ${bearer}` };
  if (basic !== undefined) return { ...headers, authorization: `Basic ${Buffer.from(basic).toString('base64')}` };
  return headers;
}

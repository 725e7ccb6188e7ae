import type { IncomingMessage } from 'node:http';

/** The whole body as text; `too-large` beyond the limit (bytes), `cut` when the sender went away. Never keeps more than the limit. */
export async function readBody(
  request: IncomingMessage,
  limit: number,
): Promise<{ readonly text: string } | 'too-large' | 'cut'> {
  if (Number(request.headers['content-length'] ?? 0) > limit) {
    request.resume();
    return 'too-large';
  }
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > limit) return 'too-large';
      parts.push(part);
    }
  } catch {
    return 'cut';
  }
  return { text: Buffer.concat(parts).toString('utf8') };
}

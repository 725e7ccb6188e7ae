import { checkUrl } from './dialect.ts';
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { Path } from './path.ts';
import type { Source } from './schema.ts';

const secretHeader = /authorization|cookie|token|secret|api-?key|password/i;

/** No secret may stand in the file: neither in a URL nor in a header. */
export function checkSource(source: Source, at: Path): readonly Doubt[] {
  const doubts: Doubt[] = [];
  if (source.kind === 'prometheus') doubts.push(...checkUrl(source.url, [...at, 'url']));
  for (const name of Object.keys(source.auth?.headers ?? {})) {
    if (!secretHeader.test(name)) continue;
    const cure = "name an environment variable in 'bearer:' or 'basic:'";
    doubts.push(doubt([...at, 'auth', 'headers', name], 'key', 'looks like a secret in the file', cure));
  }
  if (source.auth?.bearer !== undefined && source.auth.basic !== undefined) {
    doubts.push(doubt([...at, 'auth'], 'key', "has both 'bearer' and 'basic'", 'keep one'));
  }
  return doubts;
}

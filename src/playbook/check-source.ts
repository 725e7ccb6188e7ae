import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { Path } from './path.ts';
import type { Source } from './schema.ts';
import { readMatchers } from './selector.ts';

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

/** Arms of a server are label matchers; arms of bare /metrics pages are the pages. */
export function checkArm(source: Source, arm: string, at: Path): readonly Doubt[] {
  switch (source.kind) {
    case 'openmetrics':
      if (/^https?:\/\//.test(arm) && URL.canParse(arm)) return checkUrl(arm, at);
      return [
        doubt(
          at,
          'value',
          'is not a URL, and its source is openmetrics',
          'write the URL of its /metrics, such as http://canary:8080/metrics',
        ),
      ];
    case 'prometheus': {
      if (/^https?:\/\//.test(arm)) {
        return [
          doubt(at, 'value', 'is a URL, and its source is prometheus', 'write label matchers, such as track="canary"'),
        ];
      }
      const read = readMatchers(arm);
      return 'cure' in read
        ? [doubt(at, 'value', `${read.message}, at column ${read.column} of the matchers`, read.cure)]
        : [];
    }
  }
}

function checkUrl(url: string, at: Path): readonly Doubt[] {
  const { username, password } = new URL(url);
  if (username === '' && password === '') return [];
  return [doubt(at, 'key', 'holds a user or password', "leave them out and name a variable in 'auth:'")];
}

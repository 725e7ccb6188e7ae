import { checkFileSource, checkJsonSource } from './dialect-data.ts';
import { checkUrl } from './dialect.ts';
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { Path } from './path.ts';
import type { Source } from './schema.ts';

const secretHeader = /authorization|cookie|token|secret|api-?key|password/i;

/** No secret may stand in the file: neither in a URL nor in a header. */
export function checkSource(source: Source, at: Path): readonly Doubt[] {
  const doubts: Doubt[] = [];
  if ('url' in source && source.url !== undefined) doubts.push(...checkUrl(source.url, [...at, 'url']));
  doubts.push(...checkParts(source, at));
  const auth = 'auth' in source ? source.auth : undefined;
  for (const name of Object.keys(auth?.headers ?? {})) {
    if (!secretHeader.test(name)) continue;
    const cure = "name an environment variable in 'bearer:' or 'basic:'";
    doubts.push(doubt([...at, 'auth', 'headers', name], 'key', 'looks like a secret in the file', cure));
  }
  if (auth?.bearer !== undefined && auth.basic !== undefined) {
    doubts.push(doubt([...at, 'auth'], 'key', "has both 'bearer' and 'basic'", 'keep one'));
  }
  return doubts;
}

/** What fits together only in some ways. */
function checkParts(source: Source, at: Path): readonly Doubt[] {
  if (source.kind === 'influxdb' && (source.org === undefined) === (source.database === undefined)) {
    const message = source.org === undefined ? "has neither 'org' nor 'database'" : "has both 'org' and 'database'";
    return [doubt(at, 'key', message, "write 'org:' for InfluxDB 2 (Flux) or 'database:' for InfluxDB 3 (SQL)")];
  }
  if (source.kind === 'cloudwatch' && source.period % 60_000 !== 0)
    return [doubt([...at, 'period'], 'value', 'is not a whole number of minutes', 'write 60s, 120s or 5m')];
  if (source.kind === 'json') return checkJsonSource(source, at);
  if (source.kind === 'file') return checkFileSource(source, at);
  return [];
}

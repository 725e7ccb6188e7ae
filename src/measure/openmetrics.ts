import type { Labels, Point } from './point.ts';

/** The page as points, or the first thing that is wrong with it: half a page is no page. */
export type Exposition =
  | { readonly kind: 'points'; readonly points: readonly Point[] }
  | { readonly kind: 'broken'; readonly line: number; readonly why: string };

export interface ExpositionLimits {
  readonly characters: number;
  readonly points: number;
}

const LIMITS: ExpositionLimits = { characters: 32_000_000, points: 500_000 };
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const PAIR = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,?)\s*/y;
const NUMBER = /^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)$/;

/**
 * Reads the Prometheus text format and OpenMetrics 1.0 (counters, gauges, `_bucket{le=}`; exemplars are skipped).
 * `now` (epoch ms) is the time of samples that carry none. `openmetrics`: stamps are seconds, and `# EOF` must end the page;
 * else stamps are milliseconds. Formats: prometheus.io/docs/instrumenting/exposition_formats and openmetrics.io.
 */
export function parseExposition(
  text: string,
  now: number,
  openmetrics: boolean,
  limits: ExpositionLimits = LIMITS,
): Exposition {
  if (text.length > limits.characters)
    return { kind: 'broken', line: 0, why: `the page has ${text.length} characters, more than ${limits.characters}` };
  const points: Point[] = [];
  let ended = false;
  let number = 0;
  for (const raw of text.split('\n')) {
    number += 1;
    const line = raw.trim();
    if (line === '# EOF') ended = true;
    if (line === '' || line.startsWith('#')) continue;
    if (openmetrics && ended) return { kind: 'broken', line: number, why: 'samples after # EOF' };
    const point = pointOf(line, now, openmetrics ? 1000 : 1);
    if (typeof point === 'string') return { kind: 'broken', line: number, why: point };
    points.push(point);
    if (points.length > limits.points)
      return { kind: 'broken', line: number, why: `more than ${limits.points} samples; expose fewer series` };
  }
  if (openmetrics && !ended)
    return { kind: 'broken', line: number, why: 'the page ends without # EOF: it was cut off' };
  return { kind: 'points', points };
}

/** One line as a point, or what is wrong with it. */
function pointOf(line: string, now: number, stampToMs: number): Point | string {
  NAME.lastIndex = 0;
  const name = NAME.exec(line)?.[0];
  if (name === undefined) return `expected a metric name at '${line.slice(0, 40)}'`;
  const labelled = labelsOf(line, name);
  if (typeof labelled === 'string') return labelled;
  const [value, stamp, ...rest] = line.slice(labelled.end).trim().split(/\s+/);
  const parsed = numberOf(value ?? '');
  if (parsed === null) return `'${(value ?? '').slice(0, 40)}' is not a number for ${name}`;
  if (stamp === undefined || stamp === '#') return { labels: labelled.labels, value: parsed, at: now };
  const at = numberOf(stamp);
  if (at === null || !Number.isFinite(at)) return `'${stamp.slice(0, 40)}' is not a time stamp for ${name}`;
  if (rest.length > 0 && rest[0] !== '#') return `text after the time stamp of ${name}`;
  return { labels: labelled.labels, value: parsed, at: at * stampToMs };
}

function labelsOf(line: string, name: string): { readonly labels: Labels; readonly end: number } | string {
  const labels: Record<string, string> = { __name__: name };
  let end = name.length;
  while (line[end] === ' ' || line[end] === '\t') end += 1;
  if (line[end] !== '{') return { labels, end };
  end += 1;
  while (line[end] === ' ') end += 1;
  let more = true;
  while (line[end] !== '}') {
    PAIR.lastIndex = end;
    const [all, label, value, comma] = PAIR.exec(line) ?? [];
    if (all === undefined || label === undefined || value === undefined || !more) return `unreadable labels of ${name}`;
    if (Object.hasOwn(labels, label)) return `label ${label} of ${name} appears twice`;
    Object.defineProperty(labels, label, { value: unescape(value), enumerable: true });
    end += all.length;
    more = comma === ',';
  }
  return { labels, end: end + 1 };
}

function unescape(value: string): string {
  return value.replaceAll(/\\(.)/g, (all, c: string) => (c === 'n' ? '\n' : c === '"' || c === '\\' ? c : all));
}

/** Numbers as both formats write them, NaN and the infinities among them; null for anything else. */
export function numberOf(text: string): number | null {
  const special = text.toLowerCase().replace(/^\+/, '');
  if (special === 'nan') return NaN;
  if (special === 'inf' || special === 'infinity') return Infinity;
  if (special === '-inf' || special === '-infinity') return -Infinity;
  return NUMBER.test(text) ? Number(text) : null;
}

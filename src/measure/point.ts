import type { Missing } from './sample.ts';

export type Labels = Readonly<Record<string, string>>;

/** One raw sample as a source gave it. `labels` holds the metric's name under `__name__`. */
export interface Point {
  readonly labels: Labels;
  readonly value: number;
  /** Epoch ms at which the sample was taken. */
  readonly at: number;
}

/** What a selector found: points (perhaps none, from a source that did answer), or why nobody knows. */
export type Found = { readonly kind: 'points'; readonly points: readonly Point[] } | Missing;

/** `name{a="x",b="y"}` with sorted labels: the same series has the same text at every look. */
export function seriesId(labels: Labels, without: readonly string[] = []): string {
  const pairs = Object.keys(labels)
    .filter((name) => name !== '__name__' && !without.includes(name))
    .sort()
    .map((name) => `${name}=${JSON.stringify(labels[name])}`);
  const metric = without.includes('__name__') ? '' : (labels['__name__'] ?? '');
  return `${metric}{${pairs.join(',')}}`;
}

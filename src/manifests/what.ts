/** What a version in a manifest is about, for people who ask what ran. */
import type { Version } from './versions.ts';

export type What = 'image' | 'model' | 'prompt' | 'flag' | 'schema' | 'data' | 'traffic' | 'other';

/** In the order in which they are told. */
export const WHATS: readonly What[] = ['image', 'model', 'prompt', 'flag', 'schema', 'data', 'other', 'traffic'];

/** Judged by the value where it says so itself, else by the name of the key. */
export function whatOf({ key, value, moves }: Pick<Version, 'key' | 'value' | 'moves'>): What {
  if (moves === 'traffic') return 'traffic';
  if (/^prompts:/.test(value)) return 'prompt';
  if (/^(models|runs|mlflow-artifacts|hf):/.test(value)) return 'model';
  const name = key.replace(/\]\.value$/, ']');
  if (/(^|\.)flags(\.|\[)/.test(name)) return 'flag';
  if (/(^|[.)])(image|newTag|newName)$|(^|[.)])images\[|\w*image\.(tag|digest|repository|registry)$/i.test(name))
    return 'image';
  const [, quoted, chosen, bare] = /(?:\["([^"]+)"\]|\[\w+=([^\]]+)\]|([^.[\]]+))$/.exec(name) ?? [];
  const last = quoted ?? chosen ?? bare ?? name;
  if (/prompt/i.test(last)) return 'prompt';
  if (/model|storageUris?\b/i.test(last) || /(^|\.)(model|predictor)\b.*(storageUris?|uri|name)/i.test(name))
    return 'model';
  return 'other';
}

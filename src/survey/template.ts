/** The placeholders of an ApplicationSet, as far as they only name what a generator found. */

export type Parameters = ReadonlyMap<string, string>;

/** The text with every placeholder filled in; null where one is not a plain name. */
export function filled(template: string, parameters: Parameters): string | null {
  const holes = [...template.matchAll(PLACEHOLDER)].map(([, expression = '']) => parameters.get(nameOf(expression)));
  if (holes.includes(undefined)) return null;
  let next = 0;
  return template.replaceAll(PLACEHOLDER, () => holes[next++] ?? '');
}

const PLACEHOLDER = /\{\{-?\s*(.*?)\s*-?\}\}/g;

/** `.path.basename`, `path.basename` and `index .path.segments 1`, `path[1]` are two spellings of the same. */
function nameOf(expression: string): string {
  const indexed = /^index \.?path\.segments (\d+)$/.exec(expression)?.[1];
  if (indexed !== undefined) return `path[${indexed}]`;
  const name = expression.replace(/^\./, '').replace(/\s*\|\s*(quote|normalize)$/, '');
  return name === 'path.path' ? 'path' : name;
}

/** What the Git generator gives for a folder. */
export function folderParameters(folder: string): Parameters {
  const segments = folder.split('/');
  return new Map([
    ['path', folder],
    ['path.basename', segments.at(-1) ?? folder],
    ['path.basenameNormalized', (segments.at(-1) ?? folder).replaceAll(/[^a-z0-9-]/gi, '-')],
    ...segments.map((segment, i): [string, string] => [`path[${i}]`, segment]),
  ]);
}

/** True where the folder is what a pattern such as `apps/*` asks for; a `*` stays inside one folder. */
export function matches(pattern: string, path: string): boolean {
  const parts = pattern.replace(/\/+$/, '').split('/');
  const steps = path.split('/');
  const from = (p: number, s: number): boolean => {
    const part = parts[p];
    if (part === undefined) return s === steps.length;
    if (part === '**') return from(p + 1, s) || (s < steps.length && from(p, s + 1));
    const step = steps[s];
    return step !== undefined && isLike(part, step) && from(p + 1, s + 1);
  };
  return from(0, 0);
}

function isLike(pattern: string, word: string): boolean {
  const escaped = pattern.split('*').map((part) => part.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${escaped.join('[^/]*')}$`).test(word);
}

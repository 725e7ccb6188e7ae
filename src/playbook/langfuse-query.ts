/**
 * What is asked of Langfuse, in a line. Grammar:
 *
 *     query  := "score" name [ compare ] | "observations" [ measure compare ] | "avg" "score" name
 *     compare:= "<" number | ">" number | "=" ("true" | "false" | text)
 *     measure:= latency | timeToFirstToken | totalCost | totalTokens
 *
 * `score quality < 0.5` counts numeric scores, `score correct = false` boolean ones, `score verdict = wrong` categorical ones,
 * `score quality` all of a name; a name with blanks stands in quotes. `observations latency > 2000` counts slow calls (ms).
 */
export type LangfuseView = 'scores-numeric' | 'scores-boolean' | 'scores-categorical' | 'observations';

export type LangfuseValue =
  | { readonly kind: 'number'; readonly measure: string; readonly op: '<' | '>'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'category'; readonly value: string };

export interface LangfuseQuery {
  /** count: how many; avg: their mean, a gauge. */
  readonly what: 'count' | 'avg';
  readonly of: 'score' | 'observations';
  /** Name of the score; null for observations. */
  readonly name: string | null;
  readonly only: LangfuseValue | null;
}

export interface BadQuery {
  readonly message: string;
  readonly cure: string;
}

const WORDS = /"([^"]*)"|'([^']*)'|([<>=]=?)|([^\s<>="']+)/g;
const MEASURES: readonly string[] = ['latency', 'timeToFirstToken', 'totalCost', 'totalTokens'];
const EXAMPLE = 'score quality < 0.5, score correct = false, avg score quality or observations latency > 2000';

export function readLangfuseQuery(text: string): LangfuseQuery | BadQuery {
  const words = Array.from(text.matchAll(WORDS), (m) => m[1] ?? m[2] ?? m[3] ?? m[4] ?? '');
  const what = words[0] === 'avg' ? 'avg' : 'count';
  const [of, ...rest] = what === 'avg' ? words.slice(1) : words;
  if (of === 'observations') return observations(rest, what);
  if (of !== 'score')
    return { message: `should begin with score, avg score or observations`, cure: `write ${EXAMPLE}` };
  const [name, op, value, ...more] = rest;
  if (name === undefined || /^[<>=]/.test(name))
    return { message: 'does not name the score', cure: `write ${EXAMPLE}` };
  if (op === undefined) return { what, of, name, only: null };
  if (what === 'avg')
    return { message: 'compares an average', cure: `write avg score ${name}, and the limit after 'if:'` };
  if (value === undefined || more.length > 0)
    return { message: `should end after one comparison`, cure: `write ${EXAMPLE}` };
  const only = comparison('value', op, value);
  return 'cure' in only ? only : { what, of, name, only };
}

function observations(rest: readonly string[], what: LangfuseQuery['what']): LangfuseQuery | BadQuery {
  if (what === 'avg')
    return { message: 'asks for an average of observations', cure: 'count them: observations latency > 2000' };
  const [measure, op, value, ...more] = rest;
  if (measure === undefined) return { what, of: 'observations', name: null, only: null };
  if (!MEASURES.includes(measure))
    return { message: `has the unknown measure '${measure}'`, cure: `write ${MEASURES.join(', ')}` };
  if (op === undefined || value === undefined || more.length > 0)
    return { message: `should compare ${measure} with one number`, cure: `write observations ${measure} > 2000` };
  const only = comparison(measure, op, value);
  if ('cure' in only) return only;
  return only.kind === 'number'
    ? { what, of: 'observations', name: null, only }
    : { message: 'compares a measure with a word', cure: `write observations ${measure} > 2000` };
}

function comparison(measure: string, op: string, value: string): LangfuseValue | BadQuery {
  if (op === '=') {
    if (value === 'true' || value === 'false') return { kind: 'boolean', value: value === 'true' };
    return { kind: 'category', value };
  }
  if (op !== '<' && op !== '>') return { message: `'${op}' is not a comparison here`, cure: "write '<', '>' or '='" };
  const number = Number(value);
  if (Number.isFinite(number)) return { kind: 'number', measure, op, value: number };
  return { message: `'${value}' is not a number`, cure: `write ${measure} ${op} 0.5` };
}

/** How an arm is told apart: `name@version` of a prompt, or `key=value` pairs that must all hold. */
export type LangfuseArm = readonly { readonly key: keyof typeof ARM_COLUMNS; readonly value: string }[];

/** Columns of the filters: of scores, of observations. */
export const ARM_COLUMNS = {
  prompt: ['observationPromptName', 'promptName'],
  'prompt-version': ['observationPromptVersion', 'promptVersion'],
  release: ['traceRelease', 'release'],
  version: ['traceVersion', 'version'],
  model: ['observationModelName', 'providedModelName'],
  observation: ['observationName', 'name'],
} as const satisfies Record<string, readonly [string, string]>;

export function readLangfuseArm(text: string): LangfuseArm | BadQuery {
  const prompt = /^([^@=,]+)@([0-9]{1,9})$/.exec(text.trim());
  const [, name, version] = prompt ?? [];
  if (name !== undefined && version !== undefined)
    return [
      { key: 'prompt', value: name.trim() },
      { key: 'prompt-version', value: version },
    ];
  const filters: { key: keyof typeof ARM_COLUMNS; value: string }[] = [];
  for (const part of text.split(',')) {
    const [key = '', value = '', ...more] = part.split('=').map((each) => each.trim());
    const known = Object.keys(ARM_COLUMNS);
    if (value === '' || more.length > 0)
      return {
        message: `'${part.trim().slice(0, 60)}' is no arm`,
        cure: 'write a prompt as summarise@7, or release=abc123',
      };
    if (!isArmKey(key)) return { message: `'${key}' cannot tell arms apart`, cure: `write ${known.join(', ')}` };
    filters.push({ key, value });
  }
  return filters;
}

function isArmKey(key: string): key is keyof typeof ARM_COLUMNS {
  return Object.hasOwn(ARM_COLUMNS, key);
}

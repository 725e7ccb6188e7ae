/** What lint can tell about the words of sources of evaluation data: paths, metric keys, scores. */
import { readDataPath } from './data-path.ts';
import type { QueryText } from './dialect.ts';
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import { readLangfuseArm, readLangfuseQuery } from './langfuse-query.ts';
import type { Path } from './path.ts';
import type { Source } from './schema-source.ts';
import { checkTemplate } from './template.ts';

type Of<K extends Source['kind']> = Extract<Source, { readonly kind: K }>;

export function checkDataPath({ text, at }: Pick<QueryText, 'text' | 'at'>): readonly Doubt[] {
  const path = readDataPath(text);
  if (!('cure' in path)) return [];
  return [doubt(at, 'value', `${path.message}, at column ${path.column} of the path`, path.cure)];
}

export function checkJsonArm(arm: string, at: Path): readonly Doubt[] {
  if (arm.trim() === '') return [doubt(at, 'value', 'is blank', 'write what takes the place of {{arm}} in the url')];
  return arm.includes('{{') ? [doubt(at, 'value', 'has braces', 'write only what takes the place of {{arm}}')] : [];
}

export function checkFileArm(arm: string, at: Path, source: Of<'file'>): readonly Doubt[] {
  const blank = checkJsonArm(arm, at);
  if (blank.length > 0 || !source.path.includes('{{arm}}')) return blank;
  if (!/[/\\]/.test(arm) && arm !== '.' && arm !== '..') return [];
  return [
    doubt(at, 'value', 'is a way to another folder', 'write one name, and the folders in the path of the source'),
  ];
}

/** The parts of a json or file source that only make sense together. */
export function checkJsonSource(source: Of<'json'>, at: Path): readonly Doubt[] {
  const { url, body = '', method, counts } = source;
  const doubts: Doubt[] = [];
  if (body !== '' && method === 'GET')
    doubts.push(doubt([...at, 'body'], 'key', 'is never sent with GET', "add 'method: POST'"));
  const all = `${url} ${body}`;
  const times = counts === 'span' ? (['from', 'to'] as const) : [];
  const arm = source['arm-column'] !== undefined && !all.includes('{{arm}}') ? '{{arm}}' : '';
  const rules = { required: times, optional: ['from', 'to'] as const, example: 'https://evals.example.com/v1/{{arm}}' };
  doubts.push(...checkTemplate({ text: `${all}${arm}`, at: [...at, 'url'] }, rules));
  if (counts === 'running' && /\{\{(from|to)\}\}/.test(all))
    doubts.push(doubt([...at, 'counts'], 'value', 'is running, and the url asks for a span', "write 'counts: span'"));
  return [...doubts, ...checkPaths(source, at)];
}

export function checkFileSource(source: Of<'file'>, at: Path): readonly Doubt[] {
  const { path } = source;
  const place = [...at, 'path'];
  if (/^([/\\~]|[A-Za-z]:)/.test(path) || path.split(/[/\\]/).includes('..'))
    return [
      doubt(place, 'value', 'leads out of the working directory', 'write it from there, such as results/{{arm}}.json'),
    ];
  const arm = source['arm-column'] !== undefined && !path.includes('{{arm}}') ? '{{arm}}' : '';
  const rules = { example: 'results/{{arm}}.jsonl; or name the column of the arm in arm-column:' };
  return [...checkTemplate({ text: `${path}${arm}`, at: place }, rules), ...checkPaths(source, at)];
}

function checkPaths(source: Of<'json'> | Of<'file'>, at: Path): readonly Doubt[] {
  return (['time', 'rows', 'id', 'arm-column'] as const).flatMap((key) => {
    const text = source[key];
    return text === undefined ? [] : checkDataPath({ text, at: [...at, key] });
  });
}

/** Langfuse knows counts and averages. It has no sum of squares, and no single scores for each input. */
export function checkLangfuse({ key, text, at }: QueryText): readonly Doubt[] {
  const query = readLangfuseQuery(text);
  if ('cure' in query) return [doubt(at, 'value', query.message, query.cure)];
  if (key === 'gauge' && query.what === 'count')
    return [doubt(at, 'value', 'is a count', "write avg score quality, or count with 'bad:' and 'total:'")];
  if (key !== 'gauge' && query.what === 'avg')
    return [doubt(at, 'value', 'is an average, and counts are asked', `write score ${query.name ?? 'quality'} < 0.5`)];
  if (key !== 'total' && key !== 'gauge' && query.only === null)
    return [doubt(at, 'value', 'counts them all', 'say which are meant, such as score quality < 0.5')];
  return [];
}

export function checkLangfuseArm(arm: string, at: Path): readonly Doubt[] {
  const read = readLangfuseArm(arm);
  return 'cure' in read ? [doubt(at, 'value', read.message, read.cure)] : [];
}

/** Metric keys are free text; pairs are of one step. */
export function checkMlflow({ key, text, at }: QueryText): readonly Doubt[] {
  if (key === 'pair-by' && text !== 'step')
    return [doubt(at, 'value', 'is not what MLflow numbers its values by', 'write pair-by: step')];
  return text.trim() === text ? [] : [doubt(at, 'value', 'has blanks around it', `write ${text.trim()}`)];
}

export function checkMlflowArm(arm: string, at: Path): readonly Doubt[] {
  if (/^[0-9a-zA-Z_-]{1,64}$/.test(arm) || /^[^/@]+[/@][^/@]+$/.test(arm)) return [];
  const cure = 'write a run id, fraud/12 or fraud@challenger';
  return [doubt(at, 'value', 'is neither a run nor a model version', cure)];
}

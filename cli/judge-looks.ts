/** The looks of one release out of lines of `lastgood judge`. */
import { RollbackError, messageOf } from '../src/errors.ts';
import type { Rules } from '../src/judge/judge.ts';
import type { Look, Sample } from '../src/measure/sample.ts';
import { parseLine, sampleOf, segmentsOf, type Line } from './judge-line.ts';

type Segments = Record<string, Readonly<Record<string, Sample>>>;

export const RECORDING = 'Name a recording of lastgood gate --record FILE, or lines as lastgood judge reads them.';

/** `release` null: the only one in the text. Throws input-invalid, naming the line, or the releases to choose from. */
export function looksOf(
  { file, text }: { readonly file: string; readonly text: string },
  rules: Rules,
  release: string | null,
): { readonly release: string; readonly looks: readonly Look[] } {
  const known = new Map(rules.triggers.map((rule) => [rule.name, rule]));
  const lines = text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [parsed(line, `${file}:${i + 1}`)]));
  const releases = [...new Set(lines.map((line) => line.release))];
  if (releases.length === 0)
    throw new RollbackError('input-invalid', `${file} is empty: it holds no look of any release`, { hint: RECORDING });
  const chosen = release ?? (releases.length === 1 ? releases[0] : undefined);
  if (chosen === undefined || !releases.includes(chosen))
    throw new RollbackError(
      'input-invalid',
      `${release === null ? `${file} has ${releases.length} releases` : `${file} has no release '${release}'`}: ${releases.slice(0, 20).join(', ')}${releases.length > 20 ? ' ...' : ''}`,
      { hint: 'Name one of them with --release.' },
    );
  const byTime = new Map<number, { readonly samples: Record<string, Sample>; readonly segments: Segments }>();
  for (const line of lines) {
    const rule = known.get(line.metric);
    if (line.release !== chosen || rule === undefined) continue;
    const seen = byTime.get(line.t) ?? { samples: {}, segments: {} };
    const sample = sampleOf(line, rule.question.bad);
    seen.samples[line.metric] = sample;
    if (rule.segments !== null) seen.segments[line.metric] = segmentsOf(sample);
    byTime.set(line.t, seen);
  }
  const looks = Array.from(byTime, ([t, seen]) => ({ t, ...seen })).sort((a, b) => a.t - b.t);
  return { release: chosen, looks };
}

function parsed(text: string, place: string): Line {
  try {
    return parseLine(text);
  } catch (cause) {
    const why = messageOf(cause);
    throw new RollbackError('input-invalid', `${place}: ${why}`, { cause, hint: RECORDING });
  }
}

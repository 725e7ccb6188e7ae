/** The answers to `/whatran` and `/gate status`. */
import type { Line } from '../ledger/entry.ts';
import { decisionWord, type GateNote } from './check-run.ts';
import { code, inline } from './escape.ts';
import { instant, short } from './numbers.ts';

export interface RanView {
  readonly service: string;
  readonly environment: string;
  readonly revision: string;
  readonly title: string;
  readonly author: string;
  readonly because: string;
  readonly versions: readonly { readonly path: string; readonly key: string; readonly value: string }[];
  readonly known: readonly Pick<Line, 'at' | 'kind' | 'because'>[];
}

const ROWS = 40;

/** Each version with the file and key it was read from: the answer says where it comes from. */
export function ranComment(view: RanView): string {
  const rows = view.versions
    .slice(0, ROWS)
    .map(({ path, key, value }) => `| ${code(value, 200)} | ${code(key, 160)} | ${code(path, 160)} |`);
  const more = view.versions.length > ROWS ? `\n\nand ${view.versions.length - ROWS} more.` : '';
  const table =
    rows.length === 0
      ? 'No version is named in its files.'
      : ['| Version | Key | File |', '| --- | --- | --- |', ...rows].join('\n');
  const known = view.known.map((line) => `- ${instant(line.at)} ${code(line.kind)}: ${inline(line.because)}`);
  return [
    `**${inline(view.service)} in ${inline(view.environment)}: ${short(view.revision)}**, '${inline(view.title)}' by ${inline(view.author)}. ${inline(view.because)}.`,
    `${table}${more}`,
    ...(known.length === 0
      ? ['The ledger has no line about this revision.']
      : [`From the ledger:\n\n${known.join('\n')}`]),
    'This is what Git wanted; Argo CD follows within its polling interval, and a line `applied` in the ledger says when it had.',
  ]
    .join('\n\n')
    .concat('\n');
}

export function gateStatusComment(
  place: { readonly service: string; readonly environment: string },
  found: {
    readonly sha: string;
    readonly conclusion: string | null;
    readonly completedAt: string | null;
    readonly note: GateNote | null;
  } | null,
): string {
  const where = `${inline(place.service)} in ${inline(place.environment)}`;
  if (found === null) return `No gate of ${where} is found on the newest commits of the default branch.\n`;
  const { sha, conclusion, completedAt, note } = found;
  if (note === null) {
    const state =
      completedAt === null
        ? 'is still looking'
        : `ended as ${inline(conclusion ?? 'unknown')} without a verdict of its own`;
    return `The gate of ${where} at ${short(sha)} ${state}.\n`;
  }
  return `**${decisionWord(note.decision)}**: the gate of ${where} at ${short(sha)}, ${instant(note.detectedAt)}: ${inline(note.because)}.\n`;
}

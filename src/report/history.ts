/** The answers to `/whatran` and `/gate status`. */
import type { Line } from '../ledger/entry.ts';
import { decisionWord, type GateNote } from './check-run.ts';
import { code, inline } from './escape.ts';
import { instant, short } from './numbers.ts';

/** One answer with where it was read. */
export interface AnswerView {
  readonly what: string;
  readonly name: string;
  readonly value: string | null;
  readonly digest: string | null;
  readonly sources: readonly SourceView[];
  readonly warning: string | null;
}

type SourceView =
  | { readonly kind: 'git'; readonly file: string; readonly key: string }
  | { readonly kind: 'playbook'; readonly registry: string }
  | { readonly kind: 'ledger'; readonly line: number; readonly at: string }
  | { readonly kind: 'registry'; readonly registry: string };

export interface RanView {
  readonly service: string;
  readonly environment: string;
  readonly revision: string;
  readonly title: string;
  readonly author: string;
  readonly because: string;
  readonly answers: readonly AnswerView[];
  readonly known: readonly Pick<Line, 'at' | 'kind' | 'because'>[];
}

const ROWS = 40;

/** Each answer says where it comes from. */
export function ranComment(view: RanView): string {
  const rows = view.answers.slice(0, ROWS).map((answer) => {
    const warning = answer.warning === null ? '' : `. ${inline(answer.warning, 200)}`;
    return `| ${inline(answer.what)} | ${code(valueOf(answer), 240)} | ${sourcesOf(answer)
      .map((text) => code(text, 240))
      .join(', ')}${warning} |`;
  });
  const more = view.answers.length > ROWS ? `\n\nand ${view.answers.length - ROWS} more.` : '';
  const table =
    rows.length === 0
      ? 'No version is named in its files.'
      : ['| What | Version | Source |', '| --- | --- | --- |', ...rows].join('\n');
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

/** `fraud@champion: 7`, or the version alone where its name says nothing more. */
export function valueOf({ what, name, value, digest }: AnswerView): string {
  if (what === 'image') return digest === null || name.includes(digest) ? name : `${name}@${digest}`;
  return `${name}: ${value ?? 'unknown'}`;
}

export function sourcesOf({ sources }: AnswerView): readonly string[] {
  return sources.map((source) => {
    switch (source.kind) {
      case 'git':
        return `${source.file} ${source.key}`;
      case 'playbook':
        return `playbook, registry ${source.registry}`;
      case 'ledger':
        return `ledger line ${source.line} of ${source.at}`;
      case 'registry':
        return `registry ${source.registry}, today`;
    }
  });
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
  const what = note.role === undefined ? 'gate' : `gate of the ${note.role}`;
  return `**${decisionWord(note.decision, note.role)}**: the ${what} of ${where} at ${short(sha)}, ${instant(note.detectedAt)}: ${inline(note.because)}.\n`;
}

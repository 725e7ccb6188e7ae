/** The help text: a table of what the command parser accepts. The parser owns the list; this owns the words around it. */
import { code } from './escape.ts';

export interface Usage {
  /** As typed, such as `/rollback plan [service] [environment]`. */
  readonly syntax: string;
  /** Our own Markdown. */
  readonly does: string;
}

export function helpComment(usages: readonly Usage[]): string {
  return [
    'A command stands alone at the start of a line, in a new comment; quotes, code and edited comments are not read.',
    [
      '| Command | What it does |',
      '| --- | --- |',
      ...usages.map((usage) => `| ${code(usage.syntax)} | ${usage.does} |`),
    ].join('\n'),
  ]
    .join('\n\n')
    .concat('\n');
}

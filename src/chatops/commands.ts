import type { Usage } from '../report/help.ts';

/** What a comment asks for. `words` are not yet told apart: what is a service is known only with a playbook. */
export type Command =
  | { readonly kind: 'rollback'; readonly words: readonly string[] }
  | { readonly kind: 'plan'; readonly words: readonly string[] }
  | { readonly kind: 'confirm'; readonly hash: string }
  | { readonly kind: 'status' }
  | { readonly kind: 'help' };

/** Every command, once: the parser, the help text and the docs read this table. */
const TABLE = {
  rollback: {
    syntax: '/rollback [service] [environment] [to <sha|tag|time|version>] [reason...]',
    does: 'Brings the service back to the last good revision, or to the one named',
  },
  plan: {
    syntax: '/rollback plan [service] [environment] [to <sha|tag|time|version>]',
    does: 'Shows what a rollback would change, with its hash; changes nothing',
  },
  confirm: { syntax: '/rollback confirm <hash>', does: 'Runs exactly the plan with this hash' },
  status: { syntax: '/rollback status', does: 'Shows the rollbacks under way' },
  help: { syntax: '/rollback help', does: 'Shows this table' },
} as const satisfies Record<Command['kind'], Usage>;

/** For the help comment and the docs. */
export const usages: readonly Usage[] = Object.values(TABLE);

/** The words that may follow `/rollback` and are no service. */
export const VERBS = ['plan', 'confirm', 'status', 'help'] as const satisfies readonly Command['kind'][];
export type Verb = (typeof VERBS)[number];

export function isVerb(word: string): word is Verb {
  return VERBS.some((verb) => verb === word);
}

/** The commands as a Markdown table. */
export function commandTable(): string {
  const rows = usages.map(({ syntax, does }) => [`\`${syntax.replaceAll('|', '\\|')}\``, does] as const);
  const width = (column: 0 | 1, head: string): number =>
    Math.max(head.length, ...rows.map((row) => row[column].length));
  const [left, right] = [width(0, 'Comment'), width(1, 'What it does')];
  const line = (a: string, b: string): string => `| ${a.padEnd(left)} | ${b.padEnd(right)} |`;
  return [
    line('Comment', 'What it does'),
    `| ${'-'.repeat(left)} | ${'-'.repeat(right)} |`,
    ...rows.map(([a, b]) => line(a, b)),
  ].join('\n');
}

import type { Usage } from '../report/help.ts';

/** What a comment asks for. `words` are not yet told apart: what is a service is known only with a playbook. */
export type Command =
  | { readonly kind: Worded; readonly words: readonly string[] }
  | { readonly kind: 'confirm'; readonly hash: string }
  | { readonly kind: 'status' | 'help' };

/** Commands whose words name places of the playbook. */
type Worded =
  | 'rollback'
  | 'plan'
  | 'cancel'
  | 'hold'
  | 'resume'
  | 'freeze'
  | 'unfreeze'
  | 'release'
  | 'gate'
  | 'whatran'
  | 'false-alarm';

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
  cancel: {
    syntax: '/rollback cancel [service] [environment] [reason...]',
    does: 'Closes the rollback that is not merged yet',
  },
  status: { syntax: '/rollback status', does: 'Shows the rollbacks under way, the holds and the freezes' },
  help: { syntax: '/rollback help', does: 'Shows this table' },
  hold: {
    syntax: '/hold [service] [environment] [until <time|duration>] [reason...]',
    does: 'Stops automatic rollbacks there, or everywhere; `/rollback` still works',
  },
  resume: { syntax: '/resume [service] [environment] [reason...]', does: 'Allows automatic rollbacks again' },
  freeze: {
    syntax: '/freeze [service] [environment] [until <time|duration>] [reason...]',
    does: 'Fails the check of every change there, or everywhere; a rollback passes',
  },
  unfreeze: { syntax: '/unfreeze [service] [environment] [reason...]', does: 'Lets changes through again' },
  release: {
    syntax: '/release [service] [environment] [reason...]',
    does: 'Allows a version that was rolled back to come again',
  },
  gate: { syntax: '/gate status [service] [environment]', does: 'Shows what the newest gate said, with its numbers' },
  whatran: {
    syntax: '/whatran [service] [environment] <time|sha>',
    does: 'Shows what ran there at that time: commit, image, model, prompt, flag, schema and data, with their source',
  },
  'false-alarm': {
    syntax: '/false-alarm [service] [environment] [reason...]',
    does: 'Records that the newest rollback hit an innocent release; counts against its trigger',
  },
} as const satisfies Record<Command['kind'], Usage>;

/** For the help comment and the docs. */
export const usages: readonly Usage[] = Object.values(TABLE);

/** The words that may follow `/rollback` and are no service. */
export const VERBS = ['plan', 'confirm', 'cancel', 'status', 'help'] as const satisfies readonly Command['kind'][];
export type Verb = (typeof VERBS)[number];

export function isVerb(word: string): word is Verb {
  return VERBS.some((verb) => verb === word);
}

/** Commands that stand alone after the slash. */
export const HEADS = [
  'hold',
  'resume',
  'freeze',
  'unfreeze',
  'release',
  'gate',
  'whatran',
  'false-alarm',
] as const satisfies readonly Command['kind'][];
export type Head = (typeof HEADS)[number];

/** What a command begins with, as typed: `/rollback plan`, `/hold`, `/gate status`. */
export function opening(kind: Command['kind']): string {
  return /^(\/[a-z-]+(?: (?:plan|confirm|cancel|status|help))?)/.exec(TABLE[kind].syntax)?.[1] ?? `/${kind}`;
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

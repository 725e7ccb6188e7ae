/** What `/rollback plan` shows beside the plan: the lines that change, how long it took before, what moved since it was printed. */
import type { PastDurations } from '../ledger/durations.ts';
import { diffLines, linesIn } from '../plan/diff-lines.ts';
import { block, code, inline } from './escape.ts';
import { duration, short } from './numbers.ts';

/** A file before and after; null where it is absent, or not text. */
export interface FileTexts {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

const LINES = 40;
const CHARACTERS = 6_000;
/** Of all files together: the comment holds more than this. */
const ALL_CHARACTERS = 20_000;

/** Every file folded away, its changed lines inside; empty for no file. */
export function diffDetails(files: readonly FileTexts[]): string {
  const folded = files.slice(0, 20).map(({ path, before, after }) => {
    const lines = before === null && after === null ? ['(not text)'] : changed(before ?? '', after ?? '');
    const cut = lines.length > LINES ? [...lines.slice(0, LINES), `... ${lines.length - LINES} more lines`] : lines;
    return `${code(path, 200)}\n\n${block(cut.join('\n'), 'diff', CHARACTERS)}`;
  });
  if (folded.length === 0) return '';
  let left = ALL_CHARACTERS;
  const shown = folded.filter((file) => (left -= file.length) >= 0);
  const rest = files.length > shown.length ? [`and ${files.length - shown.length} more files`] : [];
  return `<details><summary>Lines that change</summary>\n\n${[...shown, ...rest].join('\n\n')}\n\n</details>`;
}

function changed(before: string, after: string): readonly string[] {
  const [a, b] = [linesIn(before), linesIn(after)];
  const bare = (sign: string) => (line: string) => `${sign}${line.replace(/\n$/, '')}`;
  return diffLines(a, b).flatMap(({ aStart, aEnd, bStart, bEnd }) => [
    `@@ line ${aStart + 1} @@`,
    ...a.slice(aStart, aEnd).map(bare('-')),
    ...b.slice(bStart, bEnd).map(bare('+')),
  ]);
}

/** One sentence. */
export function expectedTime({ openedToMerged, mergedToRecovered, recovered }: PastDurations): string {
  if (mergedToRecovered === null) return 'no history yet: no rollback of this repository has recovered so far';
  const seconds = (ms: number) => duration(Math.round(ms / 1000));
  const opened = openedToMerged === null ? '' : `${seconds(openedToMerged)} until the merge, `;
  return `${opened}${seconds(mergedToRecovered)} from the merge to recovered (median of ${recovered} here)`;
}

const RULES: Readonly<Record<string, string>> = {
  required_status_checks: 'the required checks have passed',
  pull_request: 'the required reviews are there',
  required_signatures: 'every commit is signed',
  required_deployments: 'the required deployments have succeeded',
  code_scanning: 'code scanning has ended',
};

/** How the pull request gets merged under these rules of the branch. */
export function routeWords(
  rules: readonly string[],
  wants: { readonly approvals: number; readonly codeOwners?: boolean },
): string {
  const people =
    wants.approvals === 0
      ? ''
      : `after ${wants.approvals} ${wants.approvals === 1 ? 'approval' : 'approvals'}${wants.codeOwners === true ? ', with the code owners' : ''}: `;
  if (rules.includes('merge_queue')) return `${people}through the merge queue, at its front where we may`;
  const waits = rules.flatMap((rule) => RULES[rule] ?? []);
  if (waits.length > 0) return `${people}merged once ${waits.join(' and ')}`;
  return `${people}direct merge, pinned to the head`;
}

export interface Moved {
  readonly from: string;
  readonly to: string;
  readonly branch: string;
  /** Commits in scope since then, newest first. */
  readonly commits: readonly { readonly sha: string; readonly title: string; readonly author: string }[];
  /** The target before and now, where it is another. */
  readonly target: { readonly from: string; readonly to: string } | null;
  /** Files that only one of the two plans changes. */
  readonly files: readonly string[];
}

/** What is different since the plan was printed, one line each. */
export function movedList({ from, to, branch, commits, target, files }: Moved): string {
  const lines = [
    ...(from === to ? [] : [`- ${inline(branch)} moved from ${short(from)} to ${short(to)}`]),
    ...commits
      .slice(0, 10)
      .map(({ sha, title, author }) => `  - ${short(sha)} ${inline(title, 120)} (${inline(author, 60)})`),
    ...(target === null ? [] : [`- the target moved from ${short(target.from)} to ${short(target.to)}`]),
    ...(files.length === 0
      ? []
      : [
          `- other files: ${files
            .slice(0, 10)
            .map((path) => code(path, 200))
            .join(', ')}`,
        ]),
  ];
  return lines.join('\n');
}

/** The history of some paths in a local clone, read by git alone: no network, no token. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { RollbackError } from '../src/errors.ts';
import type { PathCommit } from '../src/plan/changes.ts';
import { playbookError } from '../src/playbook/faults.ts';
import { parsePlaybook } from '../src/playbook/parse.ts';
import type { Playbook } from '../src/playbook/schema.ts';
import type { DeploymentRepository } from '../src/ports.ts';

/** What a question about the past reads of a repository. */
export type Past = Pick<DeploymentRepository, 'history' | 'trees' | 'texts' | 'ledger'>;

const run = promisify(execFile);
const MOST_BYTES = 256 * 1024 * 1024;
/** Between the fields of a commit, and after each: neither can stand in a message. */
const [FIELD, END] = ['\x1f', '\x1e'];

async function git(folder: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run('git', ['-C', folder, ...args], { maxBuffer: MOST_BYTES });
    return stdout;
  } catch (error) {
    throw new RollbackError('input-invalid', whyNot(folder, args[0] ?? '', error), {
      hint: 'Run it in a clone of the repository, or name one with --clone where the command takes it.',
      cause: error,
    });
  }
}

/** What git did not do, in our words where they are known. */
function whyNot(folder: string, command: string, error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n')[0] : '';
  const words = said ?? '';
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'git is not installed here';
  if (/^fatal: cannot change to /.test(words)) return `There is no folder ${folder}`;
  if (/not a git repository/.test(words)) return `${resolve(folder)} is no clone of a Git repository`;
  return `git ${command} failed in ${folder}: ${words}`;
}

/** Full sha of the branch that is checked out, or of `ref`, which `option` names. */
export async function headOf(folder: string, ref: string, option?: string): Promise<string> {
  await git(folder, ['rev-parse', '--git-dir']);
  const found = await git(folder, ['rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`]).catch(
    (cause: unknown) => {
      const named = option === undefined ? `'${ref}'` : `${option} '${ref}'`;
      throw new RollbackError('input-invalid', `${named} is no commit, tag or branch of ${resolve(folder)}`, {
        hint:
          option === undefined
            ? 'Name another revision, or fetch this one.'
            : `Name another with ${option}, or fetch this one.`,
        cause,
      });
    },
  );
  return found.trim();
}

/** Files that differ between two commits. */
export async function changedPaths(folder: string, base: string, head: string): Promise<readonly string[]> {
  const text = await git(folder, ['diff', '--name-only', '--no-renames', '-z', base, head]);
  return text.split('\0').filter((path) => path !== '');
}

/** owner/name as the remote `origin` has it; empty where there is none. */
export async function repositoryOf(folder: string): Promise<string> {
  const url = await git(folder, ['remote', 'get-url', 'origin']).catch(() => '');
  return /[:/]([\w.-]+\/[\w.-]+?)(?:\.git)?\s*$/.exec(url)?.[1] ?? '';
}

/** Text of a file at a commit; null: there is none. */
async function fileAt(folder: string, commit: string, path: string): Promise<string | null> {
  return git(folder, ['show', `${commit}:${path}`]).catch(() => null);
}

/** The playbook of a commit. Throws playbook-missing or playbook-invalid. */
export async function clonedPlaybook(folder: string, commit: string): Promise<Playbook> {
  for (const path of ['lastgood.yml', '.github/lastgood.yml']) {
    const text = await fileAt(folder, commit, path);
    if (text === null) continue;
    const parsed = parsePlaybook(text, path);
    if (!parsed.ok) throw playbookError(parsed.faults);
    return parsed.playbook;
  }
  throw new RollbackError('playbook-missing', `There is no lastgood.yml at ${commit.slice(0, 7)}`);
}

/** A clone does not know pull requests: what landed is followed along the first parents, so that a merge is one change. */
export function localPast(folder: string): Past {
  return {
    async history(paths, head) {
      const format = ['%H', '%P', '%an', '%cI', '%B'].join('%x1f');
      const text = await git(folder, [
        'log',
        '--first-parent',
        '-m',
        `--format=${format}%x1e`,
        head,
        '--',
        ...paths.map((path) => `:(literal)${path}`),
      ]);
      return text.split(END).flatMap((record): readonly PathCommit[] => {
        const [sha = '', parents = '', author = '', at = '', message = ''] = record.trimStart().split(FIELD);
        if (sha === '') return [];
        const committedAt = new Date(at).toISOString();
        return [
          {
            sha,
            parents: parents.split(' ').filter((one) => one !== ''),
            message: message.trimEnd(),
            author,
            committedAt,
            pull: null,
          },
        ];
      });
    },
    async trees(paths, revisions) {
      const read = revisions.map(async (revision) => {
        const text = await git(folder, ['ls-tree', '-r', '-z', '--full-tree', revision, '--', ...paths]);
        const files = text.split('\0').flatMap((line) => {
          const found = /^(?<mode>\d+) blob (?<blob>[0-9a-f]+)\t(?<path>[\s\S]+)$/.exec(line)?.groups;
          return found ? [{ mode: found['mode'] ?? '', blob: found['blob'] ?? '', path: found['path'] ?? '' }] : [];
        });
        return [revision, files] as const;
      });
      return new Map(await Promise.all(read));
    },
    async texts(blobs) {
      const read = blobs.map(async (blob) => {
        const text = await git(folder, ['cat-file', 'blob', blob]);
        return [blob, text.includes('\0') ? null : text] as const;
      });
      return new Map(await Promise.all(read));
    },
    async ledger() {
      for (const branch of ['origin/lastgood-ledger', 'lastgood-ledger']) {
        const text = await fileAt(folder, branch, 'ledger.jsonl');
        if (text !== null) return text;
      }
      return '';
    },
  };
}

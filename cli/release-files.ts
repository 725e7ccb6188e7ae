import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { RollbackError } from '../src/errors.ts';
import { folderOf, type ChangedFile } from '../src/migrations/migration.ts';
import { isMigrationPath } from '../src/migrations/recognise.ts';
import { headOf } from './local-history.ts';
import { textOf } from './terminal.ts';

const run = promisify(execFile);
const MAX = 64 * 1024 * 1024;

async function git(args: readonly string[]): Promise<string> {
  try {
    return (await run('git', [...args], { maxBuffer: MAX })).stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).split('\n')[0] : '';
    throw new RollbackError('input-invalid', `git ${args[0] ?? ''} says: ${said ?? ''}`, {
      hint: 'Run it in a clone that has both commits.',
      cause: error,
    });
  }
}

/** The files of a release and, unchanged, the other files of the folders it touched: they say which versions exist. */
export async function filesOfRange(base: string, head: string): Promise<readonly ChangedFile[]> {
  await headOf('.', base, '--base');
  await headOf('.', head, '--head');
  const names = (text: string): readonly string[] => text.split('\0').filter((name) => name !== '');
  const changed = names(await git(['diff', '--name-only', '--no-renames', '-z', base, head]));
  const folders = [...new Set(changed.map(folderOf).filter((folder) => folder !== ''))];
  const around =
    folders.length === 0 ? [] : names(await git(['ls-tree', '-r', '--name-only', '-z', head, '--', ...folders]));
  const paths = [...new Set([...changed, ...around])].filter((path) => READ.test(path) || isMigrationPath(path));
  const same = new Set(around.filter((path) => !changed.includes(path)));
  return Promise.all(
    paths.map(async (path) => {
      const after = await show(head, path);
      return { path, after, before: same.has(path) ? after : await show(base, path) };
    }),
  );
}

/** What a tool that is known keeps its migrations in. Beside that only what is a migration by its name is read. */
const READ = /\.(sql|xml|ya?ml|json|py|conf|sum)$/i;

async function show(commit: string, path: string): Promise<string | null> {
  const listed = await git(['ls-tree', '-z', commit, '--', path]);
  return listed === '' ? null : git(['show', `${commit}:${path}`]);
}

/** Named files, taken for new. */
export async function filesOfDisk(paths: readonly string[]): Promise<readonly ChangedFile[]> {
  return Promise.all(
    paths.map(async (path) => {
      const after = await textOf(path, { what: 'the file', hint: 'Name the migration files of the release.' });
      return { path, before: null, after };
    }),
  );
}

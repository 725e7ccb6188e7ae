import { folderOf, type ChangedFile } from '../migrations/migration.ts';
import { isMigration } from '../plan/fit.ts';
import type { PlanInput } from '../plan/make-plan.ts';
import type { DeploymentRepository, TreeFile } from '../ports.ts';
import { MANIFEST, type Manifest } from '../registries/references.ts';

type Reads = Pick<DeploymentRepository, 'trees' | 'texts'>;

/** The files of one service at last good and after the release. */
export interface BothEnds {
  /** Last good has none of them. */
  readonly empty: boolean;
  /** Manifests that were too many to be read. */
  readonly unread: number;
  readonly manifests: (end: 'good' | 'after') => readonly Manifest[];
  /** As the plan of a revert wants them: whoever takes the release back at once finds the files as it left them. */
  readonly touched: PlanInput['files'];
  /** With the unchanged files beside a migration, which say what else there is. */
  readonly changed: readonly ChangedFile[];
}

const MOST_FILES = 300;

export async function readFiles(
  repository: Reads,
  paths: readonly string[],
  ends: { readonly good: string; readonly after: string },
): Promise<BothEnds> {
  const trees = await repository.trees(paths, [...new Set([ends.good, ends.after])]);
  const at = (sha: string) => new Map((trees.get(sha) ?? []).map((file) => [file.path, file]));
  const [good, after] = [at(ends.good), at(ends.after)];
  const all = [...new Set([...good.keys(), ...after.keys()])].sort();
  const moved = all.filter((path) => good.get(path)?.blob !== after.get(path)?.blob);
  const folders = new Set(moved.filter((path) => isMigration(path, [])).map(folderOf));
  const manifests = all.filter((path) => MANIFEST.test(path));
  const read = new Set([
    ...moved,
    ...manifests.slice(0, MOST_FILES),
    ...all.filter((path) => folders.has(folderOf(path))),
  ]);
  const texts = await repository.texts([...read].flatMap((path) => [good.get(path), after.get(path)].flatMap(blobOf)));
  const text = (file: TreeFile | undefined): string | null => (file ? (texts.get(file.blob) ?? null) : null);
  const full = (file: TreeFile | undefined) => (file ? { ...file, text: text(file) } : null);
  return {
    empty: good.size === 0,
    unread: manifests.filter((path) => !read.has(path)).length,
    manifests: (end) =>
      manifests.flatMap((path) => {
        const found = text((end === 'good' ? good : after).get(path));
        return found === null ? [] : [{ path, text: found }];
      }),
    touched: moved.map((path) => {
      const now = full(after.get(path));
      return { path, good: full(good.get(path)), bad: now, now };
    }),
    changed: [...read].map((path) => ({ path, before: text(good.get(path)), after: text(after.get(path)) })),
  };
}

/** Migrations among the files that no service owns: the revert of a service does not touch them, and nothing undoes them. */
export async function readStrays(
  repository: Reads,
  { strays, base, after }: { readonly strays: readonly string[]; readonly base: string; readonly after: string },
): Promise<readonly ChangedFile[]> {
  const found = strays.filter((path) => isMigration(path, []));
  if (found.length === 0) return [];
  const scope = [...new Set(found.map((path) => folderOf(path).replace(/\/$/, '') || path))];
  const trees = await repository.trees(scope, [base, after]);
  const at = (sha: string) => new Map((trees.get(sha) ?? []).map((file) => [file.path, file]));
  const [before, now] = [at(base), at(after)];
  const texts = await repository.texts([...before.values(), ...now.values()].flatMap(blobOf));
  const text = (file: TreeFile | undefined): string | null => (file ? (texts.get(file.blob) ?? null) : null);
  return [...new Set([...before.keys(), ...now.keys()])].map((path) => ({
    path,
    before: text(before.get(path)),
    after: text(now.get(path)),
  }));
}

function blobOf(file: TreeFile | undefined): readonly string[] {
  return file ? [file.blob] : [];
}

import { has, type Change } from '../plan/changes.ts';
import { parseReverts } from '../plan/trailers.ts';
import type { RollbackPlan } from '../plan/plan.ts';
import type { DeploymentRepository, HumanRevert } from '../ports.ts';
import type { Before } from './observed.ts';

type Human = NonNullable<Before['human']>;

/**
 * The open pull request of a person that takes back this very release and leaves the files as the plan would. What it says is
 * only where to look: what it does is compared file by file.
 */
export async function openRevert(
  repository: DeploymentRepository,
  candidates: readonly HumanRevert[],
  bad: Change,
  paths: readonly string[],
  plan: RollbackPlan,
): Promise<Human | null> {
  for (const candidate of candidates.filter(({ text }) => takesBack(text, bad))) {
    const files = new Map(
      ((await repository.trees(paths, [candidate.head])).get(candidate.head) ?? []).map((file) => [file.path, file]),
    );
    const written = plan.edits.flatMap((edit) => (edit.kind === 'write' ? (files.get(edit.path)?.blob ?? []) : []));
    const texts = await repository.texts(written);
    const alike = plan.edits.every((edit) => {
      const file = files.get(edit.path);
      switch (edit.kind) {
        case 'delete':
          return file === undefined;
        case 'restore':
          return file?.blob === edit.blob;
        case 'write':
          return file !== undefined && texts.get(file.blob) === edit.text;
      }
    });
    if (alike) return { number: candidate.number, by: candidate.author, state: 'open' };
  }
  return null;
}

/** The merged pull request of a person that took the release back before anybody asked; null: none. */
export function mergedRevert(changes: readonly Change[], bad: Change): Human | null {
  const at = changes.indexOf(bad);
  const revert = changes.slice(0, Math.max(0, at)).find(({ revertOf }) => revertOf === bad.revision);
  return revert?.pull == null ? null : { number: revert.pull, by: revert.author, state: 'merged' };
}

function takesBack(text: string, bad: Change): boolean {
  // The first line is a title, which people reuse.
  const { shas, pulls } = parseReverts(`\n${text}`);
  return shas.some((sha) => has(bad, sha)) || (bad.pull !== null && pulls.includes(bad.pull));
}

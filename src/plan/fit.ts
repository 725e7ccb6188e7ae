/** What a target names: can it change under us, and does taking the release back undo all that the release did? */
import { MIGRATION_PATH } from '../migrations/recognise.ts';
import { isMovingName, readModelUri } from '../playbook/artefact-name.ts';
import type { RollbackPolicy } from '../playbook/schema-rollback.ts';
import type { VersionChange } from './plan.ts';

/** The pointers that are moved back after the merge. */
export function repointedIn({ repoint }: Pick<RollbackPolicy, 'repoint'>): readonly string[] {
  return repoint.flatMap(({ pointer, apply }) => (apply ? [pointer] : []));
}

/** A version of the target that names something movable, without a digest that would pin it. */
export interface MovingTarget {
  readonly change: VersionChange;
  /** What it is, in words. */
  readonly what: string;
  readonly cure: string;
}

/** `repointed`: MLflow aliases, such as `fraud@champion`, that are moved back together with the revert. */
export function movingTargets(
  changes: readonly VersionChange[],
  repointed: readonly string[] = [],
): readonly MovingTarget[] {
  return changes.flatMap((change): readonly MovingTarget[] => {
    const { key, to } = change;
    if (to === null || to.includes('@sha256:')) return [];
    const [, scheme, model] = /^(models|prompts):\/+(.+)$/.exec(to) ?? [];
    if (scheme !== undefined && model !== undefined) {
      const artefact = readModelUri(to);
      if (artefact?.kind === 'model' && artefact.at.kind === 'version') return [];
      if (repointed.some((pointer) => pointer.replace(/^(models|prompts):\/+/, '') === model)) return [];
      const what = model.includes('@') ? 'an alias that moves' : 'a stage, or a name without a version, that moves';
      const name = model.split(/[/@]/)[0] ?? model;
      return [{ change, what, cure: `Name the version: ${scheme}:/${name}/7. Or list the alias under 'repoint:'` }];
    }
    if (isReplacedInPlace(change))
      return [{ change, what: 'a folder that is replaced in place', cure: 'Release with a folder for each version' }];
    return isMovingTag(key, to)
      ? [{ change, what: 'a tag that moves', cure: 'Release by digest (image: name@sha256:...)' }]
      : [];
  });
}

/** A folder such as `s3://models/rec/latest`, in which each model replaces the one before. */
function isReplacedInPlace({ key, to }: Pick<VersionChange, 'key' | 'to'>): boolean {
  const last = (to ?? '').replace(/\/+$/, '').split(/[/:]/).at(-1) ?? '';
  return /(^|\.)storageUris?\b/.test(key) && isMovingName(last);
}

function isMovingTag(key: string, value: string): boolean {
  if (/(^|\.)image$/i.test(key)) {
    const name = value.slice(value.lastIndexOf('/') + 1);
    // An image without a tag means latest.
    return isMovingName(name.includes(':') ? name.slice(name.indexOf(':') + 1) : 'latest');
  }
  return /(^|\.)(tag|newTag)$/i.test(key) && isMovingName(value);
}

const HOOK_BEFORE =
  /^\s*["']?(argocd\.argoproj\.io\/hook["']?\s*:\s*["']?[^#\n]*\bPreSync\b|helm\.sh\/hook["']?\s*:\s*["']?[^#\n]*\bpre-(install|upgrade)\b)/m;

/** True for a file that changes a database, or runs before the release does: what it did stays done after a revert. */
export function isMigration(path: string, texts: readonly (string | null)[]): boolean {
  return MIGRATION_PATH.test(path) || texts.some((text) => text !== null && HOOK_BEFORE.test(text));
}

/** `Kind namespace/name` of every resource in a manifest; empty for what is no manifest. */
export function resourcesIn(text: string | null): readonly string[] {
  if (text === null) return [];
  return text.split(/^---\s*$/m).flatMap((document) => {
    const kind = /^kind:\s*["']?([A-Za-z]+)/m.exec(document)?.[1];
    const metadata = /^metadata:[^\n]*\n((?:[ \t]+[^\n]*\n?|\s*\n)+)/m.exec(document)?.[1] ?? '';
    const name = /^[ \t]+name:\s*["']?([\w.-]+)/m.exec(metadata)?.[1];
    const namespace = /^[ \t]+namespace:\s*["']?([\w.-]+)/m.exec(metadata)?.[1];
    if (kind === undefined || name === undefined) return [];
    return [`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`];
  });
}

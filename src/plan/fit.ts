/** What a target names: can it change under us, and does taking the release back undo all that the release did? */
import { isMovingName } from '../playbook/artefact-name.ts';
import type { VersionChange } from './plan.ts';

/** The versions of the target that name something movable, without a digest that would pin it. */
export function mutableTargets(changes: readonly VersionChange[]): readonly VersionChange[] {
  return changes.filter(({ key, to }) => to !== null && !to.includes('@sha256:') && isMoving(key, to));
}

/** A folder such as `s3://models/rec/latest`, in which each model replaces the one before. */
export function isReplacedInPlace({ key, to }: Pick<VersionChange, 'key' | 'to'>): boolean {
  const last = (to ?? '').replace(/\/+$/, '').split(/[/:]/).at(-1) ?? '';
  return /(^|\.)storageUris?\b/.test(key) && isMovingName(last);
}

function isMoving(key: string, value: string): boolean {
  if (isReplacedInPlace({ key, to: value })) return true;
  if (/(^|\.)image$/i.test(key)) {
    const name = value.slice(value.lastIndexOf('/') + 1);
    // An image without a tag means latest.
    return isMovingName(name.includes(':') ? name.slice(name.indexOf(':') + 1) : 'latest');
  }
  return /(^|\.)(tag|newTag)$/i.test(key) && isMovingName(value);
}

const MIGRATION_PATH = /(^|\/)(migrations?|flyway|liquibase|alembic)\/|\.sql$/i;
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

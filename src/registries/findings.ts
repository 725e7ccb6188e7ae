/** What the looks mean for a target. */
import type { Registries } from '../playbook/schema.ts';
import type { Looked } from './look.ts';
import { days, retentionWarning } from './retention.ts';

export interface Findings {
  /** The target cannot be gone back to; null: nothing forbids it. */
  readonly unfit: { readonly because: string; readonly cure: string } | null;
  /** What is known to be there, a line each. */
  readonly verified: readonly string[];
  /** What whoever merges should know. Not knowing is no reason to wait. */
  readonly notes: readonly string[];
}

/** `brought` come back with the target, so the target needs them; `listed` in the playbook are needed whatever the target is. */
export function findingsOf(
  { brought, listed }: { readonly brought: readonly Looked[]; readonly listed: readonly Looked[] },
  registries: Registries,
  now: number,
): Findings {
  const all = [...brought, ...listed];
  const blocking = brought.filter(isLost);
  const unknown = all.filter(({ look }) => look.state === 'unknown');
  return {
    unfit: blocking.length === 0 ? null : { because: blocking.map(lostSentence).join('; '), cure: cureOf(blocking) },
    verified: all.filter(isThere).map((one) => lineOf(one, now)),
    notes: [
      ...listed.filter(isLost).map((one) => `${lostSentence(one)}; another target would not change that`),
      ...all.flatMap((one) => {
        const registry = registries[one.reference.registry];
        return registry === undefined ? [] : (retentionWarning(one, registry, now) ?? []);
      }),
      ...unknown.map(({ reference, look }) => `nobody could say whether ${reference.label} still exists: ${look.says}`),
    ],
  };
}

/** `model fraud version 7: READY, made 83 days ago`. */
export function lineOf({ reference, look }: Looked, now: number): string {
  const age = look.madeAt === null ? '' : `, made ${days(Math.max(0, now - look.madeAt))} ago`;
  return `${reference.label}: ${look.says}${age}`;
}

function isThere({ look }: Looked): boolean {
  return look.state === 'there' || look.state === 'other-digest';
}

function isLost({ look }: Looked): boolean {
  return look.state === 'gone' || look.state === 'not-ready';
}

function lostSentence({ reference, look }: Looked): string {
  const state = look.state === 'gone' ? 'is gone' : 'cannot be used';
  return `${reference.label} ${state} (${look.says})`;
}

function cureOf(blocking: readonly Looked[]): string {
  const only = blocking.every(({ look }) => look.state === 'not-ready');
  const first = only ? 'Wait until it is ready, or repair it' : 'Bring it back into its registry';
  return `${first}, or name a target whose artefacts exist: /rollback <service> <environment> to <sha>.`;
}

/** "What ran in production on Tuesday at 14:00?" */
import { RollbackError } from '../errors.ts';
import type { Change } from './changes.ts';
import type { LastGood } from './plan.ts';

export type LiveAt =
  | { readonly kind: 'live'; readonly sha: string; readonly change: Change; readonly because: string }
  | { readonly kind: 'unknown'; readonly because: string };

/** A point in time with its zone: without one, the answer would depend on where the question is asked. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/i;

export function isInstant(text: string): boolean {
  return INSTANT.test(text) && !Number.isNaN(Date.parse(text));
}

/**
 * What Git wanted at that time, from changes newest first. Argo CD follows within its polling interval; the ledger's `applied`
 * lines say when it did. Throws input-invalid for a time without a zone.
 */
export function liveAt(changes: readonly Change[], time: string): LiveAt {
  if (!isInstant(time)) {
    throw new RollbackError('input-invalid', `'${time}' is no time with a zone, such as 2026-11-17T14:00Z`);
  }
  const change = changes.find(({ at }) => Date.parse(at) <= Date.parse(time));
  if (change) {
    return {
      kind: 'live',
      sha: change.revision,
      change,
      because: `'${change.title}' landed at ${change.at} and was the newest change at ${time}`,
    };
  }
  const oldest = changes.at(-1);
  if (oldest?.before == null) return { kind: 'unknown', because: `no change is known that had landed by ${time}` };
  return {
    kind: 'unknown',
    because: `the oldest change that was read landed at ${oldest.at}, and ${time} is before it`,
  };
}

/**
 * A time at which the target of a rollback ran well (epoch ms): when it was proven or had passed its gate, else the last moment at which
 * it was live. Null: nobody knows.
 */
export function whenGood({ sha, reason }: LastGood, changes: readonly Change[], bad: string): number | null {
  if ('at' in reason) return Date.parse(reason.at);
  const next = changes[changes.findIndex(({ revision }) => revision === sha) - 1];
  const ended =
    changes.find(({ before }) => before === sha) ?? next ?? changes.find(({ revision }) => revision === bad);
  return ended ? Date.parse(ended.at) - 1 : null;
}

/** Rollbacks that are under way: found again on GitHub, and recognised when somebody asks for them a second time. */
import { branchPrefixOf, LABELS } from '../plan/identity.ts';
import type { Cause, Key } from '../plan/incident.ts';
import type { Pull } from '../ports.ts';
import { parseBlock, type Memory } from '../report/memory.ts';
import type { Ask, Draft } from './draft.ts';
import type { Remembered } from './observed.ts';

/** A rollback under way, with its memory. */
export interface Active {
  readonly pull: Pull;
  readonly memory: Memory;
}

/** The newest unfinished rollback of one service in one environment. */
export function activeOf(unfinished: readonly Pull[], key: Pick<Key, 'service' | 'environment'>): Active | null {
  for (const pull of unfinished.toSorted((a, b) => b.number - a.number)) {
    if (pull.adopted !== true && !pull.branch.startsWith(branchPrefixOf(key))) continue;
    const memory = parseBlock(pull.body);
    if (memory?.incident.key.service === key.service && memory.incident.key.environment === key.environment)
      return { pull, memory };
  }
  return null;
}

export function rememberedOf(pull: Pull, memory: Memory): Remembered {
  const { good, mode, planHash, bypass = null, job = null, person = null, author = null } = memory;
  const { approvedBy = null, half = null, evidence = null, page = null } = memory;
  return { pull, good, mode, planHash, bypass, job, person, author, approvedBy, half, evidence, page };
}

export function isSameComment(one: Cause, other: Cause): boolean {
  return one.kind === 'command' && other.kind === 'command' && one.commentId === other.commentId;
}

/** Asked again for what is already on its way back: the same bad release, or "the newest change" while that is our own revert. */
export function isSameStory(active: Active, drafted: Draft, ask: Ask): boolean {
  if (drafted.incident.id === active.memory.incident.id) return true;
  // A fallback is the newest change while it serves, and accuses nobody.
  if (drafted.incident.bad === active.pull.mergeCommit && ask.to === null) return true;
  return drafted.before.isRollback && ask.to === null;
}

/** Why a pull request needs no further look, although somebody asks for its rollback again; null: it does. */
export function overWords(pull: Pull): string | null {
  if (pull.labels.includes(LABELS.relieved))
    return `pull request #${pull.number} already took the traffic away from this release, and a second one was opened for its version`;
  if (pull.labels.includes(LABELS.recovered))
    return `pull request #${pull.number} already rolled this release back: recovered, as proven by the metrics`;
  if (pull.labels.includes(LABELS.superseded))
    return `pull request #${pull.number} already rolled this release back, and a later rollback took over`;
  if (pull.state === 'closed' && pull.labels.includes(LABELS.cancelled))
    return `pull request #${pull.number} for this release was closed without a merge; reopen it to go on`;
  return null;
}

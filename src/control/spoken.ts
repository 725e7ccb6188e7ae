/** What every command has in common: who spoke, whether they may, and how a rollback is run and answered. */
import { mayRollBack } from '../chatops/allowed.ts';
import { opening } from '../chatops/commands.ts';
import type { Key } from '../plan/incident.ts';
import type { Playbook } from '../playbook/schema.ts';
import type { Page } from '../ports.ts';
import { noPlanComment } from '../report/plan.ts';
import { refusalComment, type Refusal } from '../report/refusals.ts';
import type { Ask } from './draft.ts';
import type { Said } from './orders.ts';
import type { Settled } from './follow.ts';
import type { Glance, Loop } from './reconcile.ts';
import type { Replies } from './reply.ts';
import type { Asking } from './speaker.ts';

/** A new comment as the webhook or the sweep found it. */
export interface Spoken {
  readonly commentId: number;
  readonly page: Page;
  readonly author: string;
  readonly isBot: boolean;
  readonly body: string;
  readonly createdAt: string;
}

/** What to look at next, when the command started or touched a rollback. */
export interface Heard {
  readonly key: Key;
  readonly settled: Settled;
}

export async function refused(replies: Replies, refusal: Refusal): Promise<null> {
  await replies.refuse(refusalComment(refusal));
  return null;
}

export const REFUSED = 'Ask someone with write access to this repository, or an owner named in the playbook.';

/** Someone without write access who owns one service may not roll back another. */
export function notOwner(playbook: Playbook, service: string, speaker: Asking): Refusal | null {
  const owners = Object.hasOwn(playbook.services, service) ? (playbook.services[service]?.owners ?? []) : [];
  const allowed = mayRollBack({ ...speaker, owners });
  return allowed.ok ? null : { wrong: allowed.because, hint: REFUSED, wouldWork: [] };
}

export function askOf(spoken: Spoken, reason: string | null, to: string | null, merged: string | null): Ask {
  const cause = {
    kind: 'command',
    by: spoken.author,
    commentId: spoken.commentId,
    issue: spoken.page.kind === 'issue' ? spoken.page.number : 0,
    reason,
  } as const;
  // On the pull request of a release that release is meant; with a named target everything after it is.
  return { cause, at: new Date(spoken.createdAt).toISOString(), bad: to === null ? merged : null, to };
}

/** The comment as the ledger names it. */
export function saidIn({ page, commentId, author, createdAt }: Spoken): Said {
  return { author, ref: `${page.kind === 'commit' ? 'commit-comment' : 'comment'}/${commentId}`, createdAt };
}

export function notReleased(
  kind: 'rollback' | 'plan',
  { service, environment }: Key,
  { sha, branch }: { readonly sha: string; readonly branch: string },
): Refusal {
  return {
    wrong: `commit ${sha.slice(0, 7)} is not on ${branch}: it was never released`,
    hint: 'Comment on the commit or pull request that was released, or name the target.',
    wouldWork: [`${opening(kind)} ${service} ${environment} to <sha>`],
  };
}

export async function run(loop: Loop, key: Key, ask: Ask, now: Glance, replies: Replies): Promise<Heard> {
  const settled = await loop.reconcile(key, ask, {
    glance: now,
    claimed: () => void replies.acknowledge().catch(() => undefined),
  });
  if (settled.kind === 'idle' && settled.done !== true)
    await replies.refuse(
      refusalComment({
        wrong: settled.because,
        hint: 'To go back further, name another target.',
        wouldWork: [`/rollback ${key.service} ${key.environment} to <sha>`],
      }),
    );
  else if (
    settled.kind === 'looked' &&
    settled.pull === null &&
    settled.seen.stage.kind === 'planning' &&
    settled.seen.stage.planned.kind !== 'planned'
  ) {
    await replies.refuse(noPlanComment(settled.seen.stage.planned, key));
  }
  await replies.acknowledge();
  return { key, settled };
}

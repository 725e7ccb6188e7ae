/** `/rollback plan` and `/rollback confirm`: what would happen, and exactly that. */
import type { Key } from '../plan/incident.ts';
import type { Planned } from '../plan/plan.ts';
import type { Playbook } from '../playbook/schema.ts';
import { targetOf } from '../playbook/target.ts';
import { confirmedBy, handedOver, parseBlock } from '../report/memory.ts';
import { approvalComment, noPlanComment, noPlanWords, planComment } from '../report/plan.ts';
import { planChangedComment, type Refusal } from '../report/refusals.ts';
import { approvalsNeeded } from './approvals.ts';
import type { Doors } from './doors.ts';
import { draft, type Ask, type Draft } from './draft.ts';
import { madeOf, viewOfPlan, whatMoved } from './plan-view.ts';
import { glance, type Glance, type Loop } from './reconcile.ts';
import type { Replies } from './reply.ts';
import type { Asking } from './speaker.ts';
import { askOf, notOwner, refused, run, type Heard, type Spoken } from './spoken.ts';

export async function explainPlan(
  doors: Doors,
  now: Glance,
  playbook: Playbook,
  key: Key,
  ask: Ask,
  replies: Replies,
): Promise<null> {
  const target = targetOf(playbook, key);
  const drafted = await draft(doors, target, key, now.overview, ask);
  if (!drafted)
    return refused(replies, {
      wrong: 'this release is no longer the newest',
      hint: 'Ask for the plan on the release that serves now.',
      wouldWork: [`/rollback plan ${key.service} ${key.environment}`],
    });
  if (drafted.planned.kind !== 'planned') {
    const instead = drafted.planned.kind === 'conflict' ? (drafted.planned.instead ?? null) : null;
    const printed = instead && {
      hash: instead.hash,
      service: key.service,
      environment: key.environment,
      to: ask.to,
      bad: ask.bad,
      made: madeOf(instead),
    };
    await replies.answer(noPlanComment(drafted.planned, key, 'confirmable'), printed ?? undefined);
    return null;
  }
  const { plan } = drafted.planned;
  await replies.answer(planComment(await viewOfPlan(doors, target, drafted, plan, ask.cause)), {
    hash: plan.hash,
    service: key.service,
    environment: key.environment,
    to: ask.to,
    bad: ask.bad,
    made: madeOf(plan),
  });
  return null;
}

interface Confirmed {
  readonly now: Glance;
  readonly playbook: Playbook;
  readonly speaker: Asking;
  readonly hash: string;
  /** Remembers a refusal for lack of rights, and returns it. */
  readonly deny: (refusal: Refusal, place: Pick<Key, 'service' | 'environment'>) => Refusal;
}

/** Runs exactly the plan of this hash: the pull request that waits for a person, or the plan that we printed on this page. */
export async function confirm(
  doors: Doors,
  loop: Loop,
  spoken: Spoken,
  { now, playbook, speaker, hash, deny }: Confirmed,
  replies: Replies,
): Promise<Heard | null> {
  // Text that somebody else edited is not the plan that was printed.
  const waiting = now.unfinished
    .map((pull) => ({ pull, memory: parseBlock(pull.body) }))
    .find(({ pull, memory }) => pull.ours && memory?.planHash === hash);
  if (waiting?.memory) {
    const { pull, memory } = waiting;
    const { key } = memory.incident;
    const denied = notOwner(playbook, key.service, speaker);
    if (denied) return refused(replies, deny(denied, key));
    const target = targetOf(playbook, memory.incident.key);
    if (approvalsNeeded(target.rules.rollback.approvals, memory.incident.cause) > 0) {
      // Read again at the last moment: somebody else may just have confirmed it too.
      const fresh = (await doors.repository.findRollback(pull.branch)) ?? pull;
      const more = confirmedBy(fresh.body, spoken.author);
      if (more !== fresh.body) await doors.repository.rewriteBody(fresh, more);
      return countedApproval(loop, memory.incident.key, await glance(doors), replies);
    }
    await doors.repository.rewriteBody(pull, handedOver(pull.body, spoken.author));
    return run(loop, key, askOf(spoken, null, null, null), await glance(doors), replies);
  }
  const printed = await replies.findPlan(hash);
  if (!printed)
    return refused(replies, {
      wrong: `plan ${hash} was not printed here`,
      hint: 'Ask for one first.',
      wouldWork: ['/rollback plan'],
    });
  const key: Key = { repo: doors.repository.name, service: printed.service, environment: printed.environment };
  const denied = notOwner(playbook, key.service, speaker);
  if (denied) return refused(replies, deny(denied, key));
  const ask = { ...askOf(spoken, `plan ${hash} confirmed`, printed.to, null), bad: printed.bad };
  const drafted = await draft(doors, targetOf(playbook, key), key, now.overview, ask);
  const current = drafted === null ? null : hashOf(drafted.planned);
  if (current !== hash) {
    const moved = await whatMoved(doors, targetOf(playbook, key), now.overview, printed, drafted);
    await replies.refuse(
      planChangedComment({ asked: hash, now: current, ...whyNone(drafted), base: now.overview.head, moved }),
    );
    return null;
  }
  return run(loop, key, { ...ask, accept: hash }, now, replies);
}

/** The word counts, or the answer says what is still missing. */
async function countedApproval(loop: Loop, key: Key, now: Glance, replies: Replies): Promise<Heard> {
  const settled = await loop.reconcile(key, null, { glance: now });
  if (settled.kind === 'looked' && settled.step.kind === 'wait' && settled.step.for === 'approval')
    await replies.answer(approvalComment(settled.step.because));
  await replies.acknowledge();
  return { key, settled };
}

function hashOf(planned: Planned): string | null {
  if (planned.kind === 'conflict') return planned.instead?.hash ?? null;
  return planned.kind === 'planned' ? planned.plan.hash : null;
}

function whyNone(drafted: Draft | null): { readonly because?: string } {
  return drafted === null || drafted.planned.kind === 'planned' ? {} : { because: noPlanWords(drafted.planned) };
}

import { mayRollBack } from '../chatops/allowed.ts';
import { usages } from '../chatops/commands.ts';
import { parseComment } from '../chatops/parse.ts';
import { resolveCommand } from '../chatops/resolve.ts';
import { RollbackError } from '../errors.ts';
import { parse as parseLedger } from '../ledger/chain.ts';
import { ALL } from '../ledger/entry.ts';
import { standing } from '../ledger/standing.ts';
import type { Key } from '../plan/incident.ts';
import type { Planned } from '../plan/plan.ts';
import { targetOf, targetsTouching } from '../playbook/target.ts';
import type { Playbook } from '../playbook/schema.ts';
import { helpComment } from '../report/help.ts';
import { confirmedBy, parseBlock } from '../report/memory.ts';
import { approvalComment, noPlanComment, planComment } from '../report/plan.ts';
import { errorComment, planChangedComment, refusalComment, type Refusal } from '../report/refusals.ts';
import { statusComment } from '../report/status.ts';
import { approvalsNeeded } from './approvals.ts';
import { madeOf, viewOfPlan, whatMoved } from './plan-view.ts';
import type { Doors } from './doors.ts';
import { speakerOf, type Asking } from './speaker.ts';
import { draft, type Ask } from './draft.ts';
import { answerWhatRan, gateStatus } from './history.ts';
import { falseAlarm, order, release, type Carried } from './orders.ts';
import { activeOf, glance, playbookOf, type Glance, type Loop, type Settled } from './reconcile.ts';
import { createReplies, type Replies } from './reply.ts';

/** A new comment as the webhook or the sweep found it. */
export interface Spoken {
  readonly commentId: number;
  readonly issue: number;
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

/**
 * Carries out the command in a comment. The reaction is set last: a comment without ours has not been dealt with, and the sweep
 * hands it in again. Everything in between is safe to repeat.
 */
export async function hear(doors: Doors, loop: Loop, spoken: Spoken): Promise<Heard | null> {
  if (spoken.isBot) return null;
  const parsed = parseComment(spoken.body);
  if (parsed === null) return null;
  const replies = createReplies(doors, spoken);
  try {
    return await obey(doors, loop, spoken, parsed, replies);
  } catch (error) {
    if (!(error instanceof RollbackError) || error.retryable) throw error;
    await replies.refuse(errorComment(error));
    return null;
  }
}

async function obey(
  doors: Doors,
  loop: Loop,
  spoken: Spoken,
  parsed: NonNullable<ReturnType<typeof parseComment>>,
  replies: Replies,
): Promise<Heard | null> {
  const { repository } = doors;
  const [now, role, scope] = await Promise.all([
    glance(doors),
    repository.roleOf(spoken.author),
    repository.pullRequestScope(spoken.issue),
  ]);
  const playbook = playbookOf(now.overview);
  const owners = Object.values(playbook.services).flatMap((service) => service.owners);
  const speaker = await speakerOf(repository, spoken, role, owners);
  const allowed = mayRollBack({ ...speaker, owners });
  const word = parsed.kind === 'command' ? parsed.command.kind : 'unreadable';
  const deny = (refusal: Refusal, place: Pick<Key, 'service' | 'environment'> | null): Refusal => {
    loop.refusals.add({ said: spoken, command: word, place, because: refusal.wrong });
    return refusal;
  };
  if (!allowed.ok) return refused(replies, deny({ wrong: allowed.because, hint: REFUSED, wouldWork: [] }, null));
  if (parsed.kind === 'refusal') return refused(replies, parsed.refusal);
  const { command } = parsed;
  switch (command.kind) {
    case 'help':
      await replies.answer(helpComment(usages));
      return null;
    case 'status':
      await replies.answer(
        statusComment(
          now.unfinished.map((pull) => ({
            number: pull.number,
            url: pull.url,
            memory: parseBlock(pull.body),
            state: pull.state,
          })),
          standing(parseLedger(await repository.ledger()), doors.clock.now()),
        ),
      );
      return null;
    case 'confirm':
      return confirm(doors, loop, spoken, { now, playbook, speaker, hash: command.hash, deny }, replies);
    case 'hold':
    case 'resume':
    case 'freeze':
    case 'unfreeze': {
      const mayOrder = (service: string): Refusal | null => {
        const denied = notOwner(playbook, service, speaker);
        return denied && deny(denied, { service, environment: ALL });
      };
      const { kind, words } = command;
      return carried(replies, await order(doors, loop.recorder, spoken, { kind, words }, { playbook, mayOrder }));
    }
    case 'plan':
    case 'rollback':
    case 'cancel':
    case 'release':
    case 'gate':
    case 'whatran':
    case 'false-alarm':
      break;
  }
  const resolved = resolveCommand(command, playbook, targetsTouching(playbook, scope?.paths ?? []));
  if (!resolved.ok) return refused(replies, resolved.refusal);
  const key: Key = { repo: repository.name, service: resolved.service, environment: resolved.environment };
  const denied = notOwner(playbook, key.service, speaker);
  if (denied) return refused(replies, deny(denied, key));
  const { reason } = resolved;
  const ask = askOf(spoken, reason, resolved.to, scope?.mergeCommit ?? null);
  const { head } = now.overview;
  switch (command.kind) {
    case 'plan':
      return explainPlan(doors, now, playbook, key, ask, replies);
    case 'rollback':
      return run(loop, key, ask, now, replies);
    case 'cancel':
      return cancel(doors, loop, key, now, replies);
    case 'release':
      return carried(replies, await release(doors, loop.recorder, spoken, { key, head, reason }));
    case 'false-alarm':
      return carried(replies, await falseAlarm(doors, loop.recorder, spoken, { key, reason }));
    case 'gate':
      return carried(replies, await gateStatus(doors, key));
    case 'whatran': {
      const { paths } = targetOf(playbook, key).rules;
      return carried(replies, await answerWhatRan(doors, key, { paths, head, asked: reason }));
    }
  }
}

async function carried(replies: Replies, done: Carried): Promise<null> {
  if (!done.ok) return refused(replies, done.refusal);
  await replies.answer(done.answer);
  return null;
}

/** A rollback that is not merged is closed; one that is merged can only be gone forward from. */
async function cancel(doors: Doors, loop: Loop, key: Key, now: Glance, replies: Replies): Promise<Heard | null> {
  const active = activeOf(now.unfinished, key);
  if (active?.pull.state !== 'open') {
    const wrong = active
      ? `pull request #${active.pull.number} is merged already`
      : `no rollback of ${key.service} in ${key.environment} is under way`;
    const hint = active ? 'Release forward instead.' : 'There is nothing to cancel.';
    return refused(replies, { wrong, hint, wouldWork: ['/rollback status'] });
  }
  await doors.repository.closePull(active.pull);
  const settled = await loop.reconcile(key, null);
  await replies.acknowledge();
  return { key, settled };
}

async function refused(replies: Replies, refusal: Refusal): Promise<null> {
  await replies.refuse(refusalComment(refusal));
  return null;
}

const REFUSED = 'Ask someone with write access to this repository, or an owner named in the playbook.';

/** Someone without write access who owns one service may not roll back another. */
function notOwner(playbook: Playbook, service: string, speaker: Asking): Refusal | null {
  const owners = Object.hasOwn(playbook.services, service) ? (playbook.services[service]?.owners ?? []) : [];
  const allowed = mayRollBack({ ...speaker, owners });
  return allowed.ok ? null : { wrong: allowed.because, hint: REFUSED, wouldWork: [] };
}

function askOf(spoken: Spoken, reason: string | null, to: string | null, merged: string | null): Ask {
  const cause = {
    kind: 'command',
    by: spoken.author,
    commentId: spoken.commentId,
    issue: spoken.issue,
    reason,
  } as const;
  // On the pull request of a release that release is meant; with a named target everything after it is.
  return { cause, at: new Date(spoken.createdAt).toISOString(), bad: to === null ? merged : null, to };
}

async function run(loop: Loop, key: Key, ask: Ask, now: Glance, replies: Replies): Promise<Heard> {
  const settled = await loop.reconcile(key, ask, {
    glance: now,
    claimed: () => void replies.acknowledge().catch(() => undefined),
  });
  if (settled.kind === 'idle')
    await replies.refuse(
      refusalComment({
        wrong: settled.because,
        hint: 'Name the target to go back further.',
        wouldWork: [`/rollback ${key.service} ${key.environment} to <sha>`],
      }),
    );
  else if (
    settled.pull === null &&
    settled.seen.stage.kind === 'planning' &&
    settled.seen.stage.planned.kind !== 'planned'
  ) {
    await replies.refuse(noPlanComment(settled.seen.stage.planned, key));
  }
  await replies.acknowledge();
  return { key, settled };
}

async function explainPlan(
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
async function confirm(
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
    const body = pull.body
      .replace('"mode":"human"', '"mode":"auto"')
      .replace('A person merges this: review, approve, merge.', `Confirmed by ${spoken.author}.`);
    await doors.repository.rewriteBody(pull, body);
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
  const current = drafted === null ? 'none' : hashOf(drafted.planned);
  if (current !== hash) {
    const moved = await whatMoved(doors, targetOf(playbook, key), now.overview, printed, drafted);
    await replies.refuse(planChangedComment({ asked: hash, now: current, base: now.overview.head, moved }));
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

function hashOf(planned: Planned): string {
  if (planned.kind === 'conflict') return planned.instead?.hash ?? 'none';
  return planned.kind === 'planned' ? planned.plan.hash : 'none';
}

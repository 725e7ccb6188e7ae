import { mayRollBack } from '../chatops/allowed.ts';
import { usages } from '../chatops/commands.ts';
import { parseComment } from '../chatops/parse.ts';
import { resolveCommand } from '../chatops/resolve.ts';
import { RollbackError } from '../errors.ts';
import { parse as parseLedger } from '../ledger/chain.ts';
import { ALL } from '../ledger/entry.ts';
import { standing } from '../ledger/standing.ts';
import type { Key } from '../plan/incident.ts';
import { targetOf, targetsTouching } from '../playbook/target.ts';
import { followComment } from '../report/follow.ts';
import { helpComment } from '../report/help.ts';
import { parseBlock } from '../report/memory.ts';
import { errorComment, type Refusal } from '../report/refusals.ts';
import { statusComment } from '../report/status.ts';
import { activeOf } from './active.ts';
import type { Doors } from './doors.ts';
import { answerWhatRan, gateStatus } from './history.ts';
import { falseAlarm, order, release, type Carried } from './orders.ts';
import { confirm, explainPlan } from './plan-command.ts';
import { glance, playbookOf, type Glance, type Loop } from './reconcile.ts';
import { createReplies, type Replies } from './reply.ts';
import { speakerOf } from './speaker.ts';
import { askOf, notOwner, notReleased, refused, REFUSED, run, saidIn, type Heard, type Spoken } from './spoken.ts';

export type { Heard, Spoken } from './spoken.ts';

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
    const heard = await obey(doors, loop, spoken, parsed, replies);
    const pull = heard?.settled.kind === 'looked' ? heard.settled.pull : null;
    // On an issue or pull request the whole story is told where people asked; a commit gets the way to it.
    if (spoken.page.kind === 'commit' && pull) await replies.answer(followComment(pull));
    return heard;
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
  const [now, role, scope, refusedBefore] = await Promise.all([
    glance(doors),
    repository.roleOf(spoken.author),
    repository.scopeOf(spoken.page),
    replies.wasRefused(),
  ]);
  if (refusedBefore) return null;
  const playbook = playbookOf(now.overview);
  const owners = Object.values(playbook.services).flatMap((service) => service.owners);
  const speaker = await speakerOf(repository, spoken, role, owners);
  const allowed = mayRollBack({ ...speaker, owners });
  const said = saidIn(spoken);
  const word = parsed.kind === 'command' ? parsed.command.kind : 'unreadable';
  const deny = (refusal: Refusal, place: Pick<Key, 'service' | 'environment'> | null): Refusal => {
    loop.refusals.add({ said, command: word, place, because: refusal.wrong });
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
      return carried(replies, await order(doors, loop.recorder, said, { kind, words }, { playbook, mayOrder }));
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
  const ask = askOf(spoken, reason, resolved.to, scope?.commit ?? null);
  const { head, defaultBranch } = now.overview;
  switch (command.kind) {
    case 'plan':
    case 'rollback': {
      const { page } = spoken;
      // A commit of some other branch, or of a fork, was never released: whoever means it must not hit what serves now.
      if (page.kind === 'commit' && ask.bad !== null && !(await repository.contains(head, ask.bad)))
        return refused(replies, notReleased(command.kind, key, { sha: page.sha, branch: defaultBranch }));
      if (command.kind === 'plan') return explainPlan(doors, now, playbook, key, ask, replies);
      return run(loop, key, ask, now, replies);
    }
    case 'cancel':
      return cancel(doors, loop, key, now, replies);
    case 'release':
      return carried(replies, await release(doors, loop.recorder, said, { key, head, reason }));
    case 'false-alarm':
      return carried(replies, await falseAlarm(doors, loop.recorder, said, { key, reason }));
    case 'gate':
      return carried(replies, await gateStatus(doors, key));
    case 'whatran':
      return carried(replies, await answerWhatRan(doors, targetOf(playbook, key), { head, asked: reason }));
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

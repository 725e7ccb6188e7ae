/** From the pull request to the end: look, decide, act one step, look again. */
import { RollbackError } from '../errors.ts';
import { evidencePath } from '../ledger/evidence.ts';
import { LABELS, secondBranchOf } from '../plan/identity.ts';
import type { Target } from '../playbook/target.ts';
import type { Pull } from '../ports.ts';
import { parseBlock, servedSince } from '../report/memory.ts';
import { overWords, rememberedOf, type Active } from './active.ts';
import { actOnPull, openPull } from './act.ts';
import type { Announcer } from './announce.ts';
import { decide } from './decide.ts';
import type { Doors } from './doors.ts';
import { draftSecond } from './draft-second.ts';
import { createLooker } from './looker.ts';
import { createMemo, MOST_INCIDENTS } from './memo.ts';
import type { Mover } from './mover.ts';
import { observeRecorded } from './observe.ts';
import type { Observed, Settings } from './observed.ts';
import { placeOf } from './places.ts';
import type { Step } from './step.ts';

/** Where a look ended. `again`: milliseconds until the next one is due; null: nothing more happens by itself. */
export type Settled =
  /** `done`: what was asked for was carried out before, for this very comment. */
  | { readonly kind: 'idle'; readonly because: string; readonly again: null; readonly done?: boolean }
  | {
      readonly kind: 'looked';
      readonly step: Step;
      readonly pull: Pull | null;
      readonly seen: Observed;
      readonly again: number | null;
    };

/** A right that was missing may have been given meanwhile. */
const ASK_AGAIN_MS = 60_000;

/** A rollback takes a handful of steps: more in one go means that somebody else undoes ours. */
const MOST_STEPS = 12;

export interface Follower {
  /** From the pull request on, until there is something to wait for. */
  goOn(target: Target, settings: Settings, active: Active): Promise<Settled>;
}

export function createFollower(doors: Doors, announcer: Announcer, mover: Mover): Follower {
  const looker = createLooker(doors);
  /** Operations that Argo CD did not let us end: people see the command, and not at every look another attempt. */
  const denied = createMemo<{ readonly application: string; readonly at: number }>(MOST_INCIDENTS);
  /** Ends that could not be written down yet: they are said again, not decided again. */
  const ended = createMemo<{ readonly seen: Observed; readonly step: Step }>(MOST_INCIDENTS);

  /** A first half that has its second already is over: a process died before it could say so. */
  async function goOn(target: Target, settings: Settings, active: Active): Promise<Settled> {
    const { pull, memory } = active;
    if (memory.half?.kind !== 'traffic' || pull.state !== 'merged') return follow(target, settings, active);
    const second = await doors.repository.findRollback(secondBranchOf(memory.incident));
    const told = second ? parseBlock(second.body) : null;
    if (!second || !told) return follow(target, settings, active);
    await announcer.relabel(pull, LABELS.relieved);
    const over = overWords(second);
    return over === null
      ? follow(target, settings, { pull: second, memory: told })
      : { kind: 'idle', because: over, again: null };
  }

  /** Look, decide, act, until there is something to wait for. */
  async function follow(target: Target, first: Settings, active: Active): Promise<Settled> {
    let { pull, memory } = active;
    let settings = first;
    const owed = ended.get(memory.incident.id);
    if (owed && isAsLeft(owed.seen, pull)) return say(owed.seen, owed.step, { pull, memory });
    for (let taken = 0; taken < MOST_STEPS; taken += 1) {
      const known = denied.get(memory.incident.id);
      const mayNotTerminate = known && doors.clock.now() - known.at < ASK_AGAIN_MS ? known.application : null;
      let seen: Observed = { ...(await looker.look(target, settings, { pull, memory })), mayNotTerminate };
      mover.see(seen, target);
      let step = decide(seen);
      if (step.kind === 'second' || (step.kind === 'escalate' && step.final)) {
        seen = { ...seen, recorded: await observeRecorded(doors, memory.incident, rememberedOf(pull, memory)) };
        step = decide(seen);
      }
      if (step.kind === 'second') {
        const relievedAt = relievedAtOf(seen);
        const drafted = await draftSecond(doors, target, { pull, memory, relievedAt });
        seen = { ...seen, second: drafted.planned };
        step = decide(seen);
        if (step.kind === 'open') {
          await announcer.announce(seen, step, placeOf(memory, pull));
          const { evidence: digest } = memory;
          const evidence = digest === undefined ? null : { digest, path: evidencePath(memory.incident.id, digest) };
          const opened = await openPull(doors, target, step, drafted, evidence);
          looker.forget(seen.incident.id);
          await announcer.relabel(pull, LABELS.relieved);
          return follow(target, settings, opened);
        }
      }
      if (step.kind === 'wait' || step.kind === 'escalate' || step.kind === 'finish')
        return say(seen, step, { pull, memory });
      const told = announcer.announce(seen, step, placeOf(memory, pull));
      if (step.kind === 'served') {
        const body = servedSince(pull.body, relievedAtOf(seen) ?? new Date(seen.now).toISOString());
        await told;
        await doors.repository.rewriteBody(pull, body);
        pull = { ...pull, body };
        memory = parseBlock(body) ?? memory;
        continue;
      }
      const after = await actOnPull(doors, target, pull, memory, step);
      pull = after.pull;
      // As the body says it by now: the ledger must not call a bypass a plain merge.
      if (step.kind === 'merge' && step.route === 'bypass')
        memory = { ...memory, bypass: (step.over ?? []).join(', ') };
      if (step.kind === 'merge' && step.approvedBy !== undefined) memory = { ...memory, approvedBy: step.approvedBy };
      settings = {
        ...settings,
        autoMergeAllowed: settings.autoMergeAllowed && after.autoMergeAllowed,
        refused: after.refused ?? settings.refused ?? null,
      };
      if (after.mayNotTerminate !== undefined)
        denied.set(memory.incident.id, { application: after.mayNotTerminate, at: doors.clock.now() });
      await told;
    }
    throw new RollbackError(
      'github-conflict',
      `${MOST_STEPS} steps on pull request #${pull.number} changed nothing: something else undoes them`,
    );
  }

  /** The last step of a look. */
  async function say(seen: Observed, step: Step, { pull, memory }: Active): Promise<Settled> {
    const { id } = seen.incident;
    const owed = await announcer.announce(seen, step, placeOf(memory, pull));
    if (step.kind === 'finish') {
      if (owed === null) for (const memo of [ended, denied]) memo.delete(id);
      else ended.set(id, { seen, step });
      if (owed === null) looker.forget(id);
    }
    const next = nextLook(step);
    return { kind: 'looked', step, pull, seen, again: owed === null ? next : Math.min(owed, next ?? owed) };
  }

  return { goOn };
}

/** Nothing happened to the pull request since its end was decided. */
function isAsLeft({ stage }: Observed, pull: Pull): boolean {
  return stage.kind === 'opened' && stage.remembered.pull.state === pull.state;
}

/** When users were proven to be well again; null: moving the traffic alone did not prove it. */
function relievedAtOf({ stage, proof, recorded, now }: Observed): string | null {
  const half = stage.kind === 'opened' ? stage.remembered.half : null;
  const earlier = half?.kind === 'traffic' ? half.relievedAt : undefined;
  return earlier ?? recorded?.at ?? (proof?.status === 'pass' ? new Date(now).toISOString() : null);
}

function nextLook(step: Step): number | null {
  if (step.kind === 'wait') return step.lookAgainMs;
  return step.kind === 'escalate' && !step.final ? 60_000 : null;
}

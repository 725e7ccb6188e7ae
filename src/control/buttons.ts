/** The buttons of a check run: `Roll back`, `Hold` and `Not this change`, for whoever may say the same in a comment. */
import { mayRollBack } from '../chatops/allowed.ts';
import type { Key } from '../plan/incident.ts';
import { targetOf } from '../playbook/target.ts';
import { buttonsCheck, pressedCheck, readButtonsName, rollbackPressed, type Button } from '../report/buttons.ts';
import { activeOf } from './active.ts';
import type { Doors } from './doors.ts';
import type { GateNews } from './gate-run.ts';
import { falseAlarm, hold, type Carried } from './orders.ts';
import type { Settled } from './follow.ts';
import { glance, playbookOf, type Loop } from './reconcile.ts';
import { speakerOf } from './speaker.ts';

/** One press, as the webhook told it. Nothing in it is believed but who pressed: rights are read again. */
export interface Pressed {
  readonly checkRunId: number;
  /** Name of the check run, which says the service and the environment. */
  readonly check: string;
  readonly sha: string;
  readonly action: string;
  readonly by: string;
  readonly isBot: boolean;
  /** ISO 8601: when it arrived. */
  readonly at: string;
}

/** Puts the buttons on the commit whose gate failed. */
export async function offerButtons({ repository }: Pick<Doors, 'repository'>, { key, entry }: GateNews): Promise<void> {
  if (entry.revision === null) return;
  await repository.publishCheck({ sha: entry.revision, ...buttonsCheck(key, entry.because) });
}

/** Carries out a press; the check run then says what came of it. Safe to repeat: every step meets what it did before. */
export async function press(
  doors: Doors,
  loop: Loop,
  pressed: Pressed,
): Promise<{ readonly key: Key; readonly settled: Settled } | null> {
  const place = readButtonsName(pressed.check);
  const button = BUTTONS.find((each) => each === pressed.action);
  if (place === null || button === undefined || pressed.isBot) return null;
  const { repository } = doors;
  const now = await glance(doors);
  const target = targetOf(playbookOf(now.overview), place);
  const key: Key = { repo: repository.name, service: target.service, environment: target.environment };
  const say = (words: string) => repository.publishCheck({ sha: pressed.sha, ...pressedCheck(key, words) });
  const { owners } = target;
  const who = { author: pressed.by, isBot: pressed.isBot };
  const speaker = await speakerOf(repository, who, await repository.roleOf(pressed.by), owners);
  const allowed = mayRollBack({ ...speaker, owners });
  // The same button may be pressed again, after what it did was lifted.
  const said = { author: pressed.by, ref: `press/${pressed.checkRunId}/${pressed.at}`, createdAt: pressed.at };
  if (!allowed.ok) {
    loop.refusals.add({ said, command: button, place: key, because: allowed.because });
    await say(`Not done: ${allowed.because}`);
    return null;
  }
  const carried = async (done: Carried): Promise<null> => {
    await say(done.ok ? done.answer : `Not done: ${done.refusal.wrong}`);
    return null;
  };
  switch (button) {
    case 'hold':
      return carried(await hold(loop.recorder, said, key));
    case 'not-this-change': {
      const active = activeOf(now.unfinished, key);
      if (active?.pull.state === 'open') await repository.closePull(active.pull);
      return carried(await falseAlarm(doors, loop.recorder, said, { key, reason: 'not this change' }));
    }
    case 'rollback': {
      const cause = {
        kind: 'command',
        by: pressed.by,
        commentId: pressed.checkRunId,
        issue: 0,
        reason: 'button of the failed gate',
      } as const;
      const settled = await loop.reconcile(key, { cause, at: pressed.at, bad: pressed.sha, to: null });
      await say(outcomeOf(settled, pressed.by));
      return { key, settled };
    }
  }
}

function outcomeOf(settled: Settled, by: string): string {
  if (settled.kind === 'idle') return rollbackPressed(by, settled);
  return rollbackPressed(by, settled.pull ?? settled.step);
}

const BUTTONS = ['rollback', 'hold', 'not-this-change'] as const satisfies readonly Button[];

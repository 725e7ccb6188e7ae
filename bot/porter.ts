import { messageOf, RollbackError } from '../src/errors.ts';
import type { Kept, PutOptions, Queue } from '../src/adapters/queue/queue.ts';
import { loadReferences } from '../src/adapters/references.ts';
import { parseComment } from '../src/chatops/parse.ts';
import { offerButtons, press, type Pressed } from '../src/control/buttons.ts';
import { reviewChanges, reviewGroup } from '../src/control/changes.ts';
import { hear, type Spoken } from '../src/control/command.ts';
import { tellRelease } from '../src/control/deployments.ts';
import type { Log } from '../src/control/doors.ts';
import type { Ask } from '../src/control/draft.ts';
import { answerMergeGroup, type MergeGroup } from '../src/control/merge-group.ts';
import { answerProtection, runOfCallback, type Protection } from '../src/control/protection.ts';
import { checkReady, type Which } from '../src/control/ready-check.ts';
import { recordMoves } from '../src/control/pointers.ts';
import { readGateRun } from '../src/control/gate-run.ts';
import { createReplies } from '../src/control/reply.ts';
import type { Settled } from '../src/control/follow.ts';
import type { Loop } from '../src/control/reconcile.ts';
import type { Key } from '../src/plan/incident.ts';
import type { GateRun } from '../src/ports.ts';
import { gaveUpComment } from '../src/report/refusals.ts';
import { taskOf, type Errand, type Origin } from './errand.ts';
import type { House } from './house.ts';
import { createGuard } from './guard.ts';
import { isRecent } from './recent.ts';
import { createSweeper } from './sweeper.ts';

/**
 * Takes hints from the webhooks, the alerts, the timers and the sweep, and turns all of them into the same few errands. A call
 * resolves once the errand is kept: only then may its sender be told that it arrived.
 */
export interface Porter {
  /** A comment is taken once, and within a day of its time: a delivery that is sent again changes nothing. */
  comment(origin: Origin, spoken: Spoken): Promise<void>;
  gate(origin: Origin, run: GateRun): Promise<void>;
  /** A pull request, or the default branch (null), changed: what is frozen or quarantined is told. */
  changes(origin: Origin, number: number | null): Promise<void>;
  /** A pull request changed, or a job spoke about its database: whether it could be rolled back is told. */
  ready(origin: Origin, which: Which): Promise<void>;
  /** Somebody pressed a button of a check run of ours. */
  press(origin: Origin, pressed: Pressed): Promise<void>;
  /** A merge queue asks for the checks that only we can answer. */
  mergeGroup(origin: Origin, mergeGroup: MergeGroup): Promise<void>;
  /** A workflow run waits at an environment for our word; `callback` is where GitHub wants the answer. */
  protect(origin: Origin, asked: Omit<Protection, 'runId'>, callback: string): Promise<void>;
  /** Something happened around this rollback: look again. */
  wake(origin: Origin, key: Pick<Key, 'service' | 'environment'>): Promise<void>;
  /** Something happened in this repository: whatever waits there looks again. */
  wakeAll(origin: Origin): Promise<void>;
  ask(origin: Origin, key: Key, ask: Ask): Promise<void>;
  /** Pointers of a registry were moved, or (`moves` null) are to be looked at; `once` names what was signed. */
  moved(
    origin: Origin,
    news: Omit<Extract<Errand, { kind: 'moved' }>, 'kind' | 'origin'>,
    once: string | null,
  ): Promise<void>;
  sweep(): Promise<void>;
  /** An errand is not tried again: whoever waits for an answer in a comment gets one. Never rejects. */
  gaveUp(errand: Errand, error: unknown): Promise<void>;
  /** Begins to work on what was kept. */
  start(): Promise<void>;
  /** Resolves when what is under way has ended, and everything said and recorded is on GitHub. */
  drain(): Promise<void>;
}

/** Told how errands end, to count them. */
export interface Witness {
  readonly done: (kind: Errand['kind'], again: boolean) => void;
  readonly settled: (settled: Settled) => void;
  readonly swept: (outcome: 'done' | 'failed') => void;
}

interface Parts {
  readonly house: House;
  readonly queue: Queue<Errand>;
  readonly log: Log;
  readonly witness?: Witness;
  /** Epoch ms. */
  readonly now?: () => number;
}

/** GitHub makes a trial merge in the background, within seconds of being asked. */
const TRIAL_MS = 3_000;
const TRIAL_TRIES = 5;

export function createPorter({ house, queue, log, witness, now = Date.now }: Parts): Porter {
  const put = (errand: Errand, options: PutOptions = {}): Promise<Kept> => queue.put(taskOf(errand), options);
  /** Named after what was signed: the id of a delivery stands in a header, which whoever replays a body can choose. */
  const putOnce = (errand: Errand, signed: string): Promise<Kept> =>
    put(errand, { once: `${taskOf(errand).id} ${signed}` });

  /** The timer of a rollback, set by whatever looked at it. */
  async function follow(origin: Origin, key: Key, settled: Settled): Promise<void> {
    witness?.settled(settled);
    if (settled.again !== null) await put({ kind: 'look', origin, key }, { delayMs: settled.again });
  }

  const guard = createGuard(log);

  async function run(errand: Errand): Promise<number | null> {
    const again = await perform(errand);
    witness?.done(errand.kind, again !== null);
    return again;
  }

  async function perform(errand: Errand): Promise<number | null> {
    const { origin } = errand;
    const { doors, loop } = await house.room(origin.repository, origin.installationId);
    switch (errand.kind) {
      case 'look': {
        const settled = await loop.reconcile(errand.key, null);
        witness?.settled(settled);
        return settled.again;
      }
      case 'ask':
        await follow(origin, errand.key, await loop.reconcile(errand.key, errand.ask));
        return null;
      case 'comment': {
        const heard = await hear(doors, loop, errand.spoken);
        if (heard) await follow(origin, heard.key, heard.settled);
        if (changesOthers(errand.spoken.body)) await put({ kind: 'changes', origin, number: null });
        return null;
      }
      case 'changes': {
        await reviewChanges(doors, errand.number, ({ key, ask }) => put({ kind: 'ask', origin, key, ask }));
        return null;
      }
      case 'ready': {
        const { which, tries } = errand;
        const known = await checkReady(doors, which);
        if (!known && tries < TRIAL_TRIES)
          await put({ kind: 'ready', origin, which, tries: tries + 1 }, { delayMs: TRIAL_MS });
        return null;
      }
      case 'press': {
        const heard = await press(doors, loop, errand.pressed);
        if (heard) await follow(origin, heard.key, heard.settled);
        return null;
      }
      case 'protect':
        return guard.look(`${origin.repository} ${JSON.stringify(errand.asked)}`, async () => {
          const answered = await answerProtection(doors, loop.recorder, errand.asked, loadReferences);
          // The answer stands: a gate is not run again because the ledger was away.
          if (answered === 'approved') await passed(origin, loop).catch(() => undefined);
        });
      case 'moved':
        await recordMoves(doors, loop.recorder, errand);
        return null;
      case 'merge-group':
        await reviewGroup(doors, errand.mergeGroup.head);
        await answerMergeGroup(doors, errand.mergeGroup);
        return null;
      case 'gate': {
        const news = readGateRun(doors.repository, errand.run);
        if (!news) return null;
        loop.recorder.add([news.entry]);
        // First of all: nothing else may make the way back wait.
        if (news.ask) await put({ kind: 'ask', origin, key: news.key, ask: news.ask });
        if (news.entry.kind === 'gate-failed') await offerButtons(doors, news);
        await tellRelease(doors, news);
        if (news.entry.kind === 'gate-passed') await passed(origin, loop);
        return null;
      }
    }
  }

  /** Another version that passed lifts what was quarantined: once the ledger says so, the checks of others stand differently. */
  async function passed(origin: Origin, loop: Loop): Promise<void> {
    await loop.recorder.flush();
    await put({ kind: 'changes', origin, number: null });
  }

  const sweep = createSweeper({ house, log, swept: (outcome) => witness?.swept(outcome), put });

  return {
    async comment(origin, spoken) {
      // Most comments are not for us: they are not worth a place in the inbox.
      if (spoken.isBot || !isRecent(spoken.createdAt, now()) || parseComment(spoken.body) === null) return;
      await putOnce({ kind: 'comment', origin, spoken }, spoken.createdAt);
    },
    async gate(origin, run) {
      await putOnce({ kind: 'gate', origin, run }, run.completedAt ?? '');
    },
    async mergeGroup(origin, mergeGroup) {
      await put({ kind: 'merge-group', origin, mergeGroup });
    },
    async protect(origin, asked, callback) {
      const runId = runOfCallback(callback, house.api, origin.repository);
      if (runId === null) {
        log('warn', 'a protection rule named an address that is not of this repository', {
          repository: origin.repository,
        });
        return;
      }
      await put({ kind: 'protect', origin, asked: { ...asked, runId } });
    },
    async changes(origin, number) {
      await put({ kind: 'changes', origin, number });
    },
    async ready(origin, which) {
      await put({ kind: 'ready', origin, which, tries: 0 });
    },
    async press(origin, pressed) {
      if (pressed.isBot || !isRecent(pressed.at, now())) return;
      await putOnce({ kind: 'press', origin, pressed }, pressed.at);
    },
    async wake(origin, { service, environment }) {
      await put({ kind: 'look', origin, key: { repo: origin.repository, service, environment } });
    },
    wakeAll: (origin) => queue.wake(origin.repository),
    async ask(origin, key, ask) {
      await put({ kind: 'ask', origin, key, ask });
    },
    async moved(origin, news, once) {
      await put(
        { kind: 'moved', origin, ...news },
        once === null ? {} : { once: `moved ${origin.repository} ${once}` },
      );
    },
    sweep,
    async gaveUp(errand, error) {
      if (errand.kind !== 'comment') return;
      const { origin, spoken } = errand;
      // What nobody foresaw may say anything: its words stay in the log.
      const told =
        error instanceof RollbackError
          ? error
          : new RollbackError('internal', 'lastgood failed at this in a way that nobody foresaw, again and again');
      try {
        const { doors } = await house.room(origin.repository, origin.installationId);
        await createReplies(doors, spoken).refuse(gaveUpComment(told));
      } catch (reason) {
        log('warn', messageOf(reason), { during: 'giving up', repository: origin.repository });
      }
    },
    start: () => queue.start(run),
    async drain() {
      await queue.drain();
      await house.flush();
    },
  };
}

/** Orders after which other people's pull requests stand differently. */
function changesOthers(body: string): boolean {
  const parsed = parseComment(body);
  return parsed?.kind === 'command' && ['freeze', 'unfreeze', 'release'].includes(parsed.command.kind);
}

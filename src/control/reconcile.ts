import { RollbackError } from '../errors.ts';
import type { Key } from '../plan/incident.ts';
import { playbookError } from '../playbook/faults.ts';
import type { Playbook } from '../playbook/schema.ts';
import { targetOf, type Target } from '../playbook/target.ts';
import type { Overview, Pull } from '../ports.ts';
import { parseBlock } from '../report/memory.ts';
import { activeOf, isSameComment, isSameStory, overWords, type Active } from './active.ts';
import { adoptPull, openPull } from './act.ts';
import { createAnnouncer } from './announce.ts';
import { decide } from './decide.ts';
import type { Doors } from './doors.ts';
import { draft, type Ask, type Draft } from './draft.ts';
import { createFollower, type Settled } from './follow.ts';
import { evidenceBefore, gatherEvidence, type Gathering } from './evidence.ts';
import type { Observed, Settings } from './observed.ts';
import { policyOf } from './policy.ts';
import { createMover } from './mover.ts';
import type { Recorder } from './record.ts';
import { createRefusals, type Refusals } from './refused.ts';
import { createSerial } from './serial.ts';

/** What GitHub said at the start of a look; a caller that has just read it hands it in. */
export interface Glance {
  readonly overview: Overview;
  readonly unfinished: readonly Pull[];
}

export interface Options {
  readonly glance?: Glance;
  /** Called as soon as the rollback stands on GitHub and can no longer be lost. */
  readonly claimed?: (pull: Pull) => void;
}

export interface Loop {
  /** Looks, decides, acts one step, looks again - until there is something to wait for or nothing left. Call it again at any time. */
  reconcile(key: Key, ask: Ask | null, options?: Options): Promise<Settled>;
  readonly recorder: Recorder;
  /** Commands of people who may not give them. */
  readonly refusals: Refusals;
  /** Tells the destinations of the playbook what the ledger has and nobody was told of: for the start of a process. */
  catchUp(): Promise<void>;
  /** Resolves when everything said and recorded so far is on GitHub. Does not wait for other destinations. */
  flush(): Promise<void>;
}

/** What was read of GitHub this long ago still holds. */
const UNCHANGED_MS = 100;

export function playbookOf(overview: Overview): Playbook {
  if (!overview.playbook)
    throw new RollbackError('playbook-missing', `There is no lastgood.yml on ${overview.defaultBranch}`);
  const parsed = policyOf(overview.playbook);
  if (!parsed.ok) throw playbookError(parsed.faults);
  return parsed.playbook;
}

export function createLoop(doors: Doors): Loop {
  const announcer = createAnnouncer(doors);
  const mover = createMover(doors, announcer.recorder);
  const follower = createFollower(doors, announcer, mover);

  async function reconcile(key: Key, ask: Ask | null, options: Options = {}): Promise<Settled> {
    const { overview, unfinished } = options.glance ?? (await glance(doors));
    const target = targetOf(playbookOf(overview), key);
    const active = activeOf(unfinished, key);
    const followActive = async ({ pull, memory }: Active): Promise<Settled> => {
      options.claimed?.(pull);
      const rules = await doors.repository.activeRules(overview.defaultBranch);
      return follower.goOn(target, settingsOf(overview, rules), { pull, memory });
    };
    // One open rollback at a time. Once it is merged and only its proof is missing, another bad release may be named.
    if (active && (!ask || active.pull.state === 'open')) return followActive(active);
    if (!ask)
      return { kind: 'idle', because: `no rollback of ${key.service} in ${key.environment} is under way`, again: null };
    const gathering = gatherEvidence(doors, target, overview, ask);
    const drafted = await draft(doors, target, key, overview, ask);
    if (active && (!drafted || isSameStory(active, drafted, ask))) return followActive(active);
    if (!drafted)
      return {
        kind: 'idle',
        because: `the release that was accused is no longer the one of ${key.service} in ${key.environment}`,
        again: null,
      };
    // Whoever names a target that nobody knows has misspelt it, mostly: they are answered, and nobody else is called.
    const { planned, existing } = drafted;
    if (planned.kind === 'no-last-good' && existing === null && ask.to !== null && ask.cause.kind === 'command')
      return { kind: 'idle', because: planned.because, again: null };
    if (ask.accept !== undefined && existing === null && planned.kind === 'planned' && planned.plan.hash !== ask.accept)
      return {
        kind: 'idle',
        because: `plan ${ask.accept} is no longer what would happen: something moved while it was being confirmed`,
        again: null,
      };
    return start(target, overview, { drafted, gathering }, options);
  }

  async function start(
    target: Target,
    overview: Overview,
    { drafted, gathering }: { readonly drafted: Draft; readonly gathering: Gathering },
    options: Options,
  ): Promise<Settled> {
    const { existing } = drafted;
    const memory = existing ? parseBlock(existing.body) : null;
    if (existing && memory) {
      // The same gate is found, and the same alert sent, long after its rollback is over: what is proven is not asked again.
      const over = overWords(existing);
      if (over !== null) {
        const done = isSameComment(memory.incident.cause, drafted.incident.cause);
        return { kind: 'idle', because: over, again: null, done };
      }
      options.claimed?.(existing);
      return follower.goOn(target, settingsOf(overview, drafted.activeRules), { pull: existing, memory });
    }
    const seen: Observed = {
      now: doors.clock.now(),
      incident: drafted.incident,
      rules: target.rules,
      stage: { kind: 'planning', planned: drafted.planned, before: drafted.before },
      ...settingsOf(overview, drafted.activeRules),
      applications: [],
      proof: null,
      escalated: drafted.escalated,
    };
    const step = decide(seen);
    if (step.kind === 'adopt') {
      const adopted = await adoptPull(doors, target, step, drafted);
      options.claimed?.(adopted.pull);
      return follower.goOn(target, settingsOf(overview, drafted.activeRules), adopted);
    }
    if (step.kind !== 'open') {
      const owed = await announcer.announce(seen, step, drafted.place);
      if (owed !== null)
        throw new RollbackError('github-unavailable', `Nobody could be told yet: ${step.because}`, {
          retryAfterMs: owed,
        });
      return { kind: 'looked', step, pull: null, seen, again: null };
    }
    const asked = doors.clock.now();
    const [evidence] = await Promise.all([
      evidenceBefore(doors, target, overview, drafted, gathering),
      drafted.outlook,
    ]);
    if (doors.clock.now() - asked > UNCHANGED_MS) {
      // While others were being asked, another replica may have opened it, merged it and tidied up its branch.
      const faster = await doors.repository.findRollback(drafted.branch);
      if (faster) return start(target, overview, { drafted: { ...drafted, existing: faster }, gathering }, options);
    }
    // Stored while the pull request is being opened: nothing in the cluster has changed yet.
    announcer.recorder.add([], [evidence]);
    const opened = await openPull(doors, target, step, drafted, evidence);
    options.claimed?.(opened.pull);
    return follower.goOn(target, settingsOf(overview, drafted.activeRules), opened);
  }

  const serial = createSerial();
  return {
    reconcile: (key, ask, options) => serial(`${key.service}/${key.environment}`, () => reconcile(key, ask, options)),
    recorder: announcer.recorder,
    refusals: createRefusals(doors, announcer.recorder),
    catchUp: () => announcer.herald.catchUp(),
    flush: async () => {
      await mover.flush();
      await announcer.flush();
    },
  };
}

export async function glance(doors: Pick<Doors, 'repository'>): Promise<Glance> {
  const [overview, unfinished] = await Promise.all([
    doors.repository.overview(),
    doors.repository.unfinishedRollbacks(),
  ]);
  return { overview, unfinished };
}

function settingsOf({ head, autoMergeAllowed, mergeMethods }: Overview, activeRules: readonly string[]): Settings {
  return { head, activeRules, autoMergeAllowed, mergeMethods };
}

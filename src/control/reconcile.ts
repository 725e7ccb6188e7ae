import { RollbackError } from '../errors.ts';
import type { Cause, Key } from '../plan/incident.ts';
import { branchPrefixOf, LABELS } from '../plan/identity.ts';
import { playbookError } from '../playbook/faults.ts';
import type { Playbook } from '../playbook/schema.ts';
import { targetOf, type Target } from '../playbook/target.ts';
import type { Overview, Pull } from '../ports.ts';
import { parseBlock, type Memory } from '../report/memory.ts';
import { actOnPull, adoptPull, openPull } from './act.ts';
import { createAnnouncer, placeOf } from './announce.ts';
import { decide } from './decide.ts';
import type { Doors } from './doors.ts';
import { draft, type Ask, type Draft } from './draft.ts';
import { observeApprovals } from './observe-approvals.ts';
import { observeApplications, observeMigration, observeObstacles, observeProof } from './observe.ts';
import type { Observed, Remembered, Settings } from './observed.ts';
import { policyOf } from './policy.ts';
import { createMover } from './mover.ts';
import { createProver } from './prove.ts';
import type { Recorder } from './record.ts';
import { createRefusals, type Refusals } from './refused.ts';
import { createSerial } from './serial.ts';
import type { Step } from './step.ts';

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

/** A right that was missing may have been given meanwhile. */
const ASK_AGAIN_MS = 60_000;

/** The end could not be written down. */
const SAY_AGAIN_MS = 2_000;

/** A rollback takes a handful of steps: more in one go means that somebody else undoes ours. */
const MOST_STEPS = 12;

export function playbookOf(overview: Overview): Playbook {
  if (!overview.playbook)
    throw new RollbackError('playbook-missing', `There is no lastgood.yml on ${overview.defaultBranch}`);
  const parsed = policyOf(overview.playbook);
  if (!parsed.ok) throw playbookError(parsed.faults);
  return parsed.playbook;
}

/** A rollback under way, with its memory. */
interface Active {
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

export function createLoop(doors: Doors): Loop {
  const prover = createProver(doors.clock);
  /** Operations that Argo CD did not let us end: people see the command, and not at every look another attempt. */
  const denied = new Map<string, { readonly application: string; readonly at: number }>();
  const announcer = createAnnouncer(doors);
  const mover = createMover(doors, announcer.recorder);

  async function reconcile(key: Key, ask: Ask | null, options: Options = {}): Promise<Settled> {
    const { overview, unfinished } = options.glance ?? (await glance(doors));
    const target = targetOf(playbookOf(overview), key);
    const active = activeOf(unfinished, key);
    const followActive = async ({ pull, memory }: Active): Promise<Settled> => {
      options.claimed?.(pull);
      const rules = await doors.repository.activeRules(overview.defaultBranch);
      return follow(target, settingsOf(overview, rules), pull, memory);
    };
    // One open rollback at a time. Once it is merged and only its proof is missing, another bad release may be named.
    if (active && (!ask || active.pull.state === 'open')) return followActive(active);
    if (!ask)
      return { kind: 'idle', because: `no rollback of ${key.service} in ${key.environment} is under way`, again: null };
    const drafted = await draft(doors, target, key, overview, ask);
    if (active && (!drafted || isSameStory(active, drafted, ask))) return followActive(active);
    if (!drafted)
      return {
        kind: 'idle',
        because: `the release that was accused is no longer the one of ${key.service} in ${key.environment}`,
        again: null,
      };
    return start(target, overview, drafted, options);
  }

  async function start(target: Target, overview: Overview, drafted: Draft, options: Options): Promise<Settled> {
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
      return follow(target, settingsOf(overview, drafted.activeRules), existing, memory);
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
      return follow(target, settingsOf(overview, drafted.activeRules), adopted.pull, adopted.memory);
    }
    if (step.kind !== 'open') {
      await announcer.announce(seen, step, drafted.place);
      return { kind: 'looked', step, pull: null, seen, again: null };
    }
    const opened = await openPull(doors, target, step, drafted);
    options.claimed?.(opened.pull);
    return follow(target, settingsOf(overview, drafted.activeRules), opened.pull, opened.memory);
  }

  /** From the pull request on: look, decide, act, until there is something to wait for. */
  async function follow(target: Target, first: Settings, opened: Pull, remembered: Memory): Promise<Settled> {
    let pull = opened;
    let settings = first;
    let memory = remembered;
    for (let taken = 0; taken < MOST_STEPS; taken += 1) {
      const known = denied.get(memory.incident.id);
      const mayNotTerminate = known && doors.clock.now() - known.at < ASK_AGAIN_MS ? known.application : null;
      const seen = { ...(await observe(target, settings, pull, memory)), mayNotTerminate };
      mover.see(seen, target);
      const step = decide(seen);
      const told = announcer.announce(seen, step, placeOf(memory, pull));
      if (step.kind === 'wait' || step.kind === 'escalate' || step.kind === 'finish') {
        const stands = await told;
        if (step.kind === 'finish' && stands) {
          prover.forget(seen.incident.id);
          denied.delete(seen.incident.id);
        }
        return {
          kind: 'looked',
          step,
          pull,
          seen,
          again: stands ? nextLook(step) : SAY_AGAIN_MS,
        };
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

  async function observe(target: Target, settings: Settings, pull: Pull, memory: Memory): Promise<Observed> {
    const merged = pull.state === 'merged';
    const applications = merged ? await observeApplications(doors, target, pull) : [];
    return {
      incident: memory.incident,
      rules: target.rules,
      stage: { kind: 'opened', remembered: rememberedOf(pull, memory) },
      ...settings,
      obstacles: await observeObstacles(doors, target, settings, pull),
      approvals: await observeApprovals(doors, target, pull, { memory, head: settings.head }),
      migration: await observeMigration(doors, pull, memory.job ?? null),
      applications,
      proof: merged ? await observeProof(doors, prover, target, memory.incident, pull, applications) : null,
      escalated: pull.labels.includes(LABELS.called) || pull.labels.includes(LABELS.escalated),
      now: doors.clock.now(),
    };
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

function rememberedOf(pull: Pull, memory: Memory): Remembered {
  const { good, mode, planHash, bypass = null, job = null, person = null, author = null, approvedBy = null } = memory;
  return { pull, good, mode, planHash, bypass, job, person, author, approvedBy };
}

function nextLook(step: Step): number | null {
  if (step.kind === 'wait') return step.lookAgainMs;
  return step.kind === 'escalate' && !step.final ? 60_000 : null;
}

function isSameComment(one: Cause, other: Cause): boolean {
  return one.kind === 'command' && other.kind === 'command' && one.commentId === other.commentId;
}

/** Asked again for what is already on its way back: the same bad release, or "the newest change" while that is our own revert. */
function isSameStory(active: Active, drafted: Draft, ask: Ask): boolean {
  if (drafted.incident.id === active.memory.incident.id) return true;
  return drafted.before.isRollback && ask.to === null;
}

function settingsOf({ head, autoMergeAllowed, mergeMethods }: Overview, activeRules: readonly string[]): Settings {
  return { head, activeRules, autoMergeAllowed, mergeMethods };
}

/** Why a pull request needs no further look, although somebody asks for its rollback again; null: it does. */
function overWords(pull: Pull): string | null {
  if (pull.labels.includes(LABELS.recovered))
    return `pull request #${pull.number} already rolled this release back: recovered, as proven by the metrics`;
  if (pull.state === 'closed' && pull.labels.includes(LABELS.cancelled))
    return `pull request #${pull.number} for this release was closed without a merge; reopen it to go on`;
  return null;
}

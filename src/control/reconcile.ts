import { RollbackError } from '../errors.ts';
import { evidencePath } from '../ledger/evidence.ts';
import type { Key } from '../plan/incident.ts';
import { LABELS, secondBranchOf } from '../plan/identity.ts';
import { playbookError } from '../playbook/faults.ts';
import type { Playbook } from '../playbook/schema.ts';
import { targetOf, type Target } from '../playbook/target.ts';
import type { Overview, Pull } from '../ports.ts';
import { parseBlock, servedSince } from '../report/memory.ts';
import { activeOf, isSameComment, isSameStory, overWords, type Active } from './active.ts';
import { actOnPull, adoptPull, openPull } from './act.ts';
import { createAnnouncer, placeOf } from './announce.ts';
import { decide } from './decide.ts';
import type { Doors } from './doors.ts';
import { draft, type Ask, type Draft } from './draft.ts';
import { draftSecond } from './draft-second.ts';
import { evidenceBefore, gatherEvidence, type Gathering } from './evidence.ts';
import { createLooker } from './looker.ts';
import type { Observed, Settings } from './observed.ts';
import { policyOf } from './policy.ts';
import { createMover } from './mover.ts';
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

/** What was read of GitHub this long ago still holds. */
const UNCHANGED_MS = 100;

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

export function createLoop(doors: Doors): Loop {
  const looker = createLooker(doors);
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
      return goOn(target, settingsOf(overview, rules), { pull, memory });
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
      return goOn(target, settingsOf(overview, drafted.activeRules), { pull: existing, memory });
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
      return goOn(target, settingsOf(overview, drafted.activeRules), adopted);
    }
    if (step.kind !== 'open') {
      await announcer.announce(seen, step, drafted.place);
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
    return goOn(target, settingsOf(overview, drafted.activeRules), opened);
  }

  /** From the pull request on. A first half that has its second already is over: a process died before it could say so. */
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
    for (let taken = 0; taken < MOST_STEPS; taken += 1) {
      const known = denied.get(memory.incident.id);
      const mayNotTerminate = known && doors.clock.now() - known.at < ASK_AGAIN_MS ? known.application : null;
      let seen: Observed = { ...(await looker.look(target, settings, { pull, memory })), mayNotTerminate };
      mover.see(seen, target);
      let step = decide(seen);
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
      const told = announcer.announce(seen, step, placeOf(memory, pull));
      if (step.kind === 'wait' || step.kind === 'escalate' || step.kind === 'finish') {
        const stands = await told;
        if (step.kind === 'finish' && stands) {
          looker.forget(seen.incident.id);
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
      if (step.kind === 'served') {
        const body = servedSince(pull.body, new Date(seen.now).toISOString());
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

/** When users were proven to be well again; null: moving the traffic alone did not prove it. */
function relievedAtOf({ stage, proof, now }: Observed): string | null {
  const half = stage.kind === 'opened' ? stage.remembered.half : null;
  const earlier = half?.kind === 'traffic' ? half.relievedAt : undefined;
  return earlier ?? (proof?.status === 'pass' ? new Date(now).toISOString() : null);
}

function nextLook(step: Step): number | null {
  if (step.kind === 'wait') return step.lookAgainMs;
  return step.kind === 'escalate' && !step.final ? 60_000 : null;
}

function settingsOf({ head, autoMergeAllowed, mergeMethods }: Overview, activeRules: readonly string[]): Settings {
  return { head, activeRules, autoMergeAllowed, mergeMethods };
}

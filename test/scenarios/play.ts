/** Plays a story: the facts at each moment become one observation, and `decide` says the next step. */
import assert from 'node:assert/strict';
import { decide } from '../../src/control/decide.ts';
import type { Observed, Recorded, Seen, Stage } from '../../src/control/observed.ts';
import type { Step } from '../../src/control/step.ts';
import type { Cause } from '../../src/plan/incident.ts';
import type { Planned, RollbackPlan } from '../../src/plan/plan.ts';
import type { Application, Obstacles, Pull, SyncWindows, Unhealthy } from '../../src/ports.ts';
import {
  aCommandCause,
  aGateCause,
  aGood,
  anApplication,
  anIncident,
  anObserved,
  aPlan,
  aPull,
  at,
  aVerdict,
  BAD,
  GOOD,
  MERGE,
  MINUTE,
  rulesFor,
  START,
} from '../control/builders.ts';

import type { Half } from '../../src/report/memory.ts';
import type { ApplicationFacts, CommitName, Expected, Facts, Story } from './story.ts';

const COMMITS = { bad: BAD, good: GOOD, revert: MERGE, later: '1a7e400000000000000000000000000000000006' } as const;

const CAUSES: Readonly<Record<Story['cause'], Cause>> = {
  gate: aGateCause(),
  'gate asks': aGateCause({ then: 'ask' }),
  alert: { kind: 'alert', source: 'Alertmanager', alert: 'HighErrorRate', fingerprint: 'f00d' },
  command: aCommandCause(),
  quarantine: { kind: 'quarantine', writer: 'image-bot', value: 'web:1.4.2', path: 'apps/web/deployment.yaml' },
};

const LATER = [{ sha: COMMITS.later, title: 'Release web 1.4.3', author: 'bob' }] as const;

/** A plan whose release changed the database, as it was judged. */
function planWith(undo: NonNullable<RollbackPlan['database']>['undo'], because: string): Planned {
  return { kind: 'planned', plan: aPlan({ migrations: ['db/V7__x.sql'], database: { undo, because } }) };
}

const PLANS: Readonly<Record<NonNullable<Facts['plan']>, Planned>> = {
  ready: { kind: 'planned', plan: aPlan() },
  'with a migration': { kind: 'planned', plan: aPlan({ migrations: ['apps/web/migrate.yaml'] }) },
  'with an addition': planWith('nothing', 'the older version runs on the newer schema'),
  'with a way down': planWith('down', 'column users.mail becomes users.email'),
  'with a dropped table': planWith('impossible', 'table carts is dropped with what it holds'),
  unfit: {
    kind: 'unfit',
    good: aGood(),
    because: 'apps/web/deployment.yaml image would go back to web:latest, a tag that moves',
    cure: 'Release by digest (image: name@sha256:...).',
  },
  'only the traffic': {
    kind: 'planned',
    plan: aPlan({
      ...{ strategy: 'canary', undoes: [] },
      phase: { kind: 'traffic', then: null, stuck: { because: 'image.tag changed again', author: 'ada' } },
    }),
  },
  'no-last-good': { kind: 'no-last-good', because: 'there is no state before bad0000 to go back to' },
  conflict: {
    kind: 'conflict',
    good: aGood(),
    conflicts: [{ path: 'apps/web/values.yaml', key: 'image.tag', bad: '1.4.2', good: '1.4.1', now: '1.4.3' }],
    because:
      'apps/web/values.yaml image.tag changed again after the bad release: a person must say which value is meant',
    later: LATER,
    instead: aPlan({
      changes: [{ path: 'apps/web/values.yaml', key: 'image.tag', from: '1.4.3', to: '1.4.1', moves: 'version' }],
    }),
  },
  'nothing-to-do': { kind: 'nothing-to-do', good: aGood(), because: 'the files already are as at 900d000' },
};

type Human = NonNullable<Extract<Stage, { kind: 'planning' }>['before']['human']> | null;

/** What stays true from one moment to the next until the story says otherwise. */
interface World {
  facts: Required<Pick<Facts, 'plan' | 'proof' | 'measured'>>;
  release: {
    age: number;
    isRollback: boolean;
    today: number;
    recently: number;
    human: Human;
    heldBy: string | null;
    kept: number;
  };
  repository: {
    rules: readonly string[];
    autoMerge: boolean;
    refused: string | null;
    obstacles: Obstacles;
    mayNotEnd: string | null;
  };
  pull: Pull | null;
  mode: 'human' | 'auto';
  half: NonNullable<NonNullable<Facts['pull-request']>['half']> | null;
  second: Facts['plan'] | null;
  served: boolean;
  called: boolean;
  /** The job that the pull request remembers, and what it has said. */
  job: string | null;
  said: Observed['migration'];
  applications: Map<
    string,
    {
      application: Application;
      of: CommitName;
      unreachable: { says: string; retry: boolean } | null;
      windows: SyncWindows | null;
      unhealthy: readonly Unhealthy[];
    }
  >;
}

/** Plays the whole story; throws at the first moment whose step is another one. */
export function play(story: Story): readonly Step[] {
  const rules = rulesFor(story.playbook);
  const world: World = {
    facts: { plan: 'ready', proof: null, measured: 'errors: 0.004 < 0.02 is not proven yet' },
    release: { age: 300, isRollback: false, today: 0, recently: 0, human: null, heldBy: null, kept: 0 },
    repository: {
      ...{ rules: [], autoMerge: true, refused: null, mayNotEnd: null },
      obstacles: { blockers: [], bypass: null },
    },
    pull: null,
    mode: 'human',
    half: null,
    second: null,
    served: false,
    called: false,
    job: null,
    said: null,
    applications: new Map(
      rules.applications.map((name) => [
        name,
        { application: before(name), of: 'bad', unreachable: null, windows: null, unhealthy: [] },
      ]),
    ),
  };
  return story.story.map((moment) => {
    take(world, moment.facts, moment.at);
    const seen: Observed = anObserved({
      now: START + moment.at * 1000,
      incident: anIncident({ cause: CAUSES[story.cause], way: story.way }),
      rules,
      stage: stageOf(world, moment.at),
      activeRules: world.repository.rules,
      autoMergeAllowed: world.repository.autoMerge,
      refused: world.repository.refused,
      obstacles: world.repository.obstacles,
      mayNotTerminate: world.repository.mayNotEnd,
      applications: world.pull?.state === 'merged' ? seenOf(world) : [],
      proof:
        world.facts.proof == null ? null : aVerdict({ status: world.facts.proof, because: world.facts.measured ?? '' }),
      recorded: recordedOf(moment.facts.ledger),
      back: backOf(moment.facts.back),
      second: world.second ? PLANS[world.second] : null,
      escalated: world.called,
      migration: world.said ?? null,
    });
    const step = decide(seen);
    check(story.title, moment.at, step, moment.then);
    if (step.kind === 'open') {
      world.mode = step.mode;
      world.job = step.job ?? null;
    }
    if (step.kind === 'adopt') world.mode = 'human';
    // The label on the pull request is what remembers that a person was called.
    if (step.kind === 'escalate' && world.pull) world.called = true;
    return step;
  });
}

/** Argo CD before the revert: the bad release is applied and looks healthy. */
function before(name: string): Application {
  const operation = anApplication().operation;
  return anApplication({
    name,
    sync: { status: 'Synced', revisions: [BAD] },
    health: { status: 'Healthy', since: at(-240) },
    operation: operation && { ...operation, revisions: [BAD], startedAt: at(-280), finishedAt: at(-260) },
  });
}

function take(world: World, now: Facts, seconds: number): void {
  const { release, repository, 'pull-request': pull } = now;
  if (now.plan) world.facts.plan = now.plan;
  if (now.job) world.said = { state: now.job.is, says: now.job.says };
  if (now.proof !== undefined) world.facts.proof = now.proof;
  if (now.measured !== undefined) world.facts.measured = now.measured;
  world.release = {
    age: release?.age ?? world.release.age,
    isRollback: release?.['is-a-rollback'] ?? world.release.isRollback,
    today: release?.['rollbacks-today'] ?? world.release.today,
    recently: release?.['rollbacks-within-pause'] ?? world.release.recently,
    human: humanOf(release?.reverted) ?? world.release.human,
    heldBy: release?.['held-by'] ?? world.release.heldBy,
    kept: release?.['kept-before'] ?? world.release.kept,
  };
  world.repository = {
    rules: repository?.rules ?? world.repository.rules,
    autoMerge: repository?.['auto-merge'] ?? world.repository.autoMerge,
    refused: repository?.refused ?? world.repository.refused,
    mayNotEnd: repository?.['may-not-end'] ?? world.repository.mayNotEnd,
    obstacles: {
      blockers:
        repository?.holding?.map((one) => ({ rule: 'pull_request', ...one })) ?? world.repository.obstacles.blockers,
      bypass: repository?.['may-bypass'] ?? world.repository.obstacles.bypass,
    },
  };
  if (now.second) world.second = now.second;
  if (pull?.served === true) world.served = true;
  if (pull?.half) {
    // The second pull request begins as an open one.
    if (pull.half === 'version' && world.half !== 'version') world.pull = null;
    world.half = pull.half;
  }
  if (pull) world.pull = pullAfter(world.pull ?? aPull({ createdAt: at(seconds) }), pull, seconds);
  if (pull?.confirmed === true) world.mode = 'auto';
  for (const [name, said] of Object.entries(now.applications ?? {})) {
    const known = world.applications.get(name);
    assert.ok(known, `the playbook of the story has no application '${name}'`);
    const of = said.of ?? known.of;
    world.applications.set(name, {
      application: applicationAfter(known.application, said, COMMITS[of], seconds),
      of,
      unreachable: said.unreachable === undefined ? known.unreachable : said.unreachable,
      windows: said.held === undefined ? known.windows : windowsOf(said.held),
      unhealthy: said.ailing === undefined ? known.unhealthy : [{ namespace: 'web', ...said.ailing }],
    });
  }
}

function humanOf(said: NonNullable<Facts['release']>['reverted']): Human {
  return said ? { number: said.number, by: said.by, state: said.is } : null;
}

function windowsOf(held: ApplicationFacts['held']): SyncWindows {
  if (!held) return { canSync: true, windows: [] };
  const { schedule, duration, 'by-hand': manualSync, over = false } = held;
  return { canSync: over, windows: [{ kind: 'deny', schedule, duration, manualSync, active: !over }] };
}

function pullAfter(pull: Pull, now: NonNullable<Facts['pull-request']>, seconds: number): Pull {
  const merged = now.is === 'merged' && pull.state !== 'merged';
  return {
    ...pull,
    state: now.is ?? pull.state,
    mergeState: now.merges ?? pull.mergeState,
    autoMerge: now['auto-merge'] ?? pull.autoMerge,
    queued: now.queued ?? pull.queued ?? false,
    empty: now.empty ?? pull.empty ?? false,
    adopted: now.adopted ?? pull.adopted ?? false,
    ours: now['foreign-commit'] === undefined ? pull.ours : !now['foreign-commit'],
    ...(merged ? { mergedAt: at(seconds), mergedBy: 'lastgood', mergeCommit: MERGE } : {}),
  };
}

function applicationAfter(app: Application, said: ApplicationFacts, revision: string, seconds: number): Application {
  const spoken = said.operation !== undefined || said.of !== undefined || said.retry !== undefined;
  const phase = said.operation === 'none' ? null : (said.operation ?? app.operation?.phase ?? 'Succeeded');
  const ended = phase !== 'Running' && phase !== 'Terminating';
  const operation = {
    phase: phase ?? 'Succeeded',
    revisions: [revision],
    message: said.message ?? app.operation?.message ?? '',
    startedAt: at(seconds),
    finishedAt: ended ? at(said.finished ?? seconds) : null,
    retryCount: said.retry ?? 0,
  };
  const status = said.compared ?? app.sync.status;
  return {
    ...app,
    sync: { status, revisions: status === 'Unknown' ? [] : [revision] },
    health: {
      status: said.health ?? app.health.status,
      since: said.since === undefined ? (said.health === undefined ? app.health.since : at(seconds)) : at(said.since),
    },
    operation: spoken ? (phase === null ? null : operation) : app.operation,
    ...(said['to-prune'] ? { toPrune: said['to-prune'] } : {}),
  };
}

function seenOf(world: World): Seen[] {
  return [...world.applications].map(([name, { application, of, unreachable, windows, unhealthy }]): Seen => {
    if (unreachable)
      return {
        kind: 'unreachable',
        name,
        message: unreachable.says,
        hint: 'Check ARGOCD_TOKEN.',
        retryable: unreachable.retry,
      };
    const carries = application.operation !== null && (of === 'revert' || of === 'later');
    const applied = carries && application.operation.phase === 'Succeeded';
    return { kind: 'seen', application, carries, applied, windows, unhealthy };
  });
}

function stageOf(world: World, seconds: number): Stage {
  if (world.pull)
    return {
      kind: 'opened',
      remembered: {
        pull: world.pull,
        good: aGood(),
        mode: world.mode,
        planHash: '0123456789ab',
        job: world.job,
        half: halfOf(world),
      },
    };
  const { plan } = world.facts;
  return {
    kind: 'planning',
    planned: PLANS[plan ?? 'ready'],
    before: {
      isRollback: world.release.isRollback,
      releasedAt: at(seconds - world.release.age),
      openedToday: world.release.today,
      openedRecently: world.release.recently,
      human: world.release.human,
      hold:
        world.release.heldBy === null
          ? null
          : {
              by: world.release.heldBy,
              since: at(-600),
              until: null,
              service: 'web',
              environment: '*',
              reason: 'load test',
            },
      keptBefore: world.release.kept,
    },
  };
}

function recordedOf(said: Facts['ledger']): Recorded | null {
  return said ? { kind: said.says, at: at(said.at), because: said.because ?? 'errors: 0.0010 < 0.02' } : null;
}

function backOf(said: Facts['back']): NonNullable<Observed['back']> | null {
  if (!said) return null;
  const verdict = aVerdict({ status: said.proven === true ? 'pass' : 'continue', because: 'probes: not yet proven' });
  return { verdict, stableMs: (said['well-for'] ?? 0) * 1000, beyond: said.beyond ?? null };
}

function halfOf({ half, served }: World): Half | null {
  switch (half) {
    case null:
      return null;
    case 'traffic':
      return { kind: half, strategy: 'canary', ...(served ? { relievedAt: at(60) } : {}) };
    case 'version':
      return { kind: half, strategy: 'canary', first: { number: 7, relievedAt: at(60) } };
  }
}

function check(title: string, seconds: number, step: Step, wanted: Expected): void {
  const where = `${title}, at ${seconds} s: got ${JSON.stringify(step, (key, value: unknown) => (key === 'pull' || key === 'plan' ? undefined : value))}`;
  assert.equal(step.kind, wanted.step, where);
  assert.ok(step.because.includes(wanted.because), `${where}, wanted the words '${wanted.because}'`);
  const said: Record<string, unknown> = { ...step };
  for (const field of ['mode', 'route', 'for', 'trouble', 'final', 'outcome'] as const)
    if (wanted[field] !== undefined) assert.equal(said[field], wanted[field], where);
  if (wanted.until !== undefined) assert.equal(said['until'], wanted.until === null ? null : at(wanted.until), where);
  if (wanted.todo !== undefined)
    assert.ok(listed(said['todo'], wanted.todo), `${where}, wanted to do '${wanted.todo}'`);
  if (wanted.command !== undefined)
    assert.ok(listed(said['commands'], wanted.command), `${where}, wanted the command '${wanted.command}'`);
  if (step.kind === 'wait') assert.ok(step.lookAgainMs > 0 && step.lookAgainMs <= MINUTE, where);
}

function listed(list: unknown, words: string): boolean {
  return Array.isArray(list) && list.some((line) => typeof line === 'string' && line.includes(words));
}

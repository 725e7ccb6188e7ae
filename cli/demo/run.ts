import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { verify as verifyLedger, parse as parseLedger } from '../../src/ledger/chain.ts';
import { tokenClient } from '../../src/adapters/github/client.ts';
import { githubRepository } from '../../src/adapters/github/repository.ts';
import { REPOSITORY, rollout } from '../../src/world/deployment.ts';
import { HEALTHY } from '../../src/world/services/faults.ts';
import { APPLICATION, startTown, type Town } from '../../src/world/town.ts';
import { runActionBundle, startBotProcess, type GateRun, type RunningBot } from './processes.ts';
import type { Scenario } from './scenarios.ts';

/** What a demo proved, with the numbers. Seconds are counted from the merge of the bad release; null: did not happen. */
export interface DemoResult {
  readonly scenario: string;
  readonly outcome: 'recovered' | 'escalated' | 'timed-out';
  /** The scenario ended as it says it does. */
  readonly asAnnounced: boolean;
  readonly metrics: 'prometheus' | 'openmetrics';
  readonly gate: {
    readonly decision: string;
    readonly reasonCode: string;
    readonly because: string;
    readonly exitCode: number;
  } | null;
  readonly seconds: {
    readonly detected: number | null;
    readonly opened: number | null;
    readonly merged: number | null;
    readonly applied: number | null;
    readonly recovered: number | null;
    readonly escalated: number | null;
  };
  readonly users: { readonly requests: number; readonly badUntilMerged: number; readonly badInAll: number };
  readonly revert: { readonly number: number; readonly url: string; readonly comment: string } | null;
  readonly image: { readonly bad: string; readonly now: string };
  /** Other people's change to the same file still stands. */
  readonly othersKept: boolean | null;
  readonly ledger: { readonly verified: boolean; readonly lines: number; readonly kinds: readonly string[] };
}

export interface DemoOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly prometheus: boolean;
  /** One line of the live timeline: seconds since the bad release, and what happened. */
  readonly say: (seconds: number | null, text: string) => void;
}

const LONGEST_MS = 80_000;

export async function runDemo(
  options: DemoOptions,
): Promise<{ readonly result: DemoResult; readonly town: Town; readonly bot: RunningBot }> {
  const { scenario, say } = options;
  const town = await startTown({
    behaviours: { '1.0.0': HEALTHY, '2.0.0': scenario.bad },
    prometheus: options.prometheus,
    rps: 200,
    seed: options.seed,
    terminateStale: scenario.name === 'bad-sync',
    ...(scenario.ends === 'escalated' ? { verifyWithin: '15s' } : {}),
  });
  say(
    null,
    `world: GitHub ${town.github.url}, Argo CD ${town.argoCd.url}, service ${town.fleet.url}, metrics from ${town.metrics.kind}`,
  );
  let released = 0;
  const since = (): number => (Date.now() - released) / 1000;
  const bot = await startBotProcess(town, {
    onLine: ({ level, message, step }) => released > 0 && (step ?? level !== 'info') && say(since(), `bot: ${message}`),
  });
  say(null, `bot: a process of its own, receives signed webhooks at ${bot.url}`);
  await town.github.drain();

  if (scenario.name === 'bad-sync')
    town.argoCd.failNextSync({ retries: 1000, message: 'one or more synchronization tasks are not valid' });
  const release = await town.release('2.0.0');
  released = Date.now();
  say(0, `release 2.0.0 merged by mona as ${release.sha.slice(0, 7)} (#${release.number})`);
  const before = town.load.counts();
  if (scenario.name === 'conflict') await othersChange(town, say, since);

  const gate = scenario.noticedBy === 'gate' ? await runGate(town, release.sha, say, since) : null;
  if (scenario.noticedBy === 'person') await personAsks(town, release.number, say, since);
  const detected = since();
  const seen = await watch(town, scenario, say, since);
  const bad = town.load.counts();
  const ledger = await readLedger(town);
  const revert = rollbackOf(town);
  return {
    town,
    bot,
    result: {
      scenario: scenario.name,
      outcome: seen.outcome,
      asAnnounced: seen.outcome === scenario.ends && ledger.verified,
      metrics: town.metrics.kind,
      gate: gate && readGate(gate),
      seconds: { detected, ...seen.seconds },
      users: {
        requests: bad.total - before.total,
        badUntilMerged: seen.badUntilMerged - before.bad,
        badInAll: bad.bad - before.bad,
      },
      revert: revert && {
        number: revert.number,
        url: `${town.github.url}/${REPOSITORY}/pull/${revert.number}`,
        comment: commentOf(town),
      },
      image: { bad: 'registry.example/recommender:2.0.0', now: town.fleet.state().stable ?? 'none' },
      othersKept: scenario.name === 'conflict' ? await keepsOthersChange(town) : null,
      ledger,
    },
  };
}

type Say = DemoOptions['say'];
type Since = () => number;

async function othersChange(town: Town, say: Say, since: Since): Promise<void> {
  await town.github.pushCommit(REPOSITORY, {
    author: 'bob',
    message: 'More replicas for the evening',
    files: { 'apps/recommender/production/rollout.yaml': rollout('2.0.0').replace('replicas: 4', 'replicas: 6') },
  });
  say(since(), 'bob changes replicas to 6 in the same file');
}

async function keepsOthersChange(town: Town): Promise<boolean> {
  const client = githubRepository(
    tokenClient({ baseUrl: town.github.url, token: town.github.token('mona') }),
    REPOSITORY,
    '',
  );
  const { head } = await client.overview();
  const [file] = (await client.trees(['apps/recommender/production/rollout.yaml'], [head])).get(head) ?? [];
  const text = file ? (await client.texts([file.blob])).get(file.blob) : null;
  return text === rollout('1.0.0').replace('replicas: 4', 'replicas: 6');
}

async function runGate(town: Town, sha: string, say: Say, since: Since): Promise<GateRun> {
  say(since(), 'gate: the committed bundle of the Action starts as a process');
  await town.argoCd.settle();
  const gate = await runActionBundle(town, sha, (line) => say(since(), `gate: ${line}`));
  return gate;
}

async function personAsks(town: Town, number: number, say: Say, since: Since): Promise<void> {
  await sleep(2000);
  say(since(), `Argo CD: ${town.argoCd.state(APPLICATION).operation?.message ?? 'idle'}`);
  await town.github.comment(REPOSITORY, number, {
    author: 'mona',
    body: '/rollback recommender production because the sync of 2.0.0 never ends',
  });
  say(since(), 'mona comments /rollback on the release');
}

function readGate(run: GateRun): NonNullable<DemoResult['gate']> {
  const result = JSON.parse(run.outputs['result'] ?? '{}') as { because?: string };
  return {
    decision: run.outputs['decision'] ?? '',
    reasonCode: run.outputs['reason_code'] ?? '',
    because: result.because ?? '',
    exitCode: run.exitCode,
  };
}

function rollbackOf(town: Town) {
  return (
    [...town.github.repository(REPOSITORY).issues.values()].find((issue) =>
      issue.pull?.headRef.startsWith('rollback/'),
    ) ?? null
  );
}

function commentOf(town: Town): string {
  const comments = [...town.github.repository(REPOSITORY).issues.values()].flatMap((issue) => issue.comments);
  return comments.find((comment) => comment.body.includes('lastgood:v1:timeline'))?.body ?? '';
}

interface Watched {
  readonly outcome: DemoResult['outcome'];
  readonly seconds: Omit<DemoResult['seconds'], 'detected'>;
  readonly badUntilMerged: number;
}

/** Follows the revert with the eyes of a person: what GitHub, Argo CD and the label of the pull request say. */
async function watch(town: Town, scenario: Scenario, say: Say, since: Since): Promise<Watched> {
  const seconds: Record<keyof Watched['seconds'], number | null> = {
    opened: null,
    merged: null,
    applied: null,
    recovered: null,
    escalated: null,
  };
  const reach = (what: keyof typeof seconds, text: string): void => {
    if (seconds[what] !== null) return;
    seconds[what] = since();
    say(seconds[what], text);
  };
  let badUntilMerged = 0;
  while (since() * 1000 < LONGEST_MS) {
    const issue = rollbackOf(town);
    if (issue) reach('opened', `revert pull request #${issue.number} opened: ${issue.title}`);
    if (issue?.pull?.mergedAt) {
      if (seconds.merged === null) {
        badUntilMerged = town.load.counts().bad;
        // The old version fails from now on: a fault that no revert can take away.
        if (scenario.name === 'not-recovered') town.fleet.setFaults('1.0.0', scenario.bad);
      }
      reach('merged', `merged as ${issue.pull.mergeCommit?.slice(0, 7) ?? ''} by ${issue.pull.mergedBy?.login ?? ''}`);
      if (appliedBy(town) === issue.pull.mergeCommit)
        reach('applied', 'Argo CD applied the revert; every user is back on 1.0.0');
    }
    const labels = issue?.labels.map((label) => label.name) ?? [];
    if (labels.includes('lastgood: recovered')) {
      reach('recovered', 'recovered: applied, healthy and every success criterion proven');
      return { outcome: 'recovered', seconds, badUntilMerged };
    }
    if (labels.includes('lastgood: escalated')) {
      reach('escalated', 'escalated: merged and healthy, but not proven recovered; a person is called');
      return { outcome: 'escalated', seconds, badUntilMerged };
    }
    await sleep(50);
  }
  return { outcome: 'timed-out', seconds, badUntilMerged };
}

function appliedBy(town: Town): string | null {
  const { operation } = town.argoCd.state(APPLICATION);
  return operation?.phase === 'Succeeded' ? operation.revision : null;
}

async function readLedger(town: Town): Promise<DemoResult['ledger']> {
  const repository = githubRepository(
    tokenClient({ baseUrl: town.github.url, token: town.github.token('mona') }),
    REPOSITORY,
    '',
  );
  const text = await repository.ledger();
  const proved = verifyLedger(text, (words) => createHash('sha256').update(words).digest('hex'));
  return {
    verified: proved.ok && text !== '',
    lines: proved.ok ? proved.lines : 0,
    kinds: proved.ok ? parseLedger(text).map((line) => line.kind) : [],
  };
}

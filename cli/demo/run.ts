import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY, rollout } from '../../src/world/deployment.ts';
import { APPLICATION, type Town } from '../../src/world/town.ts';
import { runActionBundle, type GateRun } from './processes.ts';
import type { DemoResult, Say } from './result.ts';
import type { Scenario } from './scenarios.ts';
import type { Stage } from './stage.ts';
import { commentOf, keepsOthersChange, readLedger, rollbackOf, watch, type Since } from './watch.ts';

/** Plays the scenario on an open stage: the bad release, whoever notices it, and the way back to its end. */
export async function play(stage: Stage, scenario: Scenario, say: Say): Promise<DemoResult> {
  const { town } = stage;
  const release = await town.release('2.0.0', scenario.name === 'bad-sync' ? 'its sync never ends' : 'it syncs');
  const since = stage.startClock();
  say(0, `release 2.0.0 merged by mona as ${release.sha.slice(0, 7)} (#${release.number})`);
  const before = town.load.counts();
  if (scenario.name === 'conflict') await othersChange(town, say, since);

  const gate = scenario.noticedBy === 'gate' ? await runGate(town, release.sha, say, since) : null;
  if (scenario.noticedBy === 'person') await personAsks(town, release.number, say, since);
  const detected = since();
  const seen = await watch(town, scenario, say, since);
  const after = town.load.counts();
  const ledger = await readLedger(town);
  const revert = rollbackOf(town);
  const url = `${town.github.url}/${REPOSITORY}/pull/${revert?.number ?? ''}`;
  return {
    scenario: scenario.name,
    outcome: seen.outcome,
    asAnnounced: seen.outcome === scenario.ends && ledger.verified,
    metrics: town.metrics.kind,
    gate: gate && readGate(gate),
    seconds: { detected, ...seen.seconds },
    users: {
      requests: after.total - before.total,
      badUntilMerged: seen.badUntilMerged - before.bad,
      badInAll: after.bad - before.bad,
    },
    revert: revert && { number: revert.number, url, comment: commentOf(town) },
    image: { bad: 'registry.example/recommender:2.0.0', now: town.fleet.state().stable ?? 'none' },
    othersKept: scenario.name === 'conflict' ? await keepsOthersChange(town) : null,
    ledger,
  };
}

async function othersChange(town: Town, say: Say, since: Since): Promise<void> {
  await town.github.pushCommit(REPOSITORY, {
    author: 'bob',
    message: 'More replicas for the evening',
    files: { 'apps/recommender/production/rollout.yaml': rollout('2.0.0').replace('replicas: 4', 'replicas: 6') },
  });
  say(since(), 'bob changes replicas to 6 in the same file');
}

async function runGate(town: Town, sha: string, say: Say, since: Since): Promise<GateRun> {
  say(since(), 'gate: the committed bundle of the Action starts as a process');
  await town.argoCd.settle();
  const gate = await runActionBundle(town, sha, (line) =>
    say(since(), `gate: ${line.length > 170 ? `${line.slice(0, 167)}...` : line}`),
  );
  return gate;
}

async function personAsks(town: Town, number: number, say: Say, since: Since): Promise<void> {
  while ((town.argoCd.state(APPLICATION).operation?.retryCount ?? 0) < 2 && since() < 20) await sleep(100);
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

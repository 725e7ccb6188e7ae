import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../../src/world/deployment.ts';
import { APPLICATION, type Merged } from '../../src/world/town.ts';
import { alertFires } from './alert.ts';
import { runActionBundle, type GateRun } from './processes.ts';
import type { DemoResult, Say } from './result.ts';
import type { Scenario, Scene } from './scenario.ts';
import type { Stage } from './stage.ts';
import { commentOf, listUnder, readLedger, rollbacksOf, usersOf, watch } from './watch.ts';

/** Plays the scenario on an open stage: the bad release, whoever notices it, and the way back to its end. */
export async function play(stage: Stage, scenario: Scenario, say: Say): Promise<DemoResult> {
  const { town } = stage;
  const versions = (): readonly string[] => scenario.versions.map((shown) => shown.read(town));
  const old = versions();
  const release = (await scenario.release?.(town)) ?? null;
  const fault = scenario.fault?.(town) ?? '';
  const since = stage.startClock();
  const scene: Scene = { town, say, since };
  say(0, release === null ? fault : mergedBy(scene, release));
  const before = usersOf(town, scenario.harm);
  await scenario.others?.act(scene);

  await (scenario.noticedBy === 'person' ? syncRetries(scene) : town.argoCd.settle());
  const released = versions();
  const gate =
    release !== null && scenario.noticedBy === 'gate' ? await runGate(scene, release.sha, stage.ending) : null;
  if (release !== null && scenario.noticedBy === 'person') await personAsks(scene, release.number);
  if (typeof scenario.noticedBy === 'object') {
    const { alert: name, ...rule } = scenario.noticedBy;
    await alertFires({ name, harm: scenario.harm, ...rule }, scene, stage.bot.url);
  }
  const detected = since();
  const seen = await watch(scenario, scene);
  const after = usersOf(town, scenario.harm);
  const now = versions();
  const ledger = await readLedger(town);
  const [revert, second] = rollbacksOf(town);
  const pull = ({ number, title }: { readonly number: number; readonly title: string }) => ({
    ...{ number, title },
    url: `${town.github.url}/${REPOSITORY}/pull/${number}`,
  });
  return {
    scenario: scenario.name,
    outcome: seen.outcome,
    asAnnounced: seen.outcome === scenario.ends && ledger.verified,
    metrics: town.metrics.kind,
    gate: gate && readGate(gate),
    seconds: { detected, ...seen.seconds },
    users: {
      harm: scenario.harm.says,
      requests: after.requests - before.requests,
      badUntilMerged: seen.badUntilMerged === null ? null : seen.badUntilMerged - before.bad,
      badInAll: after.bad - before.bad,
    },
    revert: revert ? { ...pull(revert), comment: commentOf(town) } : null,
    second: second ? pull(second) : null,
    versions: scenario.versions.map(({ of }, i) => ({
      of,
      before: old[i] ?? '',
      released: released[i] ?? '',
      relieved: seen.relieved?.[i] ?? null,
      after: now[i] ?? '',
    })),
    verified: [...new Set([revert, second].flatMap((one) => listUnder('Verified in the registries', one?.body ?? '')))],
    refusal: seen.refusal,
    othersKept: scenario.others ? await scenario.others.kept(town) : null,
    ledger,
  };
}

function mergedBy({ town }: Scene, { sha, number }: Merged): string {
  const title = town.github.repository(REPOSITORY).issues.get(number)?.title ?? '';
  return `merged by mona as ${sha.slice(0, 7)} (#${number}): ${title}`;
}

async function runGate({ town, say, since }: Scene, sha: string, ending: AbortSignal): Promise<GateRun> {
  say(since(), 'gate: the committed bundle of the Action starts as a process');
  return runActionBundle(town, sha, { onLine: (line) => say(since(), `gate: ${line}`), ending });
}

async function syncRetries({ town, say, since }: Scene): Promise<void> {
  while ((town.argoCd.state(APPLICATION).operation?.retryCount ?? 0) < 2 && since() < 20) await sleep(100);
  say(since(), `Argo CD: ${town.argoCd.state(APPLICATION).operation?.message ?? 'idle'}`);
}

async function personAsks({ town, say, since }: Scene, number: number): Promise<void> {
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

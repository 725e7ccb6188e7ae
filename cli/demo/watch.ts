import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse as parseLedger, verify as verifyLedger } from '../../src/ledger/chain.ts';
import { tokenClient } from '../../src/adapters/github/client.ts';
import { githubRepository } from '../../src/adapters/github/repository.ts';
import { LABELS } from '../../src/plan/identity.ts';
import { REPOSITORY, rollout } from '../../src/world/deployment.ts';
import { APPLICATION, type Town } from '../../src/world/town.ts';
import type { DemoResult, Say } from './result.ts';
import type { Scenario } from './scenarios.ts';

/** Seconds since the bad release. */
export type Since = () => number;

/** A person gives up watching after this long. */
const LONGEST_MS = 80_000;

export function rollbackOf(town: Town) {
  return (
    [...town.github.repository(REPOSITORY).issues.values()].find((issue) =>
      issue.pull?.headRef.startsWith('rollback/'),
    ) ?? null
  );
}

export function commentOf(town: Town): string {
  const comments = [...town.github.repository(REPOSITORY).issues.values()].flatMap((issue) => issue.comments);
  return comments.find((comment) => comment.body.includes('lastgood:v1:timeline'))?.body ?? '';
}

interface Watched {
  readonly outcome: DemoResult['outcome'];
  readonly seconds: Omit<DemoResult['seconds'], 'detected'>;
  readonly badUntilMerged: number;
}

/** Follows the revert with the eyes of a person: what GitHub, Argo CD and the label of the pull request say. */
export async function watch(town: Town, scenario: Scenario, say: Say, since: Since): Promise<Watched> {
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
    if (labels.includes(LABELS.recovered)) {
      reach('recovered', 'recovered: applied, healthy and every success criterion proven');
      return { outcome: 'recovered', seconds, badUntilMerged };
    }
    if (labels.includes(LABELS.escalated)) {
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

export async function readLedger(town: Town): Promise<DemoResult['ledger']> {
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

export async function keepsOthersChange(town: Town): Promise<boolean> {
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

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse as parseLedger, verify as verifyLedger } from '../../src/ledger/chain.ts';
import { tokenClient } from '../../src/adapters/github/client.ts';
import { githubRepository } from '../../src/adapters/github/repository.ts';
import { LABELS } from '../../src/plan/identity.ts';
import { REPOSITORY } from '../../src/world/deployment.ts';
import { APPLICATION, type Town } from '../../src/world/town.ts';
import type { DemoResult, Refusal } from './result.ts';
import type { Harm, Scenario, Scene } from './scenario.ts';

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

/** What the users got so far. */
export function usersOf(town: Town, harm: Harm): { readonly requests: number; readonly bad: number } {
  const counts = town.fleet.counts('all');
  return counts === null ? { requests: 0, bad: 0 } : { requests: counts.total, bad: harm.bad(counts) };
}

/** The list under a heading of a pull request, as text. */
export function listUnder(heading: string, body: string): readonly string[] {
  const [, after = ''] = body.split(`### ${heading}\n`);
  return (after.split('\n###')[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('- '))
    .map((line) => line.slice(2).replaceAll('\\', ''));
}

interface Watched {
  readonly outcome: DemoResult['outcome'];
  readonly seconds: Omit<DemoResult['seconds'], 'detected'>;
  readonly badUntilMerged: number | null;
  readonly refusal: Refusal | null;
}

/** Follows the revert with the eyes of a person: what GitHub, Argo CD and the label of the pull request say. */
export async function watch(scenario: Scenario, scene: Scene): Promise<Watched> {
  const { town, say, since } = scene;
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
  let badUntilMerged: number | null = null;
  let refusal: Refusal | null = null;
  while (since() * 1000 < LONGEST_MS) {
    const issue = rollbackOf(town);
    if (issue) reach('opened', `revert pull request #${issue.number} opened: ${issue.title}`);
    if (issue && scenario.refused && refusal === null) refusal = await scenario.refused(scene, issue.number);
    if (issue?.pull?.mergedAt) {
      if (seconds.merged === null) {
        badUntilMerged = usersOf(town, scenario.harm).bad;
        scenario.onMerged?.(town);
      }
      reach('merged', `merged as ${issue.pull.mergeCommit?.slice(0, 7) ?? ''} by ${issue.pull.mergedBy?.login ?? ''}`);
      if (appliedBy(town) === issue.pull.mergeCommit)
        reach('applied', `Argo CD applied the revert; users are served ${shown(scenario, town)}`);
    }
    const labels = issue?.labels.map((label) => label.name) ?? [];
    if (labels.includes(LABELS.recovered)) {
      reach('recovered', 'recovered: applied, healthy and every success criterion proven');
      return { outcome: 'recovered', seconds, badUntilMerged, refusal };
    }
    if (labels.includes(LABELS.escalated)) {
      reach('escalated', 'escalated: merged and healthy, but not proven recovered; a person is called');
      return { outcome: 'escalated', seconds, badUntilMerged, refusal };
    }
    await sleep(50);
  }
  return { outcome: 'timed-out', seconds, badUntilMerged, refusal };
}

function shown({ versions }: Scenario, town: Town): string {
  return versions.map((shown) => `${shown.of} ${shown.read(town)}`).join(', ');
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

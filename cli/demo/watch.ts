import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '../../src/adapters/sha256.ts';
import { parse as parseLedger, verify as verifyLedger } from '../../src/ledger/chain.ts';
import { tokenClient } from '../../src/adapters/github/client.ts';
import { githubRepository } from '../../src/adapters/github/repository.ts';
import { LABELS } from '../../src/plan/identity.ts';
import { parseBlock } from '../../src/report/memory.ts';
import { REPOSITORY } from '../../src/world/deployment.ts';
import { APPLICATION, type Town } from '../../src/world/town.ts';
import type { DemoResult, Refusal } from './result.ts';
import type { Harm, Scenario, Scene } from './scenario.ts';

/** A person gives up watching after this long. */
const LONGEST_MS = 80_000;

/** The pull requests of lastgood: the revert; or first the traffic, then the version. */
export function rollbacksOf(town: Town) {
  return [...town.github.repository(REPOSITORY).issues.values()].flatMap((issue) =>
    issue.pull?.headRef.startsWith('rollback/') ? [{ ...issue, pull: issue.pull }] : [],
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
  /** What served the users once they were relieved; null: the way back had one half. */
  readonly relieved: readonly string[] | null;
}

/** Follows the revert with the eyes of a person: what GitHub, Argo CD and the label of the pull request say. */
export async function watch(scenario: Scenario, scene: Scene): Promise<Watched> {
  const { town, say, since } = scene;
  const seconds: Record<keyof Watched['seconds'], number | null> = {
    ...{ opened: null, merged: null, applied: null, relieved: null, recovered: null, escalated: null },
  };
  const reach = (what: keyof typeof seconds, text: string): boolean => {
    if (seconds[what] !== null) return false;
    seconds[what] = since();
    say(seconds[what], text);
    return true;
  };
  const told = new Set<string>();
  const tell = (text: string): void => {
    if (!told.has(text)) say(since(), text);
    told.add(text);
  };
  let badUntilMerged: number | null = null;
  let refusal: Refusal | null = null;
  let relieved: readonly string[] | null = null;
  const end = (outcome: DemoResult['outcome']): Watched => ({ outcome, seconds, badUntilMerged, refusal, relieved });
  while (since() * 1000 < LONGEST_MS) {
    const [first, second] = rollbacksOf(town);
    if (first) reach('opened', `pull request #${first.number} opened: ${first.title}`);
    if (first && scenario.refused && refusal === null) refusal = await scenario.refused(scene, first.number);
    if (first?.pull.mergedAt) {
      if (reach('merged', mergedWords(first))) {
        badUntilMerged = usersOf(town, scenario.harm).bad;
        scenario.onMerged?.(town);
      }
      if (appliedBy(town) === first.pull.mergeCommit)
        reach('applied', `Argo CD applied it; users are served ${shown(scenario, town)}`);
    }
    const labels = [first, second].flatMap((one) => one?.labels.map(({ name }) => name) ?? []);
    if ((labels.includes(LABELS.relieved) || isServed(first?.body)) && relieved === null) {
      relieved = scenario.versions.map((one) => one.read(town));
      reach('relieved', 'relieved: the traffic is away, and every success criterion proven');
      if (scenario.onRelieved) tell(scenario.onRelieved(town));
    }
    if (second) tell(`pull request #${second.number} opened: ${second.title}`);
    if (second?.pull.mergedAt) tell(mergedWords(second));
    if (labels.includes(LABELS.recovered)) {
      reach('recovered', `recovered: applied, healthy and every success criterion proven; ${shown(scenario, town)}`);
      return end('recovered');
    }
    if (labels.includes(LABELS.escalated)) {
      reach('escalated', 'escalated: merged and healthy, but not proven recovered; a person is called');
      return end('escalated');
    }
    await sleep(50);
  }
  return end('timed-out');
}

/** The pull request remembers that users are well on the fallback. */
function isServed(body: string | null | undefined): boolean {
  const half = parseBlock(body)?.half;
  return half?.kind === 'traffic' && half.relievedAt !== undefined;
}

function mergedWords({ number, pull }: ReturnType<typeof rollbacksOf>[number]): string {
  return `#${number} merged as ${pull.mergeCommit?.slice(0, 7) ?? ''} by ${pull.mergedBy?.login ?? ''}`;
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
  const proved = verifyLedger(text, sha256);
  return {
    verified: proved.ok && text !== '',
    lines: proved.ok ? proved.lines : 0,
    kinds: proved.ok ? parseLedger(text).map((line) => line.kind) : [],
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../../src/world/deployment.ts';
import type { Chance } from './chance.ts';
import { deployment, notesOf, pathOf } from './playbook.ts';
import type { World } from './world.ts';

/** One bad release, and what people did around it. */
export interface Incident {
  readonly service: string;
  readonly bad: string;
  readonly release: number;
  readonly comment: number;
  /** Users stay unhappy after the rollback: only an escalation is right. */
  readonly ailing: boolean;
  /** Commits of other people meanwhile. */
  readonly foreign: readonly string[];
  readonly ended: 'recovered' | 'escalated' | 'never';
}

const LOOK_MS = 200;

export function rollbacksOf(world: World, bad: string) {
  const { issues } = world.github.repository(REPOSITORY);
  return [...issues.values()].flatMap((issue) =>
    issue.pull?.headRef.startsWith('rollback/') && issue.pull.headRef.endsWith(`/${bad.slice(0, 7)}`)
      ? [{ ...issue, pull: issue.pull }]
      : [],
  );
}

function endOf(world: World, bad: string): 'recovered' | 'escalated' | null {
  const labels = rollbacksOf(world, bad).flatMap((found) => found.labels.map(({ name }) => name));
  if (labels.includes('lastgood: recovered')) return 'recovered';
  return labels.includes('lastgood: escalated') ? 'escalated' : null;
}

/** Releases a bad version, asks for the way back, and waits for the end. */
export async function playIncident(
  world: World,
  { service, tag, dice, patienceMs }: { service: string; tag: string; dice: Chance; patienceMs: number },
): Promise<Incident> {
  const { github, pages } = world;
  const ailing = dice.hits(0.04);
  const branch = `release-${service}-${tag}`;
  await github.pushCommit(REPOSITORY, {
    branch,
    author: 'mona',
    message: `Release ${service} ${tag}`,
    files: { [`${pathOf(service)}/deployment.yaml`]: deployment(service, tag) },
  });
  const release = await github.openPullRequest(REPOSITORY, {
    head: branch,
    title: `${service} ${tag}`,
    author: 'mona',
  });
  const bad = await github.merge(REPOSITORY, release, { method: 'squash', by: 'mona' });
  if (ailing) pages.ail(service, true);
  const comment = await github.comment(REPOSITORY, release, { author: 'mona', body: '/rollback' });
  const foreign: string[] = [];
  if (dice.hits(0.5)) {
    await sleep(dice.between(0, 1_500));
    const files = { [notesOf(service)]: `# ${service}\nSeen with ${tag}.\n` };
    foreign.push(await github.pushCommit(REPOSITORY, { author: 'bob', message: `Notes on ${service}`, files }));
  }
  const until = Date.now() + patienceMs;
  let ended = endOf(world, bad);
  while (ended === null && Date.now() < until) {
    await sleep(LOOK_MS);
    ended = endOf(world, bad);
  }
  if (ailing) pages.ail(service, false);
  return { service, bad, release, comment, ailing, foreign, ended: ended ?? 'never' };
}

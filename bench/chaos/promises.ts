import { createHash } from 'node:crypto';
import { tokenClient } from '../../src/adapters/github/client.ts';
import { githubRepository } from '../../src/adapters/github/repository.ts';
import { parse, verify } from '../../src/ledger/chain.ts';
import type { Line } from '../../src/ledger/entry.ts';
import { REPOSITORY } from '../../src/world/deployment.ts';
import { rollbacksOf, type Incident } from './incident.ts';
import type { World } from './world.ts';

/** Everything that was promised and is not so, each in a sentence. */
export async function brokenPromises(world: World, incidents: readonly Incident[]): Promise<readonly string[]> {
  const client = tokenClient({ baseUrl: world.github.url, token: world.github.token('mona') });
  const text = await githubRepository(client, REPOSITORY, '').ledger();
  const proved = verify(text, (words) => createHash('sha256').update(words).digest('hex'));
  if (!proved.ok) return [`the ledger is broken at line ${proved.line}: ${proved.because}`];
  const lines = parse(text);
  const ids = lines.map(({ id }) => id);
  return [
    ...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `${id} stands twice in the ledger`),
    ...(await foreignWork(world, incidents)),
    ...incidents.flatMap((incident) =>
      ofIncident(world, incident, lines).map((words) => `${incident.service} ${incident.bad.slice(0, 7)}: ${words}`),
    ),
  ];
}

function ofIncident(world: World, incident: Incident, lines: readonly Line[]): readonly string[] {
  const { issues, comments } = world.github.repository(REPOSITORY);
  const found = rollbacksOf(world, incident.bad);
  const [rollback] = found;
  if (incident.ended === 'never') return ['it has no end'];
  if (rollback === undefined || found.length !== 1) return [`${found.length} reverts instead of one`];
  const broken: string[] = [];
  const must = (holds: boolean, words: string): void => {
    if (!holds) broken.push(words);
  };
  const states = rollback.labels.map(({ name }) => name).filter((name) => name.startsWith('lastgood: '));
  must(states.length === 1, `its revert carries the states ${states.join(', ')}`);
  must(rollback.pull.mergedAt !== null, 'its revert is not merged');
  must(!incident.ailing || incident.ended === 'escalated', 'users see errors, and it is called recovered');

  const ours = [...comments.values()].filter(({ author }) => author.login.startsWith('lastgood'));
  for (const number of [incident.release, rollback.number]) {
    const bodies = ours.filter(({ issue }) => issue.number === number).map(({ body }) => body);
    const timelines = bodies.filter((body) => body.includes('lastgood:v1:timeline'));
    must(timelines.length <= 1, `${timelines.length} timelines at #${number}`);
    must(new Set(bodies).size === bodies.length, `a comment stands twice at #${number}`);
  }
  const reactions = comments.get(incident.comment)?.reactions.map(({ content }) => content) ?? [];
  must(reactions.join() === 'rocket', `the command carries the reactions '${reactions.join(', ')}'`);

  const opened = lines.find(({ kind, details }) => kind === 'opened' && details['pullRequest'] === rollback.number);
  const kinds = lines.filter((line) => opened && line.incident === opened.incident).map(({ kind }) => kind);
  for (const kind of ['requested', 'opened', 'merged', incident.ended] as const)
    must(kinds.filter((known) => known === kind).length === 1, `the ledger has not one '${kind}': ${kinds.join(', ')}`);
  must(issues.has(incident.release), 'the release is gone');
  return broken;
}

/** Nobody else's commit left the history, and no rollback touched another file than that of its service. */
async function foreignWork(world: World, incidents: readonly Incident[]): Promise<readonly string[]> {
  const repository = world.github.repository(REPOSITORY);
  const { git } = repository;
  const history = new Set<string>();
  const broken: string[] = [];
  for (let sha = await git.branch(repository.defaultBranch); sha !== null;) {
    history.add(sha);
    const commit = await git.resolveCommit(sha);
    sha = commit?.parents[0] ?? null;
  }
  for (const { service, bad, foreign } of incidents)
    for (const sha of [bad, ...foreign])
      if (!history.has(sha)) broken.push(`${service}: commit ${sha.slice(0, 7)} is no longer in the history`);
  const files = tokenClient({ baseUrl: world.github.url, token: world.github.token('mona') });
  for (const service of new Set(incidents.map((incident) => incident.service))) {
    const last = incidents
      .filter((incident) => incident.service === service)
      .flatMap(({ foreign }) => foreign)
      .at(-1);
    const read = async (path: string, ref: string): Promise<string> => {
      const { data } = await files.request('GET /repos/{owner}/{repo}/contents/{path}', {
        owner: 'acme',
        repo: 'deployments',
        path,
        ref,
      });
      return 'sha' in data ? data.sha : '';
    };
    const notes = `apps/${service}/NOTES.md`;
    if (last !== undefined && (await read(notes, 'main')) !== (await read(notes, last)))
      broken.push(`${service}: ${notes} is not what bob wrote last`);
    if (world.pages.running(service) !== '1.0.0')
      broken.push(`${service}: ${world.pages.running(service) ?? 'nothing'} runs, not 1.0.0`);
  }
  return broken;
}

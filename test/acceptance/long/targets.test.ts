/** What cannot or need not be gone back to: an image that is gone, a tag that moves, a revert that has become empty. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { REPOSITORY, rollout } from '../../../src/world/deployment.ts';
import { entryAt } from '../../../src/world/github/git/tree-edit.ts';
import { HEALTHY } from '../../../src/world/services/faults.ts';
import type { Town } from '../../../src/world/town.ts';
import { startBotHere } from '../in-process.ts';
import { labelled, openStage, ourComments, rollbackOf, timelines, until, writePlaybook, type Stage } from '../stage.ts';

const FILE = 'apps/recommender/production/rollout.yaml';

describe('what cannot or need not be gone back to', () => {
  let stage: Stage;
  let town: Town;
  let stop = (): Promise<void> => Promise.resolve();
  /** A registry that knows these tags and says of any other that it has none. */
  const tags = new Set<string>();
  const registry = createServer((request, response) => {
    const tag = (request.url ?? '').split('/').at(-1) ?? '';
    if (tags.has(tag)) response.writeHead(200, { 'docker-content-digest': `sha256:${'a'.repeat(64)}` }).end();
    else response.writeHead(404).end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN' }] }));
  });
  let host = '';
  const manifest = (tag: string) => rollout(tag).replace('registry.example', host);
  const push = (tag: string) =>
    town.github.pushCommit(REPOSITORY, { author: 'mona', message: `Release ${tag}`, files: { [FILE]: manifest(tag) } });
  /** Released, and promoted: everybody is served by it. */
  const serving = async (tag: string): Promise<void> => {
    await push(tag);
    await until('it is the canary', () => town.fleet.state().canary?.endsWith(`:${tag}`));
    await town.fleet.promote();
  };
  before(async () => {
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
    host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
    stage = await openStage({ rps: 40, playbook: withRegistry });
    ({ town } = stage);
    for (const tag of ['1.1.0', 'nightly']) town.fleet.setFaults(tag, HEALTHY);
    stop = await startBotHere(town);
  });
  after(async () => {
    await stop();
    registry.close();
    await stage.close();
  });
  const withRegistry = (text: string) => `registries: { images: { kind: oci, url: "http://${host}" } }\n${text}`;
  const ask = async (sha: string, body: string) => {
    const answers = () =>
      [...town.github.repository(REPOSITORY).commitComments.values()].filter(
        ({ commit, author }) => commit === sha && author.login.startsWith('lastgood'),
      );
    const before = answers().length;
    await town.github.commentOnCommit(REPOSITORY, sha, { author: 'mona', body });
    return (await until('the comment is answered', () => answers()[before])).body;
  };

  test('a tag that moves is no target for a machine or a bare command, and a person may name it', async () => {
    await serving('nightly');
    tags.add('nightly');
    const good = await town.github.repository(REPOSITORY).git.branch('main');
    const bad = await push('2.1.0');
    assert.match(await ask(bad, '/rollback'), /would go back to .*:nightly, a tag that moves/);
    assert.equal(rollbackOf(town, bad), null);
    const plan = await ask(bad, `/rollback plan to ${good ?? ''}`);
    assert.match(plan, /a tag that moves[\s\S]*\/rollback confirm [0-9a-f]{12}/);
    await serving('1.1.0');
  });

  test('an image that is gone is refused before anything is opened; once it is back the same words work', async () => {
    const bad = await push('2.0.0');
    assert.match(await ask(bad, '/rollback'), /A person is needed.*recommender:1\.1\.0.*(gone|no such|there is none)/);
    assert.equal(rollbackOf(town, bad), null);
    tags.add('1.1.0');
    await town.github.commentOnCommit(REPOSITORY, bad, { author: 'mona', body: '/rollback' });
    const { body } = await labelled(town, bad, 'recovered');
    assert.match(body ?? '', /Verified in the registries[\s\S]*recommender:1\.1\.0: there, as sha256:a/);
    // Whoever was called on the issue read on there to the end.
    const [told, ...others] = timelines(town).filter(({ body: words }) => words.includes('**Recovered**'));
    assert.deepEqual([told?.issue.pull, told?.issue.state, others], [null, 'closed', []]);
  });

  test('a revert that has become empty while it waited is closed, and nothing is merged', async () => {
    await writePlaybook(town, (text) =>
      withRegistry(text).replace('approval: auto', 'approvals: { needed: 1, commands: true }, approval: auto'),
    );
    const bad = await push('2.2.0');
    await town.github.commentOnCommit(REPOSITORY, bad, { author: 'mona', body: '/rollback' });
    const { number, pull } = await until('the revert is open', () => rollbackOf(town, bad));
    // A person pushes the very same, the quarantine included.
    const files = await contentOf(town, pull.headSha);
    await town.github.pushCommit(REPOSITORY, { author: 'bob', message: 'The same by hand', files });
    const issue = town.github.repository(REPOSITORY).issues.get(number);
    await until('it is closed', () => issue?.state === 'closed');
    assert.equal(issue?.pull?.mergedAt, null);
    await until('it says why', () =>
      ourComments(town, number).find(({ body }) => /already holds all that|closed without a merge/.test(body)),
    );
  });
});

/** The files that a revert changes, as its head has them. */
async function contentOf(town: Town, head: string): Promise<Record<string, string>> {
  const { git } = town.github.repository(REPOSITORY);
  const commit = await git.resolveCommit(head);
  const changed = await git.diff(commit?.parents[0] ?? '', head);
  const texts = changed.map(async ({ path }) => {
    const entry = commit && (await entryAt(git.store, commit.tree, path));
    return [path, entry ? ((await git.store.blob(entry.sha))?.toString('utf8') ?? '') : ''] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

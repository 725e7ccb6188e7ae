/** Where people speak and who must agree: comments on commits, approvals by two people, a team and code owners. Real Git, real webhooks. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { REPOSITORY, rollout } from '../../../src/world/deployment.ts';
import { entryAt } from '../../../src/world/github/git/tree-edit.ts';
import type { Town } from '../../../src/world/town.ts';
import { startBotHere } from '../in-process.ts';
import { labelled, openStage, rollbackOf, soundLedger, timelines, until, writePlaybook, type Stage } from '../stage.ts';

describe('comments on commits', () => {
  let stage: Stage;
  let town: Town;
  let stop = (): Promise<void> => Promise.resolve();
  before(async () => {
    stage = await openStage({ rps: 40 });
    ({ town } = stage);
    stop = await startBotHere(town);
  });
  after(async () => {
    await stop();
    await stage.close();
  });
  const comments = () => town.github.repository(REPOSITORY).commitComments;
  const say = (sha: string, body: string, author = 'mona') =>
    town.github.commentOnCommit(REPOSITORY, sha, { author, body });
  const answers = (sha: string) =>
    [...comments().values()].filter(({ commit, author }) => commit === sha && author.login.startsWith('lastgood'));
  const reacted = (id: number) =>
    until('the comment is answered', () => {
      const found = comments().get(id)?.reactions ?? [];
      return found.length > 0 ? found.map(({ content }) => content) : null;
    });

  let sha = '';

  test('who may not is refused on the commit itself, and a bot is not heard', async () => {
    ({ sha } = await town.release('2.0.0'));
    assert.deepEqual(await reacted(await say(sha, '/rollback', 'eve')), ['confused']);
    assert.match(answers(sha).at(-1)?.body ?? '', /eve has the role 'read'/);
    await say(sha, '/rollback', 'image-updater[bot]');
    await town.github.drain();
    assert.equal(rollbackOf(town, sha), null);
    assert.equal(answers(sha).length, 1);
  });

  test('a plan is printed and confirmed there, and the release of that commit is rolled back', async () => {
    await reacted(await say(sha, '/rollback plan'));
    const [, hash = ''] = /\/rollback confirm ([0-9a-f]{12})/.exec(answers(sha).at(-1)?.body ?? '') ?? [];
    assert.deepEqual(await reacted(await say(sha, `/rollback confirm ${hash}`)), ['rocket']);
    const { number, body } = await labelled(town, sha, 'recovered');
    assert.match(body ?? '', /mona asked for it/);
    assert.match(answers(sha).at(-1)?.body ?? '', new RegExp(`#${number} is the revert`));
    assert.equal(timelines(town, number).length, 1);
  });

  test('a comment whose webhook was lost is found by the next sweep; an edited one never is', async () => {
    await stop();
    stop = () => Promise.resolve();
    ({ sha } = await town.release('2.1.0'));
    town.github.failWebhook({ kind: 'lose', event: 'commit_comment', times: 2 });
    const edited = comments().get(await say(sha, '/freeze'));
    assert.ok(edited);
    edited.lastEditedAt = Date.now();
    const lost = await say(sha, '/rollback the webhook was lost');
    stop = await startBotHere(town);
    assert.deepEqual(await reacted(lost), ['rocket']);
    await labelled(town, sha, 'recovered');
    assert.deepEqual(edited.reactions, []);
    assert.ok((await soundLedger(town)).every(({ kind }) => kind !== 'frozen'));
  });

  test('a later release changed the same key: the plan that sets only these keys is confirmed, and what came later stays', async () => {
    const FILE = 'apps/recommender/production/rollout.yaml';
    const { sha: bad } = await town.release('2.2.0');
    const files = { [FILE]: rollout('2.3.0').replace('replicas: 4', 'replicas: 6') };
    await town.github.pushCommit(REPOSITORY, { author: 'mona', message: 'Release 2.3.0 with more replicas', files });
    await reacted(await say(bad, '/rollback plan'));
    const offered = answers(bad).at(-1)?.body ?? '';
    assert.match(offered, /Revert these too[\s\S]*Release 2\.3\.0 with more replicas[\s\S]*Or set only these keys/);
    const [, hash = ''] = /\/rollback confirm ([0-9a-f]{12})/.exec(offered) ?? [];
    assert.deepEqual(await reacted(await say(bad, `/rollback confirm ${hash}`)), ['rocket']);
    const { pull } = await labelled(town, bad, 'recovered');
    const { store } = town.github.repository(REPOSITORY).git;
    const commit = await store.commit(pull.mergeCommit ?? '');
    const entry = commit && (await entryAt(store, commit.tree, FILE));
    const text = entry && (await store.blob(entry.sha))?.toString('utf8');
    assert.equal(text, rollout('1.0.0').replace('replicas: 4', 'replicas: 6'));
  });
});

describe('who must agree', () => {
  let stage: Stage;
  let town: Town;
  let stop = (): Promise<void> => Promise.resolve();
  before(async () => {
    stage = await openStage({
      rps: 40,
      playbook: (text) =>
        text.replace('approval: auto,', 'approval: auto, approvals: { needed: 2, codeowners: true, commands: true },'),
    });
    ({ town } = stage);
    for (const login of ['carl', 'dora']) town.github.permit(REPOSITORY, login, 'write');
    town.github.team('acme', 'sre', ['dora']);
    const files = { '.github/CODEOWNERS': '* @mona\n/apps/recommender/ @acme/sre\n' };
    await town.github.pushCommit(REPOSITORY, { author: 'mona', message: 'Owners', files });
    stop = await startBotHere(town);
  });
  after(async () => {
    await stop();
    await stage.close();
  });

  test('two distinct people, one of them a code owner, and never the head that was pushed over', async () => {
    const release = await town.release('2.0.0');
    const asked = await town.github.comment(REPOSITORY, release.number, { author: 'bob', body: '/rollback' });
    assert.ok(asked);
    const { number, pull, body } = await until('the revert is open', () => rollbackOf(town, release.sha));
    const says = (words: RegExp) =>
      until(`the timeline says ${words.source}`, () => timelines(town).find(({ body: said }) => words.test(said)));
    const open = () => assert.equal(rollbackOf(town, release.sha)?.pull.mergedAt, null);
    await says(/waits for 1 more approval, with a code owner of apps\/recommender.*: bob approved/);
    const review = (author: string, event: 'APPROVE' | 'REQUEST_CHANGES' = 'APPROVE') =>
      town.github.review(REPOSITORY, number, { author, event });
    await review('carl');
    await says(/code owner of apps\/recommender.*: (bob approved, carl approved|carl approved, bob approved)/);
    open();
    await review('eve');
    await says(/eve may not roll back here/);
    open();
    const hash = /"planHash":"(?<hash>[0-9a-f]+)"/.exec(body ?? '')?.groups?.['hash'] ?? '';
    await town.github.comment(REPOSITORY, number, { author: 'dora', body: `/rollback confirm ${hash}` });
    await labelled(town, release.sha, 'recovered');
    const merged = (await soundLedger(town)).find(({ kind }) => kind === 'merged');
    assert.match(String(merged?.details['approvedBy']), /dora \(comment\).*carl \(review\).*bob \(command\)/);
    assert.equal(pull.reviews.length, 2);
  });

  test('the author of the bad change does not count alone, and who asks for changes takes their word back', async () => {
    await stop();
    await writePlaybook(town, (text) =>
      text.replace('approval: auto,', 'approval: auto, approvals: { needed: 1, team: acme/sre, commands: true },'),
    );
    town.github.team('acme', 'sre', ['dora', 'mona']);
    stop = await startBotHere(town);
    const release = await town.release('2.1.0');
    await town.github.comment(REPOSITORY, release.number, { author: 'mona', body: '/rollback' });
    const { number } = await until('the revert is open', () => rollbackOf(town, release.sha));
    const says = (words: RegExp) =>
      until(`the timeline says ${words.source}`, () => timelines(town).find(({ body: said }) => words.test(said)));
    await says(/waits for 1 more approval of acme\/sre: author mona does not count alone/);
    await town.github.review(REPOSITORY, number, { author: 'carl', event: 'APPROVE' });
    await says(/carl is not in acme\/sre/);
    await town.github.review(REPOSITORY, number, { author: 'dora', event: 'REQUEST_CHANGES' });
    await town.github.review(REPOSITORY, number, { author: 'dora', event: 'APPROVE' });
    await labelled(town, release.sha, 'recovered');
  });
});

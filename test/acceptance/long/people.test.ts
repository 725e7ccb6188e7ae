/** Where people speak and who must agree: comments on commits, approvals by two people, a team and code owners. Real Git, real webhooks. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { REPOSITORY } from '../../../src/world/deployment.ts';
import type { Town } from '../../../src/world/town.ts';
import { startBotHere } from '../in-process.ts';
import { labelled, openStage, rollbackOf, soundLedger, timelines, until, type Stage } from '../stage.ts';

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
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REPOSITORY } from '../../src/world/deployment.ts';
import { openStage, rollbackOf, timelines, until, writePlaybook } from './stage.ts';

test('an Argo CD that refuses the token, or does not answer, is told in one sentence of the one comment', async (t) => {
  const stage = await openStage({ rps: 1 });
  t.after(() => stage.close());
  const { town } = stage;
  const said = (number: number, words: RegExp) =>
    until(`the comment says ${words.source}`, () => timelines(town, number).find(({ body }) => words.test(body))?.body);

  await stage.startBot({ ARGOCD_TOKEN: 'not-the-token' });
  const release = await town.release('2.0.0');
  await town.github.comment(REPOSITORY, release.number, { author: 'mona', body: '/rollback' });
  const denied = await said(release.number, /HTTP 401, the token is missing, wrong or expired/);
  assert.match(denied, /Check ARGOCD\\?_TOKEN/);
  assert.ok(rollbackOf(town, release.sha)?.pull.mergedAt, 'the revert is merged all the same');
  assert.doesNotMatch(denied, /not-the-token/);

  await writePlaybook(town, (text) => text.replace(/argocd: \{ url: "[^"]+"/, 'argocd: { url: "http://127.0.0.1:9"'));
  const next = await town.release('2.1.0');
  await town.github.comment(REPOSITORY, next.number, { author: 'mona', body: '/rollback' });
  const away = await said(next.number, /'recommender-production' at 127\.0\.0\.1:9\b/);
  assert.doesNotMatch(away, /Recovered\*\*/);
  assert.equal(timelines(town, release.number).length, 1);
  assert.equal(timelines(town, next.number).length, 1);
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runActionBundle } from '../../cli/demo/processes.ts';
import { REPOSITORY } from '../../src/world/deployment.ts';
import { labelled, openStage, ourComments, reactionsTo, soundLedger, timelines, until, type Stage } from './stage.ts';

describe('from a bad release to the proof that it is over', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
    await stage.startBot();
  });
  after(() => stage.close());

  test('the gate in the committed bundle fails the canary and the bot rolls back until it is proven recovered', async () => {
    const { town } = stage;
    const release = await town.release('2.0.0');
    await town.argoCd.settle();
    const gate = await runActionBundle(town, release.sha);
    assert.equal(gate.exitCode, 1);
    assert.equal(gate.outputs['decision'], 'fail');
    assert.equal(gate.outputs['reason_code'], 'harm-proven');
    assert.match(gate.summary, /error rate/);

    const { pull, number } = await labelled(town, release.sha, 'recovered');
    assert.equal(pull.mergedBy?.login, 'lastgood[bot]');
    assert.equal(town.fleet.state().stable, 'registry.example/recommender:1.0.0');
    assert.equal(town.fleet.state().canary, null);
    const [timeline, ...others] = timelines(town);
    assert.equal(others.length, 0);
    assert.equal(timeline?.issue.number, number);
    assert.match(timeline.body, /^\*\*Recovered\*\*/);
    const kinds = (await soundLedger(town)).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['gate-failed', 'requested', 'opened', 'merged', 'applied', 'recovered']);
  });

  test("a person's comment that GitHub delivers twice makes one pull request, one comment, one reaction and the same end", async () => {
    const { town } = stage;
    const release = await town.release('2.1.0');
    const said = ourComments(town).length;
    town.github.failWebhook({ kind: 'duplicate', event: 'issue_comment' });
    const comment = await town.github.comment(REPOSITORY, release.number, { author: 'bob', body: '/rollback' });
    const { pull } = await labelled(town, release.sha, 'recovered');
    assert.equal(pull.mergedBy?.login, 'lastgood[bot]');
    assert.deepEqual(reactionsTo(town, comment), ['rocket']);
    assert.equal(timelines(town, release.number).length, 1);
    assert.equal(ourComments(town).length, said + 1);
    assert.equal(
      town.github.deliveries.filter(({ event, redelivery }) => event === 'issue_comment' && redelivery).length,
      1,
    );
    const lines = await soundLedger(town);
    assert.deepEqual(
      lines.slice(6).map(({ kind, actor }) => `${kind} ${actor}`),
      ['requested bob', 'opened lastgood', 'merged lastgood', 'applied Argo CD', 'recovered lastgood'],
    );
    assert.equal(
      await until('the service is back', () => town.fleet.state().stable),
      'registry.example/recommender:1.0.0',
    );
  });
});

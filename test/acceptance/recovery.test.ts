import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { runActionBundle } from '../../cli/demo/processes.ts';
import { REPOSITORY, rollout } from '../../src/world/deployment.ts';
import { evidenceFaults, evidenceOf, evidencePath, parseEvidence } from '../../src/ledger/evidence.ts';
import {
  evidenceFiles,
  labelled,
  openStage,
  ourComments,
  reactionsTo,
  soundLedger,
  timelines,
  until,
  type Stage,
} from './stage.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('from a bad release to the proof that it is over', () => {
  let stage: Stage;
  /** What lastgood wrote, one word each. */
  const writes: string[] = [];
  before(async () => {
    stage = await openStage({
      onExchange: ({ method, path, login, requestBody }) => {
        const operation = /"query":"\s*(?:mutation (\w+))?/.exec(JSON.stringify(requestBody ?? ''))?.[1];
        const isWrite = path.endsWith('/graphql') ? operation !== undefined : method !== 'GET';
        if (isWrite && login?.startsWith('lastgood') === true) writes.push(operation ?? wordOf(path));
      },
    });
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
    const lines = await soundLedger(town);
    const kinds = lines.map(({ kind }) => kind);
    assert.deepEqual(kinds, ['gate-failed', 'requested', 'opened', 'merged', 'applied', 'recovered']);
    const evidence = await evidenceFiles(town);
    assert.deepEqual(evidenceFaults(lines, evidence, sha256), []);
    const [before] = lines.flatMap((line) => {
      const snapshot = parseEvidence(evidence.get(evidencePath(line.incident ?? '', evidenceOf(line) ?? '')) ?? '');
      return snapshot?.phase === 'before' ? [snapshot] : [];
    });
    assert.equal(before?.versions.bad, release.sha);
    assert.ok(
      before.gates.kind === 'known' && before.measured.kind === 'known' && before.applications.kind === 'known',
    );
    assert.equal(before.gates.value.length, 1);
    assert.equal(evidence.size, 2);
  });

  test('a pull request with an image that moves is told why it could not be rolled back, and one that is pinned in how long', async () => {
    const { town } = stage;
    const propose = async (tag: string) => {
      const files = { 'apps/recommender/production/rollout.yaml': rollout(tag) };
      const branch = `release-${tag}`;
      const head = await town.github.pushCommit(REPOSITORY, { branch, author: 'bob', message: branch, files });
      await town.github.openPullRequest(REPOSITORY, { head: branch, title: branch, author: 'bob' });
      const { checks } = town.github.repository(REPOSITORY);
      return until(`lastgood/ready stands on ${branch}`, () =>
        [...checks.values()].findLast(
          (run) =>
            run.headSha === head && run.name === 'lastgood/ready' && !/no trial merge/.test(run.output.summary ?? ''),
        ),
      );
    };
    const moving = await propose('latest');
    assert.equal(moving.conclusion, 'neutral');
    assert.match(moving.output.title ?? '', /^Not ready to be rolled back: /);
    assert.match(
      moving.output.summary ?? '',
      /registry\.example\/recommender:latest: the tag latest moves[\s\S]*by digest/,
    );
    const pinned = await propose('2.9.0');
    assert.match(pinned.output.summary ?? '', /planned on the trial merge: 1 file goes back to [0-9a-f]{7}/);
    assert.match(pinned.output.title ?? '', /This release can be rolled back in about \d+ s/);
  });

  test("a person's comment that GitHub delivers twice makes one pull request, one comment, one reaction and the same end", async () => {
    const { town } = stage;
    const release = await town.release('2.1.0');
    const said = ourComments(town).length;
    const before = writes.length;
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
    const written = Object.groupBy(writes.slice(before), (word) => word);
    const count = (word: string): number => written[word]?.length ?? 0;
    assert.deepEqual(
      ['Open', 'labels', 'merge', 'reactions', 'deployments'].map((word) => [word, count(word)]),
      [
        ['Open', 1],
        ['labels', 2],
        ['merge', 1],
        ['reactions', 1],
        ['deployments', 1],
      ],
    );
    // Within GitHub's limits for ten at once: the ledger in four commits, a story of four versions, two checks, two states.
    assert.ok(writes.length - before <= 22, JSON.stringify(writes.slice(before)));
  });
});

/** `/repos/o/r/issues/7/labels` is `labels`. */
function wordOf(path: string): string {
  return path.split('/').findLast((part) => /^[a-z_-]+$/.test(part)) ?? path;
}

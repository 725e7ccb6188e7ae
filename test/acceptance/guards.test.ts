import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RunningBot } from '../../cli/demo/processes.ts';
import { REPOSITORY, rollout } from '../../src/world/deployment.ts';
import {
  labelled,
  openStage,
  ourComments,
  reactionsTo,
  rollbackOf,
  rollbacks,
  serves,
  soundLedger,
  timelines,
  until,
  writePlaybook,
  type Stage,
} from './stage.ts';

describe('what stands between a command and its rollback', () => {
  let stage: Stage;
  let bot: RunningBot;
  /** A release that nobody rolls back: where people ask for what is refused. */
  let place = 0;
  before(async () => {
    stage = await openStage({ rps: 40 });
    place = (await stage.town.release('2.0.0')).number;
    await stage.town.github.pushCommit(REPOSITORY, {
      author: 'mona',
      message: 'Back to 1.0.0 by hand',
      files: { 'apps/recommender/production/rollout.yaml': rollout('1.0.0') },
    });
    bot = await stage.startBot();
  });
  after(() => stage.close());

  /** Everything that a refused command may change is its own answer. */
  async function refusedWith(release: number, author: string, body: string): Promise<string> {
    const { town } = stage;
    const [pulls, said] = [rollbacks(town).length, ourComments(town).length];
    const comment = await town.github.comment(REPOSITORY, release, { author, body });
    await until('the comment is answered', () => reactionsTo(town, comment).length > 0);
    await town.github.drain();
    assert.deepEqual(reactionsTo(town, comment), ['confused']);
    assert.equal(rollbacks(town).length, pulls);
    assert.ok((await soundLedger(town)).every(({ actor, kind }) => actor !== author || kind === 'refused'));
    assert.equal(ourComments(town).length, said + 1);
    return ourComments(town, release).at(-1)?.body ?? '';
  }

  test('a first release without anything good before it is refused with the way to name a target', async () => {
    const { town } = stage;
    const first = await firstRelease();
    const comment = await town.github.comment(REPOSITORY, first, {
      author: 'mona',
      body: '/rollback search production',
    });
    await until('the comment is answered', () => reactionsTo(town, comment).length > 0);
    await town.github.drain();
    assert.equal(rollbacks(town).length, 0);
    assert.ok(
      ourComments(town, first).some(({ body }) => /No last good revision known/.test(body)),
      ourComments(town, first)
        .map(({ body }) => body)
        .join('\n---\n'),
    );
  });

  /** A service whose manifests were made by the very release that is bad. */
  async function firstRelease(): Promise<number> {
    const { town } = stage;
    await writePlaybook(town, (text) => text.replace('services:\n', `services:\n${SEARCH}`));
    await town.github.pushCommit(REPOSITORY, {
      branch: 'first-search',
      author: 'mona',
      message: 'Release search 1.0.0',
      files: {
        'apps/search-v2/production/deployment.yaml':
          'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: search\n',
      },
    });
    const number = await town.github.openPullRequest(REPOSITORY, {
      head: 'first-search',
      title: 'Release search 1.0.0',
      author: 'mona',
    });
    await town.github.merge(REPOSITORY, number, { method: 'squash', by: 'mona' });
    return number;
  }

  test('a person without write access gets one refusal with its cure, and nothing else happens', async () => {
    const answer = await refusedWith(place, 'eve', '/rollback recommender production');
    assert.match(answer, /eve has the role 'read'/);
    assert.match(answer, /Ask someone with write access/);
  });

  test('an unknown service is answered with the one that was probably meant', async () => {
    const answer = await refusedWith(place, 'bob', '/rollback recomender production');
    assert.match(answer, /recomender/);
    assert.match(answer, /Did you mean 'recommender'/);
    assert.match(answer, /\/rollback recommender production/);
  });

  test('a playbook with faults on the default branch is named with the place of each', async () => {
    const { town } = stage;
    await writePlaybook(town, (text) =>
      text.replace('if: p95 > 300ms', 'if: p95 >> 300ms').replace('soak: 20s', 'soak: soon'),
    );
    const answer = await refusedWith(place, 'bob', '/rollback');
    assert.match(answer, /lastgood\.yml:\d+:\d+/);
    assert.match(answer, /soon/);
    await writePlaybook(town, (text) => text);
  });

  test('required checks: auto-merge waits for them, and the recovery is proven after they passed', async () => {
    const { town } = stage;
    const rules = town.github.ruleset(REPOSITORY, {
      rules: [
        {
          type: 'required_status_checks',
          parameters: { required_status_checks: [{ context: 'ci' }], strict_required_status_checks_policy: false },
        },
      ],
    });
    const release = await releaseAbove('2.3.0');
    await town.github.comment(REPOSITORY, release.number, { author: 'mona', body: '/rollback' });
    const { pull } = await until('auto-merge is armed', () => {
      const found = rollbackOf(town, release.sha);
      return found?.pull.autoMerge ? found : null;
    });
    assert.equal(pull.mergedAt, null);
    const head = await town.github.repository(REPOSITORY).git.branch(pull.headRef);
    await town.github.check(REPOSITORY, head ?? '', { name: 'ci', conclusion: 'success' });
    await labelled(town, release.sha, 'recovered');
    town.github.repository(REPOSITORY).rulesets.delete(rules);
  });

  /** Merges a release although `ci` is required: its check passed. */
  async function releaseAbove(tag: string): Promise<{ sha: string; number: number }> {
    const { town } = stage;
    const { github } = town;
    const repository = github.repository(REPOSITORY);
    const kept = [...repository.rulesets];
    repository.rulesets.clear();
    const release = await town.release(tag);
    for (const [id, ruleset] of kept) repository.rulesets.set(id, ruleset);
    return release;
  }

  test('approval by a person: an alert opens the pull request, which waits until somebody confirms its plan', async () => {
    const { town } = stage;
    await writePlaybook(town, (text) => text.replace('approval: auto', 'approval: human'));
    const release = await town.release('2.4.0');
    assert.equal((await sendAlert(bot.url, 'a wrong token of this world')).status, 401);
    assert.equal((await sendAlert(bot.url, null)).status, 401);
    assert.equal(rollbackOf(town, release.sha), null);
    await serves(town, release.sha);
    assert.equal((await sendAlert(bot.url, 'alerts-token-of-this-world')).status, 202);
    const { pull, number, body } = await until('the timeline says what it waits for', () =>
      timelines(town).some(({ issue }) => issue.number === rollbackOf(town, release.sha)?.number)
        ? rollbackOf(town, release.sha)
        : null,
    );
    assert.equal(pull.mergedAt, null);
    const hash = /"planHash":"(?<hash>[0-9a-f]+)"/.exec(body ?? '')?.groups?.['hash'] ?? '';
    const answer = await refusedWith(number, 'eve', `/rollback confirm ${hash}`);
    assert.match(answer, /eve has the role 'read'/);
    assert.equal(rollbackOf(town, release.sha)?.pull.mergedAt, null);
    await town.github.comment(REPOSITORY, number, { author: 'bob', body: `/rollback confirm ${hash}` });
    await labelled(town, release.sha, 'recovered');
    assert.equal(timelines(town, number).length, 1);
    const kinds = (await soundLedger(town))
      .filter(({ because }) => because.includes('HighErrorRate'))
      .map(({ kind }) => kind);
    assert.deepEqual(kinds, ['requested']);
  });
});

const SEARCH = `  search:
    environments:
      production:
        paths: [apps/search-v2/production]
        verify:
          source: metrics
          arm: 'http://127.0.0.1:9/metrics'
          within: 1m
          healthy-for: 1s
          criteria: [{ name: errors, bad: 'http_requests_total{code="500"}', total: http_requests_total, if: rate > 2% }]
`;

function sendAlert(url: string, token: string | null): Promise<Response> {
  return fetch(`${url}/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({
      version: '4',
      status: 'firing',
      alerts: [
        {
          status: 'firing',
          labels: { alertname: 'HighErrorRate', service: 'recommender', environment: 'production' },
          startsAt: new Date().toISOString(),
          fingerprint: '0123456789abcdef',
        },
      ],
    }),
  });
}

/** What people order and what must not come again: comments, buttons and pushes with real Git, real webhooks and the bot in this process. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { tokenClient } from '../../../src/adapters/github/client.ts';
import { checkRunName, printExternalId, printGateNote } from '../../../src/report/check-run.ts';
import { REPOSITORY, rollout } from '../../../src/world/deployment.ts';
import { HEALTHY } from '../../../src/world/services/faults.ts';
import type { Town } from '../../../src/world/town.ts';
import { startBotHere } from '../in-process.ts';
import { labelled, openStage, ourComments, rollbackOf, soundLedger, until, type Stage } from '../stage.ts';

const FILE = 'apps/recommender/production/rollout.yaml';
const BUTTONS = 'lastgood/rollback/recommender/production';
const QUARANTINE = '.lastgood/quarantine/production/recommender.yml';

describe('orders and quarantine, end to end', () => {
  let stage: Stage;
  let town: Town;
  let stop = (): Promise<void> => Promise.resolve();
  const restart = async (): Promise<void> => {
    await stop();
    stop = await startBotHere(town);
  };
  before(async () => {
    stage = await openStage({ rps: 40 });
    ({ town } = stage);
    await restart();
  });
  after(async () => {
    await stop();
    await stage.close();
  });

  const repository = () => town.github.repository(REPOSITORY);
  const push = (files: Readonly<Record<string, string | null>>, message: string, author = 'mona', branch?: string) =>
    town.github.pushCommit(REPOSITORY, { author, message, files, ...(branch === undefined ? {} : { branch }) });
  const say = (number: number, body: string, author = 'mona') =>
    town.github.comment(REPOSITORY, number, { author, body });
  const said = (number: number, words: RegExp) =>
    until(`a comment on #${number} says ${words.source}`, () =>
      ourComments(town, number).find(({ body }) => words.test(body)),
    );
  const propose = async (branch: string, files: Readonly<Record<string, string>>, author = 'bob') => {
    const head = await push(files, `Change ${branch}`, author, branch);
    return { head, number: await town.github.openPullRequest(REPOSITORY, { head: branch, title: branch, author }) };
  };
  /** The check of this name as it stands on a commit. */
  const check = (sha: string, conclusion: string, name = 'lastgood/release') =>
    until(`${name} on ${sha.slice(0, 7)} is ${conclusion}`, () => {
      const found = [...repository().checks.values()].findLast((run) => run.headSha === sha && run.name === name);
      return found?.conclusion === conclusion ? found : null;
    });
  let last = '';
  let rolled: { readonly sha: string; readonly number: number };
  let proposed: { readonly head: string; readonly number: number };

  test('a bad release is rolled back, and the quarantine stands in the very commit of the revert', async () => {
    rolled = await town.release('2.0.0');
    await say(rolled.number, '/rollback because of the errors');
    const { pull } = await labelled(town, rolled.sha, 'recovered');
    const commit = await repository().git.resolveCommit(pull.headSha);
    const changed = await repository().git.diff(commit?.parents[0] ?? '', pull.headSha);
    assert.deepEqual(changed.map(({ path }) => path).toSorted(), [QUARANTINE, FILE].toSorted());
  });

  test("a person's pull request that sets it again fails its check, and /release turns it green", async () => {
    proposed = await propose('again', { [FILE]: rollout('2.0.0').replace('replicas: 4', 'replicas: 5') });
    const failed = await check(proposed.head, 'failure');
    assert.match(failed.output.summary ?? '', /registry\.example\/recommender:2\.0\.0/);
    await say(proposed.number, '/release recommender production it was the network');
    await said(proposed.number, /\*\*Allowed again\*\*/);
    await check(proposed.head, 'success');
  });

  test('a freeze fails changes and lets the rollback through, until it is lifted', async () => {
    const release = await town.release('2.1.0');
    await say(release.number, '/freeze recommender production until 2h Black Friday');
    await said(release.number, /Changes are stopped for recommender in production/);
    await check(proposed.head, 'failure');
    const merging = town.github.ruleset(REPOSITORY, {
      rules: [
        { type: 'required_status_checks', parameters: { required_status_checks: [{ context: 'lastgood/release' }] } },
      ],
    });
    await say(release.number, '/rollback');
    const { pull } = await labelled(town, release.sha, 'recovered');
    await check(pull.headSha, 'success');
    repository().rulesets.delete(merging);
    await say(release.number, '/unfreeze');
    await check(proposed.head, 'success');
    await town.github.closePullRequest(REPOSITORY, proposed.number, 'bob');
  });

  test('a direct push of the bad version is taken back once; the second time its writer is named', async () => {
    await restart();
    const again = await push({ [FILE]: rollout('2.1.0') }, 'Update image to 2.1.0', 'image-updater');
    const { body } = await labelled(town, again, 'recovered');
    assert.match(body ?? '', /image-updater/);
    await push({ [FILE]: rollout('2.1.0') }, 'Update image to 2.1.0 once more', 'image-updater');
    const issue = await until('an issue calls a person', () =>
      [...repository().issues.values()].findLast(({ title }) => /needs you/.test(title)),
    );
    await said(issue.number, /image-updater set .*2\.1\.0 again after lastgood had taken it back once/);
    await push({ [FILE]: rollout('1.0.0') }, 'Back by hand');
  });

  test('a button of the failed gate rolls back for whoever may', async () => {
    await restart();
    const release = await town.release('2.2.0');
    await finishedGate(town, release.sha, 'fail');
    last = release.sha;
    const { id } = await check(release.sha, 'neutral', BUTTONS);
    const words = () => repository().checks.get(id)?.output.summary ?? '';
    await town.github.click(REPOSITORY, id, 'rollback', 'eve');
    await until('eve is refused', () => words().includes('Not done: eve'));
    assert.equal(rollbackOf(town, release.sha), null);
    await town.github.click(REPOSITORY, id, 'rollback', 'bob');
    const { body } = await labelled(town, release.sha, 'recovered');
    assert.match(body ?? '', /bob asked for it: button of the failed gate/);
    await until('the button says so', () => words().includes('bob rolled it back'));
  });

  test('the head of a merge group is told what it would set again', async () => {
    const required_status_checks = [{ context: 'ci' }];
    const rules = town.github.ruleset(REPOSITORY, {
      rules: [{ type: 'required_status_checks', parameters: { required_status_checks } }, { type: 'merge_queue' }],
    });
    const { head, number } = await propose('queued', {
      [FILE]: rollout('2.2.0').replace('replicas: 4', 'replicas: 6'),
    });
    await check(head, 'failure');
    await town.github.check(REPOSITORY, head, { name: 'ci', conclusion: 'success' });
    const mona = tokenClient({ baseUrl: town.github.url, token: town.github.token('mona') });
    const { node_id: pullRequestId } = (
      await mona.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', {
        owner: 'acme',
        repo: 'deployments',
        pull_number: number,
      })
    ).data;
    await mona.graphql(
      `mutation Queue($input: EnqueuePullRequestInput!) { enqueuePullRequest(input: $input) { clientMutationId } }`,
      {
        input: { pullRequestId },
      },
    );
    const group = await until('a merge group', () => repository().queue[0]?.group);
    assert.match((await check(group.sha, 'failure')).output.summary ?? '', /2\.2\.0/);
    await town.github.closePullRequest(REPOSITORY, number, 'mona');
    repository().rulesets.delete(rules);
  });

  test('a newer version that passes its gate lifts the quarantine of the one before, and the gate of the revert did not', async () => {
    await restart();
    const { head, number } = await propose('old', { [FILE]: rollout('2.2.0').replace('replicas: 4', 'replicas: 7') });
    await check(head, 'failure');
    await finishedGate(town, rollbackOf(town, last)?.pull.mergeCommit ?? '', 'pass');
    const settled = await until('the gate of the revert stands in the ledger', async () =>
      (await soundLedger(town)).find(({ kind }) => kind === 'gate-passed'),
    );
    assert.ok(settled);
    await town.github.drain();
    await check(head, 'failure');
    town.fleet.setFaults('2.3.0', HEALTHY);
    const { sha } = await town.release('2.3.0');
    await finishedGate(town, sha, 'pass');
    await check(head, 'success');
    await town.github.closePullRequest(REPOSITORY, number, 'bob');
    const deployed = await until('the release is among the deployments', () =>
      [...repository().deployments.values()].find((one) => one.sha === sha && one.statuses.length > 0),
    );
    assert.deepEqual(
      [deployed.task, deployed.environment, deployed.statuses.at(-1)?.state],
      ['release', 'production', 'success'],
    );
    const before = [...repository().deployments.values()].find((one) => one.sha === last && one.task === 'release');
    assert.equal(before?.statuses.at(-1)?.state, 'failure');
  });

  test('the ledger holds every order, once', async () => {
    const kinds = (await soundLedger(town)).map(({ kind }) => kind);
    for (const kind of ['released', 'frozen', 'unfrozen'] as const)
      assert.equal(kinds.filter((one) => one === kind).length, 1, kind);
  });
});

/** The check run of a gate that asks nobody, as the workflow writes it. */
async function finishedGate(town: Town, sha: string, decision: 'pass' | 'fail'): Promise<void> {
  const id = { service: 'recommender', environment: 'production', sha };
  const [reasonCode, because] =
    decision === 'pass' ? ['passed', 'harm is excluded'] : ['harm-proven', 'error rate: rate 0.5 > limit 0.02'];
  const text = printGateNote({
    ...{ version: 1, decision, reasonCode, rollback: 'not-requested', then: 'notify' },
    ...{ blame: 'error rate', because, detectedAt: new Date().toISOString() },
  });
  const workflow = tokenClient({ baseUrl: town.github.url, token: town.github.actionsToken(REPOSITORY) });
  await workflow.request('POST /repos/{owner}/{repo}/check-runs', {
    ...{ owner: 'acme', repo: 'deployments', name: checkRunName(id), head_sha: sha, external_id: printExternalId(id) },
    ...{ status: 'completed', conclusion: decision === 'pass' ? 'success' : 'failure' },
    output: { title: decision, summary: because, text },
  });
}

/** The hard situations of docs/situations.md, each from a release to its end, with real Git and real webhooks. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { APPLICATION } from '../../../src/world/town.ts';
import { OBLIGING } from '../../../src/world/argocd/awkward.ts';
import { REPOSITORY, rollout } from '../../../src/world/deployment.ts';
import { startCrew, type Crew } from '../in-process.ts';
import {
  labelled,
  openStage,
  ourComments,
  rollbackOf,
  soundLedger,
  timelines,
  until,
  writePlaybook,
  type Stage,
} from '../stage.ts';

const FILE = 'apps/recommender/production/rollout.yaml';

describe('the hard situations, end to end', () => {
  let stage: Stage;
  let crew: Crew;
  before(async () => {
    stage = await openStage({ rps: 40 });
    crew = await startCrew(stage.town);
  });
  after(async () => {
    await crew.close();
    await stage.close();
  });

  const fileNow = () => stage.town.github.repository(REPOSITORY).git.store;
  const said = (number: number, words: RegExp) =>
    until(`a comment on #${number} says ${words.source}`, () =>
      ourComments(stage.town, number).find(({ body }) => words.test(body)),
    );
  const push = (files: Readonly<Record<string, string | null>>, message: string, author = 'mona') =>
    stage.town.github.pushCommit(REPOSITORY, { author, message, files });
  async function textOf(path: string): Promise<string> {
    const { git, defaultBranch } = stage.town.github.repository(REPOSITORY);
    const { entryAt } = await import('../../../src/world/github/git/tree-edit.ts');
    const commit = await git.resolveCommit(defaultBranch);
    const entry = commit && (await entryAt(fileNow(), commit.tree, path));
    return entry ? ((await fileNow().blob(entry.sha))?.toString('utf8') ?? '') : '';
  }

  test('1: the sync of the bad commit retries for ever: only it is ended, and without the right the command is shown', async () => {
    const { town } = stage;
    await writePlaybook(town, (text) => text.replace('terminate-stale: false', 'terminate-stale: true'));
    town.argoCd.switch(APPLICATION, { readOnly: true });
    const release = await town.release('2.0.0', 'its sync never ends');
    await crew.alert(release.sha);
    const found = await until('the revert is open', () => rollbackOf(town, release.sha));
    await said(found.number, /argocd app terminate-op recommender-production/);
    // A person who may runs what was printed.
    town.argoCd.switch(APPLICATION, { readOnly: false });
    const operation = `${town.argoCd.url}/api/v1/applications/${APPLICATION}/operation`;
    await fetch(operation, { method: 'DELETE', headers: { authorization: `Bearer ${town.argoToken}` } });
    await labelled(town, release.sha, 'recovered');
    town.argoCd.switch(APPLICATION, OBLIGING);
  });

  test('3, 6: an updater brings the bad version back: once more it is rolled back, then the cap calls a person', async () => {
    const { town } = stage;
    await writePlaybook(town, (text) =>
      text.replace('approval: auto, max-per-day: 100', 'approval: auto, max-per-day: 2, pause: 1h'),
    );
    const again = await push({ [FILE]: rollout('2.0.0') }, 'Update image to 2.0.0', 'image-updater');
    const settled = await crew.alert(again);
    assert.ok(settled.kind === 'looked');
    assert.equal(settled.step.kind, 'wait');
    assert.match(settled.pull?.body ?? '', /another rollback was opened less than 60 min ago/);
    const found = await until('the second revert is open', () => rollbackOf(town, again));
    await town.github.merge(REPOSITORY, found.number, { by: 'mona', method: 'squash' });
    await labelled(town, again, 'recovered');
    const third = await push({ [FILE]: rollout('2.0.0') }, 'Update image to 2.0.0', 'image-updater');
    const stopped = await crew.alert(third);
    assert.ok(stopped.kind === 'looked' && stopped.step.kind === 'escalate');
    assert.equal(stopped.step.trouble, 'daily-cap');
    await push({ [FILE]: rollout('1.0.0') }, 'Back by hand');
    await writePlaybook(town, (text) => text);
  });

  test('4: a later release changed the same key: nothing is opened, and the list of what would go with it is offered', async () => {
    const { town } = stage;
    const bad = await push({ [FILE]: rollout('2.1.0') }, 'Release 2.1.0');
    await push({ [FILE]: rollout('2.2.0').replace('replicas: 4', 'replicas: 6') }, 'Release 2.2.0 with more replicas');
    const settled = await crew.alert(bad);
    assert.ok(settled.kind === 'looked' && settled.step.kind === 'escalate');
    assert.equal(settled.step.trouble, 'conflict');
    assert.match(settled.step.todo.join('\n'), /reverts these too: .* Release 2\.2\.0 with more replicas/);
    const { number } = (await until('an issue calls a person', () =>
      [...town.github.repository(REPOSITORY).issues.values()].findLast(({ title }) => /needs you/.test(title)),
    )) as { number: number };
    assert.ok(number > 0);
    await push({ [FILE]: rollout('1.0.0').replace('replicas: 4', 'replicas: 6') }, 'Settled by hand');
  });

  test('5: a merge queue asks for checks of its group: ours is answered, and the revert goes through it', async () => {
    const { town } = stage;
    const release = await town.release('2.3.0');
    const rules = town.github.ruleset(REPOSITORY, {
      rules: [
        {
          type: 'required_status_checks',
          parameters: {
            required_status_checks: [{ context: 'lastgood/gate/recommender/production' }],
            strict_required_status_checks_policy: false,
          },
        },
        { type: 'merge_queue' },
      ],
    });
    await crew.alert(release.sha);
    const { pull } = await until('the revert is open', () => rollbackOf(town, release.sha));
    const { sha } = (await town.github.repository(REPOSITORY).git.resolveCommit(pull.headRef)) ?? { sha: '' };
    await town.github.check(REPOSITORY, sha, { name: 'lastgood/gate/recommender/production', conclusion: 'success' });
    await labelled(town, release.sha, 'recovered');
    const group = [...town.github.repository(REPOSITORY).checks.values()].find(
      ({ conclusion }) => conclusion === 'neutral',
    );
    assert.equal(group?.headSha, pull.mergeCommit);
    town.github.repository(REPOSITORY).rulesets.delete(rules);
  });

  test('5: a review that nobody gives is stepped over only where playbook and ruleset allow it, and that is said', async () => {
    const { town } = stage;
    await writePlaybook(town, (text) =>
      text.replace('approval: auto', 'approval: auto, bypass: true, merge-within: 1s'),
    );
    const release = await town.release('2.4.0');
    const rules = town.github.ruleset(REPOSITORY, {
      name: 'main',
      rules: [{ type: 'pull_request', parameters: { required_approving_review_count: 1 } }],
      bypass: [{ actor_id: town.github.app.id, actor_type: 'Integration', bypass_mode: 'pull_request' }],
    });
    await crew.alert(release.sha);
    const { body } = await labelled(town, release.sha, 'recovered');
    assert.match(body ?? '', /Merged under bypass.* of ruleset 'main'/);
    const line = (await soundLedger(town)).findLast(({ kind }) => kind === 'merged');
    assert.equal(line?.details['bypass'], "ruleset 'main'");
    town.github.repository(REPOSITORY).rulesets.delete(rules);
    await writePlaybook(town, (text) => text);
  });

  test('7: a machine never reverts a revert', async () => {
    const settled = await crew.alert(null);
    assert.ok(settled.kind === 'looked' && settled.step.kind === 'escalate');
    assert.equal(settled.step.trouble, 'is-a-rollback');
  });

  test('8, 12: a release with a migration is opened at once and merged by a person, and what it added is named', async () => {
    const { town } = stage;
    const migrate = 'apps/recommender/production/migrate.yaml';
    const job =
      'apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n  annotations:\n    argocd.argoproj.io/hook: PreSync\n';
    const bad = await push({ [FILE]: rollout('2.5.0'), [migrate]: job }, 'Release 2.5.0 with a migration');
    const settled = await crew.alert(bad);
    assert.ok(settled.kind === 'looked' && settled.step.kind === 'wait' && settled.step.for === 'approval');
    assert.match(settled.pull?.body ?? '', /database change .*migrate\\?\.yaml/);
    assert.match(settled.pull?.body ?? '', /Job migrate came with the release/);
    town.argoCd.switch(APPLICATION, { prune: false });
    await town.github.merge(REPOSITORY, settled.pull?.number ?? 0, { by: 'mona', method: 'squash' });
    const { number } = await labelled(town, bad, 'recovered');
    // 12: what the release added is still there, and the last word says so.
    assert.match(timelines(town, number)[0]?.body ?? '', /Job default\/migrate .*stays in the cluster/);
    town.argoCd.switch(APPLICATION, OBLIGING);
  });

  test("8: a migration with a way down waits for the status of the team's own job, and goes on by itself", async () => {
    const { town } = stage;
    await writePlaybook(town, (text) =>
      text.replace(
        'approval: auto',
        'approval: auto, migrations: job, migration-job: { kind: github-workflow, name: migrate-down.yml }',
      ),
    );
    const bad = await push(
      {
        [FILE]: rollout('2.10.0'),
        'apps/recommender/production/db/V7__code.sql': 'ALTER TABLE items ADD COLUMN code text NOT NULL;\n',
        'apps/recommender/production/db/U7__code.sql': 'ALTER TABLE items DROP COLUMN code;\n',
      },
      'Release 2.10.0 with a column that must go first',
    );
    const settled = await crew.alert(bad);
    assert.ok(settled.kind === 'looked' && settled.step.kind === 'wait');
    assert.equal(settled.step.for, 'migration');
    const { pull } = await until('the revert is open', () => rollbackOf(town, bad));
    const head = (await town.github.repository(REPOSITORY).git.resolveCommit(pull.headRef))?.sha ?? '';
    await town.github.status(REPOSITORY, head, { context: 'lastgood/migration', state: 'success', by: 'mona' });
    const { pull: merged } = await labelled(town, bad, 'recovered');
    assert.equal(merged.mergedBy?.login, 'lastgood[bot]');
    await writePlaybook(town, (text) => text);
  });

  test('9: a member of the owning team may roll back without write access, and nobody else may', async () => {
    const { town } = stage;
    await writePlaybook(town, (text) =>
      text.replace('  recommender:\n', '  recommender:\n    owners: ["@acme/oncall"]\n'),
    );
    const release = await town.release('2.6.0');
    await town.github.comment(REPOSITORY, release.number, { author: 'eve', body: '/rollback' });
    await said(release.number, /eve has the role 'read'/);
    town.github.team('acme', 'oncall', ['eve']);
    await town.github.comment(REPOSITORY, release.number, { author: 'eve', body: '/rollback' });
    await labelled(town, release.sha, 'recovered');
    await writePlaybook(town, (text) => text);
  });

  test('10: a person had opened the revert: it is followed to its proof, and there is no second one', async () => {
    const { town } = stage;
    const good = await textOf(FILE);
    const release = await town.release('2.7.0');
    await town.github.pushCommit(REPOSITORY, {
      branch: 'by-hand',
      author: 'bob',
      message: 'Take 2.7.0 back',
      files: { [FILE]: good },
    });
    const number = await town.github.openPullRequest(REPOSITORY, {
      ...{ head: 'by-hand', title: 'Take 2.7.0 back', author: 'bob', body: `Reverts ${REPOSITORY}#${release.number}` },
    });
    await crew.alert(release.sha);
    await said(number, /\*\*Followed\*\*/);
    assert.equal(rollbackOf(town, release.sha), null);
    await town.github.merge(REPOSITORY, number, { by: 'bob', method: 'squash' });
    await until('its recovery is proven', () =>
      town.github
        .repository(REPOSITORY)
        .issues.get(number)
        ?.labels.some(({ name }) => name === 'lastgood: recovered'),
    );
  });

  test('11: a sync window is announced, a person is called after the merge, and the proof follows the window', async () => {
    const { town } = stage;
    const release = await town.release('2.8.0');
    await town.argoCd.settle();
    town.argoCd.switch(APPLICATION, { syncWindowClosed: true });
    await crew.alert(release.sha);
    const found = await labelled(town, release.sha, 'needs you');
    assert.match(found.body ?? '', /a deny window of Argo CD holds every sync of recommender-production until/);
    assert.ok(found.pull.mergedAt);
    await said(found.number, /merged, but a deny window/);
    town.argoCd.switch(APPLICATION, { syncWindowClosed: false });
    await labelled(town, release.sha, 'recovered');
  });

  test('12: a Rollout that was aborted is announced, and the step that ends it is shown until it is healthy', async () => {
    const { town } = stage;
    const release = await town.release('2.9.0');
    await town.argoCd.settle();
    const message = 'RolloutAborted: Rollout aborted update to revision 9';
    town.argoCd.switch(APPLICATION, { ailing: { kind: 'Rollout', name: 'recommender', status: 'Degraded', message } });
    await crew.alert(release.sha);
    const found = await until('the revert is open', () => rollbackOf(town, release.sha));
    assert.match(
      found.body ?? '',
      /the Rollout recommender is aborted, so users are already back on the older version/,
    );
    await said(found.number, /kubectl argo rollouts retry rollout recommender -n default/);
    town.argoCd.switch(APPLICATION, { ailing: null });
    await labelled(town, release.sha, 'recovered');
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import nock from 'nock';
import type { Obstacles } from '../../../src/ports.ts';
import { aPull } from '../../control/builders.ts';
import { onlyNock } from '../only-nock.ts';
import { aRepository, graphql, HOST, REPO } from './github.ts';

onlyNock();

const REVIEW = { type: 'pull_request', parameters: { required_approving_review_count: 1 } };

interface Guarded {
  /** Each ruleset has one rule for a review; what GitHub says about stepping over it. */
  readonly rulesets: readonly (object | null)[];
  /** Checks that classic protection requires. */
  readonly classic?: readonly string[];
}

/** What GitHub says of a pull request that nobody has reviewed and nothing has checked. */
async function heldBy({ rulesets, classic = [] }: Guarded): Promise<Obstacles> {
  const rules = rulesets.map((_, i) => ({ ...REVIEW, ruleset_id: i + 1 }));
  nock(HOST).get(`${REPO}/rules/branches/main`).reply(200, rules);
  const required = { enabled: classic.length > 0, required_status_checks: { contexts: classic } };
  nock(HOST).get(`${REPO}/branches/main`).reply(200, { protection: required });
  graphql('Standing', { data: { repository: { pullRequest: { reviewDecision: null, statusCheckRollup: null } } } });
  for (const [i, says] of rulesets.entries())
    nock(HOST)
      .get(`${REPO}/rulesets/${i + 1}`)
      .reply(says === null ? 404 : 200, { name: `r${i + 1}`, ...says });
  return aRepository().obstacles(aPull());
}

const ALWAYS = { current_user_can_bypass: 'always' };

test('a bypass is there only where GitHub grants it for every ruleset that holds the merge', async () => {
  const granted = async (...rulesets: (object | null)[]) => (await heldBy({ rulesets })).bypass;
  assert.deepEqual(await granted(ALWAYS, { current_user_can_bypass: 'pull_requests_only' }), [
    "ruleset 'r1'",
    "ruleset 'r2'",
  ]);
  assert.equal(await granted(ALWAYS, { current_user_can_bypass: 'never' }), null);
  assert.equal(await granted(ALWAYS, {}), null, 'GitHub did not say');
  assert.equal(await granted(ALWAYS, null), null, 'we may not read it');
  assert.equal(await granted(), null, 'nothing to step over');
});

test('a ruleset that GitHub cannot name now is asked about again: nobody is called for a busy hour', async () => {
  nock(HOST)
    .get(`${REPO}/rules/branches/main`)
    .reply(200, [{ ...REVIEW, ruleset_id: 1 }]);
  nock(HOST)
    .get(`${REPO}/branches/main`)
    .reply(200, { protection: { enabled: false } });
  graphql('Standing', { data: { repository: { pullRequest: null } } });
  nock(HOST).get(`${REPO}/rulesets/1`).reply(403, { message: 'You have exceeded a secondary rate limit.' });
  await assert.rejects(aRepository().obstacles(aPull()), { code: 'github-unavailable' });
});

test('a check of classic protection is stepped over by nobody, and each blocker names its rule', async () => {
  const { blockers, bypass } = await heldBy({ rulesets: [ALWAYS], classic: ['ci'] });
  assert.equal(bypass, null);
  assert.deepEqual(
    blockers.map(({ says }) => says),
    ["ruleset 'r1' wants 1 approving review", "check 'ci' of branch protection has not reported"],
  );
});

/** A workflow run that waits at an environment is judged by the bot: real traffic, real counters, GitHub's own question and answer. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { REPOSITORY, rollout } from '../../../src/world/deployment.ts';
import { HEALTHY } from '../../../src/world/services/faults.ts';
import type { Town } from '../../../src/world/town.ts';
import { startBotHere } from '../in-process.ts';
import { openStage, soundLedger, until, type Stage } from '../stage.ts';

describe('a gate without a runner', () => {
  let stage: Stage;
  let town: Town;
  let stop = (): Promise<void> => Promise.resolve();
  before(async () => {
    stage = await openStage({
      rps: 150,
      // A handful of requests decides, as for the proof of a recovery.
      playbook: (text) =>
        text
          .replace('if: rate > baseline + 1pp', 'if: rate > baseline + 25pp')
          .replace('soak: 20s', 'soak: 2s')
          .replace('deadline: 60s', 'deadline: 15s')
          .replace(/ +- name: p95 latency\n(?: {14}.*\n)+/, ''),
    });
    ({ town } = stage);
    stop = await startBotHere(town);
  });
  after(async () => {
    await stop();
    await stage.close();
  });

  /** Half of the users are the canary. */
  async function answered(tag: string | null) {
    if (tag !== null) {
      const files = {
        'apps/recommender/production/rollout.yaml': rollout(tag).replace('setWeight: 5 ', 'setWeight: 50 '),
      };
      const sha = await town.github.pushCommit(REPOSITORY, { author: 'mona', message: `Release ${tag}`, files });
      await until('half of the users reach the canary', () => town.fleet.state().weight === 0.5);
      assert.ok(sha);
    }
    const runId = await town.github.reachEnvironment(REPOSITORY, { environment: 'Production', ref: 'main' });
    return until('the run is answered', () => {
      const held = town.github.repository(REPOSITORY).heldRuns.get(runId);
      return held?.state === 'waiting' ? null : held;
    });
  }
  /** The answer does not wait for the ledger. */
  async function stands(wanted: readonly string[]): Promise<void> {
    let kinds: readonly string[] = [];
    await until(`the ledger has ${wanted.join(', ')}`, async () => {
      kinds = (await soundLedger(town)).map(({ kind }) => kind).filter((kind) => kind.startsWith('gate-'));
      return kinds.length >= wanted.length;
    });
    assert.deepEqual(kinds, wanted);
  }

  test('without a canary nothing was measured, and that is rejected', async () => {
    const run = await answered(null);
    assert.equal(run.state, 'rejected');
    assert.match(
      run.comments.at(-1) ?? '',
      /^recommender in production: no data: .*was not measured; error rate: .*only the baseline was read/,
    );
  });

  test('a bad canary is rejected, with the number and its limit', async () => {
    const run = await answered('2.0.0');
    assert.equal(run.state, 'rejected');
    assert.match(
      run.comments.at(-1) ?? '',
      /^recommender in production: failed: error rate: rate 0\.\d+ &gt; limit 0\.\d+ \(baseline /,
    );
    await stands(['gate-undecided', 'gate-failed']);
  });

  test('a healthy canary is approved, and the ledger says so', async () => {
    town.fleet.setFaults('2.1.0', HEALTHY);
    const run = await answered('2.1.0');
    assert.equal(run.state, 'approved');
    assert.match(run.comments.at(-1) ?? '', /^recommender in production: passed: /);
    await stands(['gate-undecided', 'gate-failed', 'gate-passed']);
  });
});

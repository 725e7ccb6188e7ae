import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { judge } from '../../cli/commands/judge.ts';
import { planGate } from '../../cli/commands/plan-gate.ts';
import { headOf } from '../../cli/local-history.ts';
import { exitCodeOf, type Call, type Command } from '../../cli/terminal.ts';
import { RollbackError } from '../../src/errors.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lastgood-files-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** What a command that is refused says, and the exit code it stands for. */
async function refusal(command: Command, options: Call['options']): Promise<readonly [number, string]> {
  const call = { words: [], options, env: {}, json: false, print: () => undefined, progress: () => undefined };
  try {
    await command.run(call);
  } catch (error) {
    assert.ok(error instanceof RollbackError, String(error));
    return [exitCodeOf(error), error.message];
  }
  return assert.fail('it is not refused');
}

test('a file that judge cannot read is named, and is no breakdown', async () => {
  const trigger = join(folder, 'trigger.yml');
  await writeFile(trigger, '{ name: errors, bad: failed_total, total: all_total, if: rate > 1%, then: ask }');
  const none = join(folder, 'none');
  assert.deepEqual(await refusal(judge, { trigger, file: none }), [2, `--file ${none} cannot be read`]);
  assert.deepEqual(await refusal(judge, { trigger: none }), [2, `--trigger ${none} cannot be read`]);
});

test('plan-gate says why the source has no numbers', async () => {
  const playbook = join(folder, 'lastgood.yml');
  await writeFile(
    playbook,
    `version: 1
sources: { prom: { kind: prometheus, url: 'http://127.0.0.1:1' } }
services:
  rec:
    environments:
      production:
        paths: [apps/rec]
        gate:
          source: prom
          arms: { canary: 'track="canary"', baseline: 'track="stable"' }
          triggers: [{ name: errors, bad: failed_total, total: all_total, if: rate > 1%, then: rollback }]
        verify: { healthy-for: 30s, within: 10m, arm: app="rec", criteria: [{ name: errors, bad: failed_total, total: all_total, if: rate > 5% }] }
`,
  );
  const [code, message] = await refusal(planGate, { service: 'rec', playbook });
  assert.equal(code, 3);
  assert.match(
    message,
    /^Nothing was measured for trigger 'errors' in the last hour: .*127\.0\.0\.1:1 cannot be reached/,
  );
});

test('a revision that a clone does not have is named; a folder that is no clone is another fault', async () => {
  await assert.rejects(headOf(folder, 'HEAD'), /not a git repository/);
  execFileSync('git', ['-C', folder, 'init', '-q']);
  await assert.rejects(headOf(folder, 'nope'), { message: `'nope' is no commit, tag or branch of ${folder}` });
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gate } from '../../cli/commands/gate.ts';
import { judge } from '../../cli/commands/judge.ts';
import { ledger } from '../../cli/commands/ledger.ts';
import { planGate } from '../../cli/commands/plan-gate.ts';
import { replay } from '../../cli/commands/replay.ts';
import { headOf } from '../../cli/local-history.ts';
import { exitCodeOf, exitCodeOfVerdict, refuseUnwritable, type Call, type Command } from '../../cli/terminal.ts';
import { RollbackError } from '../../src/errors.ts';

const PLAYBOOK = `version: 1
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
`;

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
  assert.deepEqual(await refusal(judge, { trigger, file: none }), [2, `--file ${none} does not exist`]);
  assert.deepEqual(await refusal(judge, { trigger: none }), [2, `--trigger ${none} does not exist`]);
  assert.deepEqual(await refusal(judge, { trigger, file: folder }), [2, `--file ${folder} is a folder, not a file`]);
  assert.deepEqual(await refusal(judge, { trigger: folder }), [2, `--trigger ${folder} is a folder, not a file`]);
});

test('a file of triggers is read with the words of a playbook: every fault at its place, with its cure', async () => {
  const trigger = join(folder, 'faults.yml');
  await writeFile(trigger, 'name: errors\nbad: failed_total\ntotal: all_total\nif: rate > 1\nthen: rolback\n');
  const [code, message] = await refusal(judge, { trigger });
  assert.equal(code, 1);
  assert.deepEqual(message.split('\n').slice(1), [
    `${trigger}:4:5 'if' '1' has no unit, and a rate is a share, at column 8 of the sentence (got 'rate > 1'). Write 1%.`,
    `${trigger}:5:7 'then' is not one of the words it takes (got 'rolback'). Did you mean 'rollback'?`,
  ]);
  await writeFile(trigger, '');
  assert.match((await refusal(judge, { trigger }))[1], /:1:1 should be a trigger, a list of triggers or a gate/);
  await writeFile(trigger, 'poll: 15\ntriggers: 3\n');
  assert.match(
    (await refusal(judge, { trigger }))[1],
    /faults\.yml:1:7 'poll' needs its unit \(got '15'\)\. Write 15s\./,
  );
});

test('what ends in writing is refused before the work where it may not be written', async () => {
  const none = join(folder, 'none', 'lastgood.yml');
  await assert.rejects(refuseUnwritable(none), { message: `${none} cannot be written` });
  await refuseUnwritable(folder);
});

test('an emptied ledger is not a verified one', async () => {
  const file = join(folder, 'ledger.jsonl');
  await writeFile(file, '\n');
  let said = '';
  const call = { words: ['verify'], options: { file }, env: {}, json: false, progress: () => undefined };
  assert.equal(await ledger.run({ ...call, print: (text) => (said += text) }), 1);
  assert.equal(said, 'ledger line 1: the ledger is empty, so there is nothing to verify');
});

test('a report or a recording that cannot be written is refused before the gate begins', async () => {
  const playbook = join(folder, 'gate.yml');
  await writeFile(playbook, PLAYBOOK);
  const file = join(folder, 'plain');
  await writeFile(file, '');
  assert.deepEqual(await refusal(gate, { service: 'rec', playbook, report: file }), [
    2,
    `The report cannot be written to ${file}`,
  ]);
  assert.deepEqual(await refusal(gate, { service: 'rec', playbook, record: folder }), [
    2,
    `--record ${folder} cannot be written`,
  ]);
});

test('a gate whose source is broken is no answer about the release: exit 3, as in the Action', () => {
  const codes = (['pass', 'fail', 'inconclusive', 'no-data', 'error'] as const).map((status) =>
    exitCodeOfVerdict({ status }),
  );
  assert.deepEqual(codes, [0, 1, 1, 1, 3]);
});

test('traffic that cannot be read is told part by part, all of them at once', async () => {
  const playbook = join(folder, 'gate.yml');
  await writeFile(playbook, PLAYBOOK);
  assert.deepEqual(await refusal(planGate, { service: 'rec', playbook, 'canary-rps': 'x', 'bad-rate': '200%' }), [
    2,
    "The traffic cannot be read: canary is 'x', not requests per second; baseline is missing; bad is '200%', not a share below 100%",
  ]);
});

test('a replay of what has not been yet names the moment that was given', async () => {
  const playbook = join(folder, 'gate.yml');
  await writeFile(playbook, PLAYBOOK);
  assert.deepEqual(await refusal(replay, { service: 'rec', playbook, from: '9999-01-01' }), [
    2,
    "--from '9999-01-01' has not been yet",
  ]);
  const empty = join(folder, 'empty');
  await writeFile(empty, '');
  assert.deepEqual(await refusal(replay, { service: 'rec', playbook, file: empty }), [
    2,
    `${empty} is empty: it holds no look of any release`,
  ]);
});

test('plan-gate says why the source has no numbers', async () => {
  const playbook = join(folder, 'lastgood.yml');
  await writeFile(playbook, PLAYBOOK);
  const [code, message] = await refusal(planGate, { service: 'rec', playbook });
  assert.equal(code, 3);
  assert.match(
    message,
    /^Nothing was measured for trigger 'errors' in the last hour: .*127\.0\.0\.1:1 cannot be reached/,
  );
});

test('a revision that a clone does not have is named; a folder that is no clone is another fault', async () => {
  await assert.rejects(headOf(folder, 'HEAD'), { message: `${folder} is no clone of a Git repository` });
  const none = join(folder, 'none');
  await assert.rejects(headOf(none, 'HEAD'), { message: `There is no folder ${none}` });
  execFileSync('git', ['-C', folder, 'init', '-q']);
  await assert.rejects(headOf(folder, 'nope'), { message: `'nope' is no commit, tag or branch of ${folder}` });
  await assert.rejects(headOf(folder, 'nope', '--base'), {
    message: `--base 'nope' is no commit, tag or branch of ${folder}`,
    hint: 'Name another with --base, or fetch this one.',
  });
});

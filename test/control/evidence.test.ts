import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ledger as ledgerCommand } from '../../cli/commands/ledger.ts';
import { RollbackError } from '../../src/errors.ts';
import { parse } from '../../src/ledger/chain.ts';
import { evidenceFaults, evidenceOf, evidencePath, parseEvidence, type Snapshot } from '../../src/ledger/evidence.ts';
import { parseBlock } from '../../src/report/memory.ts';
import { aCommandCause } from './builders.ts';
import { doorsOf, sha256 } from './fakes.ts';
import { aLoop, anAsk, aRelease, FILE, type Released, toTheEnd } from './world.ts';

type Phase<P extends Snapshot['phase']> = Extract<Snapshot, { phase: P }>;

function snapshots(world: Released): Snapshot[] {
  return [...world.repository.ledgerFiles.values()].map((text) => parseEvidence(text) ?? assert.fail(text));
}

function before(world: Released): Phase<'before'> {
  const found = snapshots(world).find((one) => one.phase === 'before');
  return found?.phase === 'before' ? found : assert.fail('there is no snapshot of before');
}

async function rolledBack(
  world = aRelease({ rollback: { approval: 'auto' } }, { remembers: true }),
): Promise<Released> {
  await toTheEnd(world, aLoop(world), anAsk(world));
  return world;
}

const lines = (world: Released) => parse(world.repository.ledgerText);
const known = (found: Phase<'before'>['measured']) =>
  found.kind === 'known' ? found.value : assert.fail(found.because);

test('an incident leaves a snapshot from before, whose digest stands in its ledger line and in its pull request', async () => {
  const world = await rolledBack();
  const requested = lines(world).find(({ kind }) => kind === 'requested');
  assert.ok(requested);
  const digest = evidenceOf(requested) ?? assert.fail('the line names no digest');
  const path = evidencePath(requested.incident ?? '', digest);
  assert.equal(sha256(world.repository.ledgerFiles.get(path) ?? ''), digest);
  const [pull] = world.repository.pulls;
  assert.equal(parseBlock(pull?.body)?.evidence, digest);
  assert.ok(pull?.body.includes(`\`${path}\``));
  assert.deepEqual(evidenceFaults(lines(world), world.repository.ledgerFiles, sha256), []);
});

test('the snapshot holds rules, versions with their blobs, what was measured, what ran, and who had forbidden what', async () => {
  const world = await rolledBack();
  const { incident, playbook, versions, measured, applications, branchRules, standing, takenAt } = before(world);
  assert.deepEqual([incident.bad, versions.bad, versions.good], [world.bad, world.bad, world.good]);
  assert.equal(playbook.sha256, sha256(world.repository.playbook ?? ''));
  assert.ok('verify' in playbook.rules);
  assert.deepEqual(
    versions.changes.map(({ path, from, to }) => [path, from, to]),
    [[FILE, 'ghcr.io/acme/web:1.4.2', 'ghcr.io/acme/web:1.4.1']],
  );
  const [file] = versions.files;
  assert.deepEqual([file?.['path'], file?.['bad']], [FILE, file?.['now']]);
  assert.match(String(file?.['good']), /^[0-9a-f]{40}$/);
  const [errors] = known(measured);
  assert.ok(errors);
  assert.deepEqual(errors['source'], {
    name: 'prometheus',
    kind: 'prometheus',
    url: 'http://prometheus.example:9090/',
  });
  const window = errors['window'] as { seconds: number; sample: { canary: { total: number } } };
  assert.deepEqual([window.seconds, window.sample.canary.total], [300, 30_000]);
  const [application] = known(applications);
  assert.equal(application?.['kind'], 'seen');
  assert.deepEqual([branchRules, standing], [[], { holds: [], freezes: [] }]);
  assert.ok(Date.parse(takenAt) <= Date.parse(world.repository.pulls[0]?.createdAt ?? ''));
});

test('at the end there is a second one, with the proof as it was measured, named by the line of the end', async () => {
  const world = await rolledBack();
  const end = lines(world).at(-1) ?? assert.fail();
  assert.equal(end.kind, 'recovered');
  const text = world.repository.ledgerFiles.get(evidencePath(end.incident ?? '', evidenceOf(end) ?? ''));
  const after = parseEvidence(text ?? '');
  assert.ok(after?.phase === 'after');
  assert.equal(after.outcome, 'recovered');
  assert.equal(after.pullRequest.mergeCommit, world.repository.head());
  assert.equal(after.proof?.['status'], 'pass');
  assert.equal(world.repository.ledgerFiles.size, 2);
});

test('a source that does not answer in time, and an Argo CD that is away, are said and hold nothing up', async () => {
  const world = aRelease({ rollback: { approval: 'auto' } });
  world.argoCd.override = () => {
    throw new RollbackError('argocd-unavailable', 'Argo CD answered 503');
  };
  const doors = doorsOf(world);
  const never = new Promise<never>(() => undefined);
  const slow: typeof doors = {
    ...doors,
    source: () => ({ remembers: false, look: () => never }),
    within: async (_, work) =>
      Promise.race([work, new Promise<'late'>((resolve) => setImmediate(() => resolve('late')))]),
  };
  await aLoop(world, slow).reconcile({ repo: 'acme/deploy', service: 'web', environment: 'production' }, anAsk(world));
  assert.equal(world.repository.pulls[0]?.state, 'merged');
  const { measured, applications } = before(world);
  assert.deepEqual(measured, { kind: 'missing', because: 'a metric source did not answer within 2000 ms' });
  assert.deepEqual(
    known(applications).map(({ kind, because }) => [kind, because]),
    [['unreachable', 'Argo CD answered 503']],
  );
});

test('while others are being asked, somebody may be faster: what they opened is followed, and nothing is opened again', async () => {
  const world = aRelease({ rollback: { approval: 'auto' } });
  const key = { repo: 'acme/deploy', service: 'web', environment: 'production' };
  const calls: string[] = [];
  const doors = doorsOf(world, (door, method) => void calls.push(`${door} ${method}`));
  const slow: typeof doors = {
    ...doors,
    source: (config) => ({
      remembers: false,
      look: async (queries, at) => {
        if (world.repository.pulls.length === 0) await aLoop(world).reconcile(key, anAsk(world));
        world.clock.turn(500);
        return doors.source(config).look(queries, at);
      },
    }),
  };
  await aLoop(world, slow).reconcile(key, anAsk(world));
  assert.equal(world.repository.pulls.length, 1);
  assert.ok(!calls.includes('repository open'));
});

test('a ledger that cannot be written costs no rollback, and the evidence follows once it can', async () => {
  const world = aRelease({ rollback: { approval: 'auto' } });
  world.repository.failOn('writeLedger', new RollbackError('github-unavailable', 'GitHub answered 502'), 2);
  await rolledBack(world);
  assert.deepEqual(evidenceFaults(lines(world), world.repository.ledgerFiles, sha256), []);
  assert.equal(world.repository.ledgerFiles.size, 2);
});

test('another process that calls the same person again adds no second snapshot of that call', async () => {
  const world = aRelease({ rollback: { 'merge-within': '1m' } });
  world.repository.rules = ['required_status_checks'];
  world.repository.mergeState = 'blocked';
  const key = { repo: 'acme/deploy', service: 'web', environment: 'production' };
  const look = async (ask: Parameters<ReturnType<typeof aLoop>['reconcile']>[1]) => {
    const loop = aLoop(world);
    await loop.reconcile(key, ask);
    await loop.flush();
  };
  await look(anAsk(world, { cause: aCommandCause() }));
  world.clock.turn(120_000);
  await look(null);
  const calls = () => lines(world).filter(({ kind }) => kind === 'escalated').length;
  assert.deepEqual([calls(), world.repository.ledgerFiles.size], [1, 2]);
  for (const pull of world.repository.pulls) world.repository.change(pull.number, { labels: [] });
  world.clock.turn(1_000);
  await look(null);
  assert.deepEqual([calls(), world.repository.ledgerFiles.size], [1, 2]);
});

/** The branch of the ledger as somebody has it on a disk. */
function checkout(t: TestContext, world: Released): string {
  const folder = mkdtempSync(join(tmpdir(), 'lastgood-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of [
    ['ledger.jsonl', world.repository.ledgerText] as const,
    ...world.repository.ledgerFiles,
  ]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

async function run(words: readonly string[], options: Record<string, string>) {
  let text = '';
  const print = (more: string): void => void (text += more);
  const exit = await ledgerCommand.run({ words, options, env: {}, print, progress: () => undefined, json: false });
  return { exit, text };
}

test('one byte that was changed, and a file that was removed, are found by lastgood ledger verify', async (t) => {
  const world = await rolledBack();
  const folder = checkout(t, world);
  const sound = await run(['verify'], { folder });
  assert.deepEqual([sound.exit, /evidence verified: 2 files/.test(sound.text)], [0, true]);
  const [[path, text] = ['', '']] = world.repository.ledgerFiles;
  writeFileSync(join(folder, path), text.replace('"version":1', '"version":2'));
  const changed = await run(['verify'], { folder });
  assert.equal(changed.exit, 1);
  assert.ok(changed.text.includes(path) && /it was changed/.test(changed.text), changed.text);
  rmSync(join(folder, path));
  const removed = await run(['verify'], { folder });
  assert.equal(removed.exit, 1);
  assert.match(removed.text, /a line of the ledger names it, and it is not there/);
});

test('the record of an incident answers what an examiner asks, in one page', async (t) => {
  const world = await rolledBack();
  const folder = checkout(t, world);
  const incident = lines(world)[0]?.incident ?? '';
  const { exit, text } = await run(['evidence'], { folder, incident });
  assert.equal(exit, 0);
  assert.match(text, /\| Who or what decided \| gate, .*errors: 0\.031 &gt; 0\.02/);
  assert.match(
    text,
    /\| What was measured: .*\*\*errors\*\* `rate > 2%`: .* in 300 s, from .*http:\/\/prometheus\.example:9090/,
  );
  assert.match(text, /\| What ran before and after \| .*web:1\.4\.2` to `ghcr\.io\/acme\/web:1\.4\.1`/);
  assert.match(text, /\| How recovery was judged, and the result \| recovered: /);
  assert.match(text, /### Before anything was changed[\s\S]*### At the end/);
  assert.doesNotMatch(text, /not recorded \|\n\| (?!Who was told|What proves|How recovery)/);
  assert.equal((await run(['evidence'], { folder, incident: '000000000000' })).exit, 1);
});

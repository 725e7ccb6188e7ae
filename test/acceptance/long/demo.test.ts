/** Every scenario of the demo about AI releases, as a user starts it, to the end that it announces. Two at a time: most of it is waiting. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { DemoResult } from '../../../cli/demo/result.ts';

const MAIN = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url));

/** The one JSON document it prints, once it has ended recovered. */
async function recovered(scenario: string): Promise<DemoResult> {
  const said = await new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [MAIN, 'demo', '--json', '--scenario', scenario], (error, out, err) =>
      resolve({ code: error?.code ?? 0, out, err }),
    );
  });
  assert.equal(said.code, 0, said.err);
  const result = JSON.parse(said.out) as DemoResult;
  assert.deepEqual([result.scenario, result.outcome, result.asAnnounced], [scenario, 'recovered', true]);
  assert.equal(result.ledger.verified, true);
  assert.ok(result.users.badInAll > 0, 'the fault was real');
  assert.ok(result.versions.some(({ before, released, relieved }) => released !== before || relieved !== before));
  return result;
}

const versions = ({ versions }: DemoResult) =>
  versions.map(({ of, before, released, relieved, after }) =>
    [`${of}: ${before}`, released, ...(relieved === null ? [] : [relieved]), after].join(' > '),
  );

/** In two pull requests: the traffic, and once users are well the rest. */
function inTwoHalves(
  { ledger, revert, second }: DemoResult,
  titles = [/^Move traffic of recommender/, /^Revert recommender/],
): void {
  assert.deepEqual(ledger.kinds.slice(ledger.kinds.indexOf('opened')), [
    'opened',
    'merged',
    'applied',
    'relieved',
    'opened',
    'merged',
    'applied',
    'recovered',
  ]);
  for (const [i, title] of titles.entries()) assert.match([revert, second][i]?.title ?? '', title);
}

describe('the demo of AI releases', { concurrency: 2 }, () => {
  test('a worse model is seen by its accuracy on the canary, and the one before it is verified before it comes back', async () => {
    const result = await recovered('model');
    assert.deepEqual(versions(result), ['model: 6 > 6 80 %, 7 20 % > 6 > 6']);
    inTwoHalves(result);
    assert.match(result.gate?.because ?? '', /^accuracy: rate .* < limit .* \(baseline /);
    assert.match(result.verified.join('\n'), /model ranker version 6: READY/);
  });

  test('a worse prompt is seen by the scores of its judge, and the ConfigMap goes back', async () => {
    const result = await recovered('prompt');
    assert.deepEqual(versions(result), ['prompt: 11 > 12 > 11']);
    assert.match(
      result.gate?.because ?? '',
      /^(judge score: mean .* < limit 0\.78|cost per answer: mean .* > limit 0\.004)/,
    );
  });

  test('a flag goes back to the variant that works, and then the image that brought the other one', async () => {
    const result = await recovered('flag');
    assert.deepEqual(versions(result), [
      'flag ranker: classic > neural > classic > classic',
      'image: 1.0.0 > 1.1.0 > 1.1.0 > 1.0.0',
    ]);
    inTwoHalves(result);
  });

  test('a slow model gives way to a simpler one without any release, and comes back once its probes are proven well', async () => {
    const result = await recovered('fallback');
    assert.deepEqual(versions(result), [
      'route: complex-model > complex-model > fallback-model > complex-model',
      'model: 3.2.0 > 3.2.0 > 0.4.0 > 3.2.0',
    ]);
    inTwoHalves(result, [
      /^Send recommender in production to its fallback/,
      /^Bring recommender .* back from its fallback/,
    ]);
  });

  test('an alert takes all users from green back to blue, and then green back to what it was', async () => {
    const result = await recovered('blue-green');
    assert.deepEqual(versions(result), [
      'colour: recommender-blue > recommender-green > recommender-blue > recommender-blue',
      'recommender-green: 0.9.0 > 2.0.0 > 2.0.0 > 0.9.0',
    ]);
    inTwoHalves(result);
    assert.equal(result.gate, null);
  });

  test('a dropped column is never merged over by lastgood: it says why, and a person takes the two steps', async () => {
    const result = await recovered('migration');
    assert.deepEqual(versions(result), ['image: 1.0.0 > 2.0.0 > 1.0.0', 'schema: 6 > 7 > 8']);
    assert.equal(result.refusal?.mergedBy, 'mona');
    assert.match(result.refusal.because, /column items\.editors_rank is dropped with what it holds/);
    assert.deepEqual(
      result.refusal.steps.map((step) => step.slice(0, 6)),
      ['Step 1', 'Step 2'],
    );
    const { merged, opened } = result.seconds;
    assert.ok(opened !== null && merged !== null && merged > opened);
  });

  test('a demo that is asked to end takes its bot and its folders with it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lastgood-demo-test-'));
    const child = spawn(process.execPath, [MAIN, 'demo'], { env: { ...process.env, TMPDIR: folder } });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    let url = '';
    for await (const line of createInterface({ input: child.stdout })) {
      url = /signed webhooks at (\S+)/.exec(line)?.[1] ?? url;
      if (line.includes('gate: 1 s')) break;
    }
    assert.equal((await fetch(`${url}/healthz`)).ok, true);
    child.kill('SIGTERM');
    assert.equal(await ended, 143);
    await assert.rejects(fetch(`${url}/healthz`));
    assert.deepEqual(await readdir(folder), []);
    await rm(folder, { recursive: true });
  });
});

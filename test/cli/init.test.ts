import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { init } from '../../cli/commands/init.ts';
import { readPromql } from '../../src/adapters/promql.ts';
import { formatFault } from '../../src/playbook/faults.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { PRESET_NAMES } from '../../src/playbook/presets.ts';
import { proposedPlaybook } from '../../src/report/proposed.ts';
import { surveyOf } from '../../src/survey/survey.ts';
import {
  BY_ENVIRONMENT,
  BY_SERVICE,
  CHARTS,
  LISTED,
  OVERLAYS,
  SET,
  VALUES,
  type Repository,
} from '../survey/repositories.ts';

async function inFolder<T>(files: Repository, run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'lastgood-init-'));
  try {
    for (const { path, text } of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function printed(folder: string, options: Readonly<Record<string, string | boolean>> = {}): Promise<string> {
  const lines: string[] = [];
  const call = { words: [folder], options, env: {}, json: options['json'] === true };
  const code = await init.run({ ...call, print: (text) => lines.push(text), progress: () => undefined });
  assert.equal(code, 0);
  return lines.join('\n');
}

test('every proposal passes lint, which names each place that a person must decide', () => {
  for (const files of [BY_SERVICE, BY_ENVIRONMENT, OVERLAYS, VALUES, SET, LISTED, CHARTS]) {
    const survey = surveyOf(files);
    const text = proposedPlaybook(survey, survey.found);
    const parsed = parsePlaybook(text, 'lastgood.yml', { promql: readPromql });
    assert.ok(parsed.ok, parsed.ok ? '' : `${parsed.faults.map(formatFault).join('\n')}\n${text}`);
    const undecided = parsed.warnings.filter(({ message }) => message === 'is still to be decided');
    const marked = text.split('\n').filter((line) => /DECIDE[^:]*['_.]/.test(line.split(' # ')[0] ?? ''));
    assert.ok(undecided.length >= marked.length && marked.length > 1, text);
    assert.deepEqual(Object.keys(parsed.playbook.services).toSorted(), [
      ...new Set(survey.found.map(({ service }) => service)),
    ]);
  }
});

/** The text with its commented gates and registries taken into the playbook. */
function uncommented(text: string): string {
  const taken = /^( {8}|)# (gate:|registries:| +(?:source|arms|preset|triggers|models): ?.*| +- \{ name: .*)$/gm;
  return text.replaceAll(taken, '$1$2').replaceAll(/# DECIDE.*$/gm, '');
}

test('a gate and the registry of models stand there as comments, and are whole once they are taken in', () => {
  const MODELS: Repository = [
    {
      path: 'clusters/prod-eu/fraud/isvc.yaml',
      text: 'apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: fraud}\nspec: {predictor: {model: {storageUri: "models:/fraud/8"}}}\n',
    },
  ];
  const playbookOf = (files: Repository) => {
    const survey = surveyOf(files);
    const text = uncommented(proposedPlaybook(survey, survey.found));
    const parsed = parsePlaybook(text, 'lastgood.yml', { promql: readPromql });
    assert.ok(parsed.ok, parsed.ok ? '' : `${parsed.faults.map(formatFault).join('\n')}\n${text}`);
    return parsed.playbook;
  };
  const fraud = playbookOf(MODELS);
  assert.equal(fraud.registries['models']?.kind, 'mlflow');
  assert.deepEqual(
    fraud.services['fraud']?.environments['prod-eu']?.gate?.triggers.map(({ name }) => name),
    ['predict'],
  );
  const rec = playbookOf(BY_SERVICE);
  assert.deepEqual(rec.registries, {});
  assert.deepEqual(
    rec.services['rec']?.environments['production']?.gate?.triggers.map(({ name, then }) => `${name} ${then}`),
    ['errors rollback'],
  );
});

test('only production is proposed unless another environment is asked for, and the others are named', async () => {
  await inFolder(BY_SERVICE, async (folder) => {
    const text = await printed(folder);
    assert.match(text, /^# {3}rec in staging: apps\/rec\/staging, applied by rec-staging \(told: /m);
    assert.match(text, /^ {6}production:\n(.*\n){2} {8}applications: \[rec-production\]$/m);
    assert.match(text, /^ {6}# also found: staging in apps\/rec\/staging$/m);
    assert.match(await printed(folder, { environment: 'staging', service: 'rec' }), /^ {6}staging:$/m);
    const parsed = parsePlaybook(text, 'lastgood.yml');
    assert.ok(parsed.ok && parsed.playbook.argocd?.url === 'https://argo.acme.example');
  });
});

test('--write writes it once, and never over a playbook that is there', async () => {
  await inFolder(OVERLAYS, async (folder) => {
    const text = await printed(folder, { write: true });
    const written = await readFile(join(folder, 'lastgood.yml'), 'utf8');
    assert.ok(text.includes(written.trimEnd()));
    assert.match(text, /lastgood\.yml written\. Decide the \d+ lines marked DECIDE, then: lastgood lint/);
    await assert.rejects(printed(folder, { write: true }), /lastgood\.yml already, and it stays as it is/);
    assert.equal(await readFile(join(folder, 'lastgood.yml'), 'utf8'), written);
  });
});

test('with --json the answer is one document with the places, the doubts and the playbook', async () => {
  await inFolder(VALUES, async (folder) => {
    const said: unknown = JSON.parse(await printed(folder, { json: true }));
    assert.ok(typeof said === 'object' && said !== null && 'playbook' in said && 'found' in said && 'notes' in said);
    assert.ok('written' in said && said.written === false);
    assert.deepEqual(said.notes, ['1 Helm template is not read, such as charts/rec/templates/deployment.yaml']);
  });
});

test('a folder without services is told, and so is a wish for what is not there', async () => {
  await inFolder([{ path: 'a.json', text: '{}' }], (folder) => assert.rejects(printed(folder), /shows no service/));
  await inFolder(OVERLAYS, (folder) =>
    assert.rejects(printed(folder, { environment: 'qa' }), /None of the 2 places found has that/),
  );
});

test('a preset that is named exists', () => {
  const named = [BY_ENVIRONMENT, OVERLAYS].flatMap((files) =>
    surveyOf(files).found.flatMap(({ preset }) => preset?.value ?? []),
  );
  assert.deepEqual([...new Set(named)], ['vllm']);
  for (const value of ['vllm', 'sglang', 'tgi', 'triton', 'mlserver', 'seldon', 'kserve', 'istio'])
    assert.ok(
      PRESET_NAMES.some((name) => name === value),
      value,
    );
});

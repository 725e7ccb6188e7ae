import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parse } from 'yaml';
import { CHOICES, INPUTS, OUTPUTS } from '../../action/inputs.ts';
import { DIST_FILES } from '../../action/bundle.ts';

interface ActionYaml {
  readonly inputs: Record<string, { description: string; default?: string; required?: boolean }>;
  readonly outputs: Record<string, { description: string }>;
  readonly runs: { using: string; main: string };
}

const root = new URL('../../', import.meta.url);
const action = parse(await readFile(new URL('action.yml', root), 'utf8')) as ActionYaml;
const sources = (await readdir(new URL('action/', root))).filter((name) => name.endsWith('.ts'));

async function textOf(name: string): Promise<string> {
  return readFile(new URL(`action/${name}`, root), 'utf8');
}

test('action.yml and inputs.ts name the same inputs in the same order with the same defaults', () => {
  assert.deepEqual(
    Object.entries(action.inputs).map(([name, row]) => [name, row.default ?? null]),
    INPUTS.map((input) => [input.name, input.default]),
  );
});

test('no input is declared required: the Action itself says which one is missing, and lint needs none', () => {
  assert.deepEqual(
    Object.values(action.inputs).filter((row) => row.required === true),
    [],
  );
});

test('an input of several words has the first as its default and explains each', () => {
  for (const [name, values] of Object.entries(CHOICES)) {
    const row = action.inputs[name];
    assert.equal(row?.default, values[0], name);
    if (name !== 'dry-run')
      for (const value of values) assert.match(row.description, new RegExp(`\\b${value}\\b`), `${name}: ${value}`);
  }
});

test('action.yml and inputs.ts name the same outputs', () => {
  assert.deepEqual(Object.keys(action.outputs), [...OUTPUTS]);
});

test('every input and output has a description', () => {
  for (const row of [...Object.values(action.inputs), ...Object.values(action.outputs)])
    assert.match(row.description, /\S{3}/);
});

test('raw input, output and state calls stay inside inputs.ts', async () => {
  for (const name of sources.filter((source) => source !== 'inputs.ts')) {
    assert.doesNotMatch(
      await textOf(name),
      /\b(getInput|getBooleanInput|getMultilineInput|setOutput|saveState|getState|INPUT_)/,
      name,
    );
  }
});

test('the shell stays a shell of at most 80 lines', async () => {
  const lines = (await textOf('main.ts')).trimEnd().split('\n').length;
  assert.ok(lines <= 80, String(lines));
});

test('the Action runs its bundle on Node 24', () => {
  assert.equal(action.runs.using, 'node24');
  assert.equal(action.runs.main, `action/dist/${DIST_FILES[0]}`);
});

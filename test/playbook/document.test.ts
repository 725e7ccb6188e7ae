import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import addFormatsModule from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { generated } from '../../docs/generate.ts';
import { jsonSchema, referenceTable } from '../../src/playbook/document.ts';
import { parseCondition } from '../../src/playbook/condition.ts';
import { formatFault, parsePlaybook } from '../../src/playbook/parse.ts';
import { aPlaybook } from './a-playbook.ts';

const top = new URL('../../', import.meta.url);
const addFormats = addFormatsModule.default;
const ajv = new Ajv2020({ strict: false });
addFormats(ajv);
const validate = ajv.compile(jsonSchema());

test('the generated files are what the schema generates', () => {
  for (const { path, text } of generated()) {
    assert.equal(readFileSync(new URL(path, top), 'utf8'), text, `${path} is old: run node docs/generate.ts`);
  }
});

const examples = readdirSync(new URL('examples/', top)).filter((file) => file.endsWith('.yml'));

test('every example is a playbook without faults or warnings, for us and for editors', () => {
  assert.ok(examples.includes('lastgood.yml'));
  for (const file of examples) {
    const text = readFileSync(new URL(`examples/${file}`, top), 'utf8');
    const parsed = parsePlaybook(text, file);
    const faults = parsed.ok ? parsed.warnings : parsed.faults;
    assert.deepEqual(faults.map(formatFault), [], file);
    assert.ok(validate(parse(text)), `${file}: ${ajv.errorsText(validate.errors)}`);
  }
});

test('the JSON Schema speaks as the user writes: units in text, defaults with their unit', () => {
  const text = JSON.stringify(jsonSchema());
  assert.match(text, /"default":"15s"/);
  assert.doesNotMatch(text, /"default":[0-9]{4,}/);
  assert.ok(validate(parse(aPlaybook())));
  assert.ok(!validate(parse(aPlaybook({ gate: 'poll: 15' }))));
  assert.ok(!validate(parse(aPlaybook({ gate: 'pol: 15s' }))));
});

test('the reference has a meaning for every key', () => {
  const rows = referenceTable()
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  assert.ok(rows.length > 50);
  for (const row of rows) assert.doesNotMatch(row, /\|\s+\|$/, row);
});

test('every sentence of the guide can be read', () => {
  const guide = readFileSync(new URL('docs/playbook.md', top), 'utf8');
  const sentences = [...guide.matchAll(/`(?:pass-when: |if: )?((?:rate|p[0-9.]+|ks|mean|value) [<>] [^`]+)`/g)].map(
    (match) => match[1] ?? '',
  );
  assert.ok(sentences.length > 10);
  for (const sentence of sentences) assert.ok(parseCondition(sentence).ok, sentence);
});

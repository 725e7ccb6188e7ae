import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parsePlaybook } from '../../src/playbook/parse.ts';

function faultsOf(text: string): readonly string[] {
  const parsed = parsePlaybook(text, 'lastgood.yml');
  return parsed.ok ? [] : parsed.faults.map(({ message, cure }) => `${message}: ${cure}`);
}

const VERIFY =
  'verify: { healthy-for: 1m, within: 10m, source: prom, arm: track="x", criteria: [{ name: e, bad: b, total: t, if: rate > 2% }] }';

/** A playbook whose only gate is this text. */
function aGate(sources: string, gate: string): string {
  return `version: 1
sources:
  prom: { kind: prometheus, url: "http://prometheus:9090" }
${sources}
services:
  rec:
    environments:
      production:
        paths: [apps/rec]
        rollback: { approval: human }
        gate:
${gate}
        ${VERIFY}
`;
}

/** Faults of a gate with this source, this trigger and these arms. */
function faults(source: string, trigger: string, arms = '{ canary: a, baseline: b }'): readonly string[] {
  const gate = `          { source: data, arms: ${arms}, triggers: [{ name: q, then: rollback, ${trigger} }] }`;
  return faultsOf(aGate(`  data: ${source}`, gate));
}

const FILE = '{ kind: file, path: "r/{{arm}}.jsonl", format: jsonl }';
const PAIRS = 'score: s, pair-by: id, range: [0, 1], if: mean < baseline - 0.03';

test('pairs of scores, relative limits and percentage points are understood', () => {
  for (const trigger of [
    PAIRS,
    'correct: ok, pair-by: id, if: mean < baseline - 3%',
    'correct: ok, pair-by: id, if: rate < baseline - 3pp',
    'correct: ok, if: rate < baseline - 3%',
    'score: s, range: [0, 1], if: mean < baseline - 3pp',
    'score: s, if: ks > 0.15',
  ])
    assert.deepEqual(faults(FILE, trigger), [], trigger);
});

const WRONG: readonly (readonly [source: string, trigger: string, what: RegExp])[] = [
  [FILE, 'score: s, if: mean < baseline - 0.03', /range.*is missing|is missing.*range/],
  [FILE, 'score: s, correct: ok, range: [0, 1], if: mean < baseline - 0.03', /stands beside 'score'/],
  [FILE, 'score: s, range: [1, 5], if: mean < baseline - 3pp', /percentage points, and the range is 1 to 5/],
  [FILE, 'score: s, pair-by: id, range: [0, 1], if: mean < 0.8', /a fixed limit looks at one/],
  [FILE, 'score: s, pair-by: id, if: ks > 0.15', /comparison of distributions/],
  [FILE, 'score: s, range: [0, 1], if: rate < baseline - 3pp', /no count of right answers/],
  [FILE, 'correct: ok, if: mean > baseline + 3pp', /more answers are right/],
  [FILE, 'gauge: "metrics[0].p_value", if: value > 0.15', /p-value gets small with drift/],
  [FILE, 'score: "a..b", range: [0, 1], if: mean < baseline - 0.03', /column 3 of the path/],
  ['{ kind: file, path: "../{{arm}}.json" }', PAIRS, /leads out of the working directory/],
  ['{ kind: file, path: "r.json" }', PAIRS, /does not say which arm/],
  ['{ kind: json, url: "https://e.example/{{arm}}", counts: span }', PAIRS, /when counting begins/],
  ['{ kind: json, url: "https://e.example/{{arm}}", body: "{}" }', PAIRS, /never sent with GET/],
  [
    '{ kind: langfuse }',
    'sum: a, squares: b, count: c, range: [0, 1], if: mean < baseline - 0.1',
    /cannot be answered by a langfuse source: count the bad ones/,
  ],
  ['{ kind: langfuse }', 'bad: score quality, total: score quality, if: rate > baseline + 3pp', /counts them all/],
  [
    '{ kind: mlflow, url: "http://m.example" }',
    'score: s, pair-by: id, range: [0, 1], if: mean < baseline - 0.1',
    /pair-by: step/,
  ],
  ['{ kind: prometheus, url: "http://p.example" }', PAIRS, /cannot be answered by a prometheus source: read the rows/],
];

test('what cannot be meant is refused with its cure', () => {
  for (const [source, trigger, what] of WRONG) {
    const said = faults(
      source,
      trigger,
      source.includes('langfuse') ? '{ canary: "p@2", baseline: "p@1" }' : undefined,
    );
    assert.ok(
      said.some((one) => what.test(one)),
      `${trigger}\n${said.join('\n')}`,
    );
  }
});

test('the examples of the docs have no faults', () => {
  const page = readFileSync(new URL('../../docs/sources.md', import.meta.url), 'utf8');
  for (const kind of ['json', 'file', 'langfuse', 'mlflow']) {
    const [, example = ''] = new RegExp(`\n## ${kind}\n\n\`\`\`yaml\n([^]*?)\`\`\``).exec(page) ?? [];
    const [sources = '', gate = ''] = example.split('# in the gate\n');
    const name = /^ {2}(\w+):/m.exec(sources)?.[1] ?? '';
    const inner = `source: ${name}\n${gate}`.replaceAll(/^(?=.)/gm, '          ');
    assert.deepEqual(faultsOf(aGate(sources.replace('sources:\n', '').trimEnd(), inner)), [], kind);
  }
});

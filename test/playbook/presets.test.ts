import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rulesOfGate, rulesOfVerify } from '../../src/judge/rules.ts';
import { needsBaseline } from '../../src/measure/metric.ts';
import { expandPlaybook } from '../../src/playbook/expand.ts';
import { PRESET_NAMES, PRESETS, type PresetName } from '../../src/playbook/presets.ts';
import type { Preset } from '../../src/playbook/preset-questions.ts';
import { limitsIn } from '../../src/playbook/tiers.ts';
import { readYaml } from '../../src/playbook/yaml.ts';
import { expandedText } from '../../src/report/expanded.ts';
import { briefly, faultsOf, playbookOf } from './a-playbook.ts';

interface Written {
  readonly gate?: string;
  readonly verify?: string;
  readonly arms?: string;
  readonly tiers?: string;
  readonly tier?: string;
}

function written(preset: string, { gate, verify, arms, tiers, tier }: Written = {}): string {
  return `version: 1
sources: { prom: { kind: prometheus, url: "http://prometheus:9090" } }
${tiers === undefined ? '' : `tiers: ${tiers}`}
services:
  rec:
    environments:
      production:
        ${tier === undefined ? '' : `tier: ${tier}`}
        paths: [apps/rec]
        gate:
          source: prom
          arms: ${arms ?? '{ canary: track="canary", baseline: track="stable" }'}
          preset: ${preset}
          ${gate ?? ''}
        verify:
          healthy-for: 30s
          within: 10m
          arm: app="rec"
          ${verify ?? 'criteria: [{ name: e, bad: b, total: t, if: rate > 2% }]'}
`;
}

function environmentOf(text: string) {
  const rules = playbookOf(text).services['rec']?.environments['production'];
  assert.ok(rules?.gate);
  return { ...rules, gate: rules.gate };
}

/** A tier with every limit that any preset names. */
function everyLimit(preset: Preset): string {
  const names = preset.triggers.flatMap(({ tiered, fixed }) => [...limitsIn(tiered), ...limitsIn(fixed)]);
  const value = (name: string) =>
    name.endsWith('-p95') || name === 'p95' ? '300ms' : /margin/.test(name) ? '1pp' : name === 'drift' ? '0.2' : '3%';
  const limits = [...new Set([...names, 'error-rate'])]
    .filter((name) => name !== 'success-rate')
    .map((name) => `${name}: ${value(name)}`);
  return `{ all: { limits: { ${limits.join(', ')} } } }`;
}

test('every preset is a gate without faults that can be asked, with and without a tier', () => {
  for (const name of PRESET_NAMES) {
    const preset: Preset = PRESETS[name];
    const asked = preset.triggers.filter(({ optional }) => optional === null).map((trigger) => trigger.name);
    const plain = environmentOf(written(name)).gate;
    assert.deepEqual(
      rulesOfGate(plain).triggers.map((rule) => rule.name),
      asked,
      name,
    );
    const tiered = environmentOf(written(name, { tiers: everyLimit(preset), tier: 'all' })).gate;
    assert.equal(rulesOfGate(tiered).triggers.length, asked.length, name);
    for (const trigger of tiered.triggers)
      assert.ok(
        trigger.if.limits.some(({ from }) => from?.startsWith('all.')),
        `${name} ${trigger.name}: ${trigger.if.text}`,
      );
  }
});

test('every preset can be the definition of recovered where the tier has its limits, and compares with no baseline there', () => {
  for (const name of PRESET_NAMES) {
    const text = written(name, { tiers: everyLimit(PRESETS[name]), tier: 'all', verify: `preset: ${name}` });
    const { verify } = environmentOf(text);
    assert.ok(rulesOfVerify(verify).triggers.length > 0, name);
    assert.ok(!verify.criteria.some(needsBaseline), name);
  }
});

test('the optional questions of a preset are asked once adjust gives what the server does not tell', () => {
  const gate = environmentOf(
    written('triton', { gate: 'adjust: { mean-duration: { range: [0, 2000000] }, first-response: { then: notify } }' }),
  ).gate;
  assert.deepEqual(
    gate.triggers.map(({ name, then, range, histogram }) => ({ name, then, range, histogram })),
    [
      { name: 'errors', then: 'rollback', range: undefined, histogram: undefined },
      { name: 'mean-duration', then: 'ask', range: [0, 2_000_000], histogram: undefined },
      {
        name: 'first-response',
        then: 'notify',
        range: undefined,
        histogram: 'nv_inference_first_response_histogram_ms',
      },
    ],
  );
});

test('own triggers come first, what is left out is gone, what is adjusted keeps its metric', () => {
  const { gate } = environmentOf(
    written('vllm', {
      gate: `without: [aborted, inter-token, answer-length]
          adjust: { e2e: { if: p99 > 4s, then: rollback } }
          triggers: [{ name: own, bad: a, total: b, if: rate > 2%, then: ask }]`,
    }),
  );
  assert.deepEqual(
    gate.triggers.map((trigger) => [trigger.name, trigger.if.text, trigger.then, trigger.histogram ?? trigger.total]),
    [
      ['own', 'rate > 2%', 'ask', 'b'],
      ['errors', 'rate > baseline + 1pp', 'rollback', 'http_requests_total'],
      ['ttft', 'p95 > baseline + 20%', 'rollback', 'vllm:time_to_first_token_seconds'],
      ['e2e', 'p99 > 4s', 'rollback', 'vllm:e2e_request_latency_seconds'],
    ],
  );
});

test('a bare word as an arm is a version in the words of that server', () => {
  const { gate } = environmentOf(written('knative', { arms: '{ canary: rec-00042, baseline: rec-00041 }' }));
  assert.deepEqual(gate.arms, { canary: 'revision_name="rec-00042"', baseline: 'revision_name="rec-00041"' });
  assert.deepEqual(briefly(written('vllm', { arms: '{ canary: rec-00042, baseline: track="b" }' })).length, 1);
});

test('what a preset does not know is one fault each, with what was meant', () => {
  assert.deepEqual(briefly(written('vlm')), ["preset is not one of the words it takes -> did you mean 'vllm'?"]);
  assert.deepEqual(briefly(written('vllm', { gate: 'without: [abortd]' })), [
    "without[0] is not a trigger of this preset -> did you mean 'aborted'?",
  ]);
  assert.deepEqual(briefly(written('vllm', { gate: 'adjust: { e2: { if: p95 > 1s } }' })), [
    "e2 is not a trigger of this preset -> did you mean 'e2e'?",
  ]);
  const changed = written('vllm').replace(
    'preset: vllm',
    'triggers: [{ name: o, bad: a, total: b, if: rate > 2%, then: ask }]',
  );
  assert.deepEqual(briefly(changed.replace('source: prom', 'source: prom\n          without: [aborted]')), [
    "without changes a preset, and there is none -> add 'preset:', or remove it",
  ]);
  assert.deepEqual(briefly(written('vllm', { verify: 'preset: vllm' })), [
    'preset gives no criterion: there is no fixed limit -> add a tier with its limits, or adjust: { errors: { if: rate > 2% } }',
  ]);
});

test('a fault in what is adjusted stands where it was written, once', () => {
  const [fault, ...more] = faultsOf(written('vllm', { gate: 'adjust: { e2e: { if: p95 > 4 } }' }));
  assert.deepEqual(more, []);
  assert.equal(fault?.path, 'services.rec.environments.production.gate.adjust.e2e.if');
  assert.equal(fault.cure, 'write 4ms');
});

test('a fault of a question that the preset wrote is told where the preset is named, with the name of the question', () => {
  const [fault, ...more] = faultsOf(written('triton', { gate: 'adjust: { mean-duration: { then: notify } }' }));
  assert.deepEqual(more, []);
  assert.equal(fault?.path, 'services.rec.environments.production.gate.preset');
  assert.equal(fault.message, "gives 'mean-duration': 'range' is missing");
});

test('a preset needs a source that speaks its names', () => {
  const text = written('vllm').replace('kind: prometheus, url: "http://prometheus:9090"', 'kind: newrelic, account: 1');
  assert.match(briefly(text).join('\n'), /preset has the names of Prometheus, and the source is of kind newrelic/);
});

test('a gate without a question, and a verify without a criterion, are faults', () => {
  assert.deepEqual(briefly(written('vllm').replace('          preset: vllm\n', '')), [
    "triggers is missing -> add 'triggers:', or a 'preset:'",
  ]);
  assert.deepEqual(briefly(written('vllm', { verify: '' })), [
    "criteria is missing -> add 'criteria:', or a 'preset:'",
  ]);
});

test('what is shown as the expansion is a playbook that means the same', () => {
  const preset: PresetName = 'vllm';
  const text = written(preset, { tiers: everyLimit(PRESETS[preset]), tier: 'all', verify: 'preset: vllm' });
  const lines = expandedText(expandPlaybook(readYaml(text).data)).split('\n');
  const list = (from: string, to: string) => {
    const rest = lines.slice(lines.findIndex((line) => line.startsWith(from)));
    const end = rest.findIndex((line, i) => i > 0 && line.startsWith(to));
    return (end < 0 ? rest : rest.slice(0, end)).filter((line) => line.startsWith('    - '));
  };
  const plain = written(preset)
    .replace(
      `preset: ${preset}`,
      `triggers:\n${list('  gate', '  verify').join('\n').replaceAll('    - ', '            - ')}`,
    )
    .replace(
      'criteria: [{ name: e, bad: b, total: t, if: rate > 2% }]',
      `criteria:\n${list('  verify', '   x').join('\n').replaceAll('    - ', '            - ')}`,
    );
  const [a, b] = [environmentOf(text), environmentOf(plain)];
  assert.deepEqual(b.gate.triggers, a.gate.triggers);
  assert.deepEqual(b.verify.criteria, a.verify.criteria);
});

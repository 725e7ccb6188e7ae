/** What each server exports while it is healthy, in the form of its own page: every question of its preset must find its numbers there. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArms } from '../../src/measure/arms.ts';
import { metricOf, partsOf } from '../../src/measure/metric.ts';
import { parseExposition } from '../../src/measure/openmetrics.ts';
import { matches } from '../../src/measure/selector.ts';
import { PRESET_NAMES, PRESETS, type PresetName } from '../../src/playbook/presets.ts';
import type { Preset } from '../../src/playbook/preset-questions.ts';
import { playbookOf } from '../playbook/a-playbook.ts';

/** A histogram as a client library writes it. */
function histogram(name: string, labels: string, edges: readonly string[]): string {
  const inside = (le: string) => `{${[labels, `le="${le}"`].filter((part) => part !== '').join(',')}}`;
  const braces = labels === '' ? '' : `{${labels}}`;
  return [
    ...edges.map((le, i) => `${name}_bucket${inside(le)} ${(i + 1) * 10}`),
    `${name}_bucket${inside('+Inf')} 100`,
    `${name}_sum${braces} 12.5`,
    `${name}_count${braces} 100`,
  ].join('\n');
}

const SECONDS = ['0.1', '0.5', '1.0'];
const MS = ['5', '50', '500'];
const GEN_AI = 'gen_ai_operation_name="chat",gen_ai_request_model="m",job="api"';

function languageModel(prefix: string): string {
  const labels = 'engine="0",model_name="m"';
  return ['time_to_first_token', 'e2e_request_latency', 'inter_token_latency']
    .map((name) => histogram(`${prefix}:${name}_seconds`, labels, SECONDS))
    .join('\n');
}

const PAGES: Readonly<Record<PresetName, string>> = {
  vllm: `${languageModel('vllm')}
http_requests_total{handler="/v1/chat/completions",method="POST",status="2xx"} 100
vllm:request_success_total{engine="0",finished_reason="stop",model_name="m"} 90
vllm:request_success_total{engine="0",finished_reason="length",model_name="m"} 10
vllm:request_success_total{engine="0",finished_reason="abort",model_name="m"} 0
vllm:prompt_tokens_total{engine="0",model_name="m"} 12000
vllm:generation_tokens_total{engine="0",model_name="m"} 34000
${histogram('vllm:request_generation_tokens', 'engine="0",model_name="m"', ['10', '100', '1000'])}`,
  sglang: languageModel('sglang'),
  tgi: [
    histogram('tgi_request_duration', '', SECONDS),
    histogram('tgi_request_mean_time_per_token_duration', '', SECONDS),
    histogram('tgi_request_generated_tokens', '', ['10', '100']),
  ].join('\n'),
  'otel-gen-ai': [
    histogram('gen_ai_client_operation_duration_seconds', GEN_AI, SECONDS),
    histogram('gen_ai_client_operation_time_to_first_chunk_seconds', GEN_AI, SECONDS),
    histogram('gen_ai_client_token_usage', `${GEN_AI},gen_ai_token_type="input"`, ['1', '64', '4096']),
    histogram('gen_ai_client_token_usage', `${GEN_AI},gen_ai_token_type="output"`, ['1', '64', '4096']),
  ].join('\n'),
  'otel-gen-ai-server': [
    histogram('gen_ai_server_request_duration_seconds', GEN_AI, SECONDS),
    histogram('gen_ai_server_time_to_first_token_seconds', GEN_AI, SECONDS),
  ].join('\n'),
  kserve: ['request_preprocess_seconds', 'request_predict_seconds', 'request_postprocess_seconds']
    .map((name) => histogram(name, 'model_name="m"', SECONDS))
    .join('\n'),
  knative: `revision_app_request_count{response_code="200",response_code_class="2xx",revision_name="rec-1"} 100
${histogram('revision_app_request_latencies', 'response_code="200",response_code_class="2xx",revision_name="rec-1"', MS)}`,
  'knative-otel': histogram(
    'kn_serving_invocation_duration_seconds',
    'http_response_status_code="200",kn_revision_name="rec-1"',
    SECONDS,
  ),
  istio: `istio_requests_total{reporter="destination",destination_version="v1",response_code="200"} 100
istio_requests_total{reporter="source",destination_version="v1",response_code="200"} 100
${histogram('istio_request_duration_milliseconds', 'reporter="destination",destination_version="v1",response_code="200"', MS)}`,
  triton: `nv_inference_request_success{model="m",version="1"} 100
nv_inference_request_failure{model="m",version="1"} 0
nv_inference_request_duration_us{model="m",version="1"} 5300000
${histogram('nv_inference_first_response_histogram_ms', 'model="m",version="1"', MS)}`,
  mlserver: `rest_server_requests_total{app_name="mlserver",method="POST",path="/v2/models/m/infer",status_code="200"} 100
${histogram('rest_server_request_duration_seconds', 'app_name="mlserver",method="POST",path="/v2/models/m/infer",status_code="200"', SECONDS)}
model_infer_request_duration_count{model="m",version="1"} 100
model_infer_request_duration_sum{model="m",version="1"} 5.3`,
  seldon: `seldon_model_infer_total{code="200",method_type="rest",model="iris",model_internal="iris_1",server="mlserver"} 60
seldon_model_infer_total{code="OK",method_type="grpc",model="iris",model_internal="iris_1",server="mlserver"} 40
${histogram('seldon_model_infer_api_seconds', 'code="200",method_type="rest",model="iris",model_internal="iris_1",server="mlserver"', SECONDS)}`,
};

/** The whole preset, with what only the user can say. */
function triggersOf(name: PresetName) {
  const preset: Preset = PRESETS[name];
  const range = (own: string) =>
    own === 'cost'
      ? '{ price: m, range: [0, 1] }'
      : own === 'mean-duration'
        ? '{ range: [0, 1e9] }'
        : '{ min-samples: 0 }';
  const optional = preset.triggers.filter((trigger) => trigger.optional !== null);
  const adjust = optional.map((trigger) => `${trigger.name}: ${range(trigger.name)}`).join(', ');
  const text = `version: 1
sources: { prom: { kind: prometheus, url: "http://prometheus:9090" } }
prices: { m: { input: 0.15/1M, output: 0.60/1M } }
services:
  rec:
    environments:
      production:
        paths: [apps/rec]
        gate: { source: prom, preset: ${name}, adjust: { ${adjust} }, arms: { canary: 'a="1"', baseline: 'a="2"' } }
        verify: { healthy-for: 30s, within: 10m, arm: 'a="2"', criteria: [{ name: e, bad: b, total: t, if: rate > 2% }] }
`;
  const { gate } = playbookOf(text).services['rec']?.environments['production'] ?? {};
  assert.equal(gate?.triggers.length, preset.triggers.length, name);
  return gate.triggers;
}

for (const name of PRESET_NAMES)
  test(`every question of the preset ${name} is answered by the page of a healthy server`, () => {
    const page = parseExposition(PAGES[name], 60_000, false);
    assert.ok(page.kind === 'points', JSON.stringify(page));
    for (const trigger of triggersOf(name)) {
      const metric = metricOf(trigger);
      const parts = new Map(
        Array.from(partsOf(metric), ([part, selector]) => [
          part,
          {
            kind: 'points',
            points: page.points.filter((p) => matches(selector, p.labels)),
          } as const,
        ]),
      );
      const { canary } = readArms(metric, parts, parts);
      assert.notEqual(canary.kind, 'missing', `${trigger.name}: ${JSON.stringify(canary)}`);
    }
  });

test('what tokens cost on a page of vLLM is what the table of prices says', () => {
  const cost = triggersOf('vllm').find((trigger) => trigger.name === 'cost');
  assert.deepEqual(cost?.prices, {
    canary: { input: 0.15 / 1e6, output: 0.6 / 1e6 },
  });
});

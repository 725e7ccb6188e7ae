/**
 * What well-known model servers count, and the questions worth asking of it. A playbook that names a preset gets these triggers as if
 * it had written them. Only what a server really exports stands here; what it cannot tell is said in `notes`.
 */

import {
  cost,
  errors,
  languageModel,
  lengths,
  meanDuration,
  slow,
  successes,
  type Preset,
} from './preset-questions.ts';

export const PRESETS = {
  vllm: {
    version: null,
    source: 'https://docs.vllm.ai/en/latest/design/metrics.html',
    notes:
      '`vllm:request_success_total` counts finished requests only, so it cannot tell failed ones: errors are the 5xx answers of its API server, which health checks do not dilute. `aborted` are clients that went away. Older releases call inter-token latency `vllm:time_per_output_token_seconds`.',
    triggers: [
      errors({ bad: 'http_requests_total{status="5xx"}', total: 'http_requests_total' }),
      {
        name: 'aborted',
        ask: {
          bad: 'vllm:request_success_total{finished_reason="abort"}',
          total: 'vllm:request_success_total',
          if: 'rate > baseline + 3pp',
          then: 'ask',
        },
        tiered: 'rate > baseline + tier.abort-margin',
        fixed: 'rate > tier.abort-rate',
        optional: null,
      },
      ...languageModel('vllm'),
      lengths('answer-length', 'vllm:request_generation_tokens'),
      cost(
        { input: 'vllm:prompt_tokens_total', output: 'vllm:generation_tokens_total' },
        'vllm:e2e_request_latency_seconds_count',
      ),
    ],
  },
  sglang: {
    version: null,
    source: 'https://docs.sglang.ai/references/production_metrics.html',
    notes: 'Counts no failed requests: take errors from the proxy in front of it, such as the preset `istio`.',
    triggers: languageModel('sglang'),
  },
  tgi: {
    version: null,
    source: 'https://huggingface.co/docs/text-generation-inference/reference/metrics',
    notes:
      'Its counter of failures appears with the first failure, and a counter that is not there proves nothing: take errors from the proxy in front of it, such as the preset `istio`.',
    triggers: [
      slow({ name: 'e2e', histogram: 'tgi_request_duration', unit: 's', limit: 'p95', then: 'rollback' }),
      slow({
        name: 'inter-token',
        histogram: 'tgi_request_mean_time_per_token_duration',
        unit: 's',
        limit: 'itl-p95',
        then: 'ask',
        info: true,
      }),
      lengths('answer-length', 'tgi_request_generated_tokens'),
    ],
  },
  'otel-gen-ai': {
    version: null,
    source: 'https://github.com/open-telemetry/semantic-conventions-genai',
    notes:
      'As the caller sees it, in the spelling that Prometheus gives OpenTelemetry names. An operation without `error_type` is good. The conventions are still in development: check the names on your own page.',
    triggers: [
      successes({
        good: 'gen_ai_client_operation_duration_seconds_count{error_type=""}',
        total: 'gen_ai_client_operation_duration_seconds_count',
      }),
      slow({
        name: 'duration',
        histogram: 'gen_ai_client_operation_duration_seconds',
        unit: 's',
        limit: 'p95',
        then: 'rollback',
      }),
      slow({
        name: 'ttft',
        histogram: 'gen_ai_client_operation_time_to_first_chunk_seconds',
        unit: 's',
        limit: 'ttft-p95',
        then: 'ask',
        optional: 'only streaming clients record it',
      }),
      lengths('answer-length', 'gen_ai_client_token_usage{gen_ai_token_type="output"}'),
      cost(
        {
          input: 'gen_ai_client_token_usage_sum{gen_ai_token_type="input"}',
          output: 'gen_ai_client_token_usage_sum{gen_ai_token_type="output"}',
        },
        'gen_ai_client_token_usage_count{gen_ai_token_type="output"}',
      ),
    ],
  },
  'otel-gen-ai-server': {
    version: null,
    source: 'https://github.com/open-telemetry/semantic-conventions-genai',
    notes: 'As the model server sees it; otherwise as `otel-gen-ai`.',
    triggers: [
      successes({
        good: 'gen_ai_server_request_duration_seconds_count{error_type=""}',
        total: 'gen_ai_server_request_duration_seconds_count',
      }),
      slow({
        name: 'duration',
        histogram: 'gen_ai_server_request_duration_seconds',
        unit: 's',
        limit: 'p95',
        then: 'rollback',
      }),
      slow({
        name: 'ttft',
        histogram: 'gen_ai_server_time_to_first_token_seconds',
        unit: 's',
        limit: 'ttft-p95',
        then: 'ask',
      }),
    ],
  },
  kserve: {
    version: null,
    source: 'https://kserve.github.io/website/docs/model-serving/predictive-inference/observability/prometheus-metrics',
    notes:
      'The Python SDK times its steps by `model_name` and counts no failures: take errors from `knative`, `knative-otel` or `istio`. KServe with a runtime such as Triton or vLLM exports the names of that runtime.',
    triggers: [
      slow({ name: 'predict', histogram: 'request_predict_seconds', unit: 's', limit: 'p95', then: 'rollback' }),
    ],
  },
  knative: {
    version: 'revision_name',
    source: 'https://knative.dev/docs/serving/observability/metrics/serving-metrics/',
    notes: 'The queue proxy before Knative moved to OpenTelemetry, in milliseconds. Newer releases: `knative-otel`.',
    triggers: [
      errors({ bad: 'revision_app_request_count{response_code_class="5xx"}', total: 'revision_app_request_count' }),
      slow({
        name: 'latency',
        histogram: 'revision_app_request_latencies',
        unit: 'ms',
        limit: 'p95',
        then: 'rollback',
      }),
    ],
  },
  'knative-otel': {
    version: 'kn_revision_name',
    source: 'https://knative.dev/docs/serving/observability/metrics/serving-metrics/',
    notes:
      'The queue proxy since Knative moved to OpenTelemetry, in seconds. Where your collector keeps resource attributes out of the series, write the arms with the labels of the scrape.',
    triggers: [
      errors({
        bad: 'kn_serving_invocation_duration_seconds_count{http_response_status_code=~"5.."}',
        total: 'kn_serving_invocation_duration_seconds_count',
      }),
      slow({
        name: 'latency',
        histogram: 'kn_serving_invocation_duration_seconds',
        unit: 's',
        limit: 'p95',
        then: 'rollback',
      }),
    ],
  },
  istio: {
    version: 'destination_version',
    source: 'https://istio.io/latest/docs/reference/config/metrics/',
    notes: 'What the proxy of the called pod reports, for any server behind it.',
    triggers: [
      errors({
        bad: 'istio_requests_total{reporter="destination",response_code=~"5.."}',
        total: 'istio_requests_total{reporter="destination"}',
      }),
      slow({
        name: 'latency',
        histogram: 'istio_request_duration_milliseconds{reporter="destination"}',
        unit: 'ms',
        limit: 'p95',
        then: 'rollback',
      }),
    ],
  },
  triton: {
    version: 'version',
    source: 'https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/metrics.html',
    notes:
      'Durations are running totals of microseconds, so there is a mean and no quantile. `first-response` exists only with `--metrics-config histogram_latencies=true`, for decoupled models.',
    triggers: [
      errors({ bad: 'nv_inference_request_failure', good: 'nv_inference_request_success' }),
      meanDuration({ sum: 'nv_inference_request_duration_us', count: 'nv_inference_request_success' }, 'microseconds'),
      slow({
        name: 'first-response',
        histogram: 'nv_inference_first_response_histogram_ms',
        unit: 'ms',
        limit: 'ttft-p95',
        then: 'ask',
        optional: 'the server exports it only when it is told to',
      }),
    ],
  },
  mlserver: {
    version: null,
    source: 'https://docs.seldon.ai/mlserver/user-guide/metrics',
    notes:
      'Errors and latency are those of its REST server, which has no label for the version: the arms name pods. `mean-duration` is labelled `model` and `version` and has averages only.',
    triggers: [
      errors({ bad: 'rest_server_requests_total{status_code=~"5.."}', total: 'rest_server_requests_total' }),
      slow({
        name: 'latency',
        histogram: 'rest_server_request_duration_seconds',
        unit: 's',
        limit: 'p95',
        then: 'rollback',
      }),
      meanDuration({ sum: 'model_infer_request_duration_sum', count: 'model_infer_request_duration_count' }, 'seconds'),
    ],
  },
  seldon: {
    version: 'model_internal',
    source: 'https://docs.seldon.ai/seldon-core-2/user-guide/operational-monitoring/observability',
    notes: 'Seldon Core 2. The code is that of HTTP or the word of gRPC.',
    triggers: [
      errors({
        bad: 'seldon_model_infer_total{code=~"5..|Internal|Unavailable|Unknown|DeadlineExceeded|ResourceExhausted"}',
        total: 'seldon_model_infer_total',
      }),
      slow({ name: 'latency', histogram: 'seldon_model_infer_api_seconds', unit: 's', limit: 'p95', then: 'rollback' }),
    ],
  },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof PRESETS;

export function isPreset(name: unknown): name is PresetName {
  return typeof name === 'string' && Object.hasOwn(PRESETS, name);
}

export const PRESET_NAMES = Object.keys(PRESETS).filter(isPreset);

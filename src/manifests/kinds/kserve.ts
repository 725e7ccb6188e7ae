import type { Kind } from './kind.ts';

/** KServe: an absent canaryTrafficPercent means that the newest revision gets everything. */
export const inferenceService: Kind = {
  name: 'InferenceService',
  group: /^serving\.kserve\.io$/,
  kind: /^(InferenceService|LLMInferenceService|TrainedModel)$/,
  file: null,
  versions: [
    /\.storageUri$/,
    /\.storageUris\[.*$/,
    /^spec\.(.*\.)?(runtimeVersion|image)$/,
    /^spec\.model\.(uri|name)$/,
    /^spec\.model\.lora\.adapters\[[^\]]*\]\.uri$/,
  ],
  traffic: [/^spec\.(.*\.)?(canaryTrafficPercent|trafficPercent)$/, /^spec\.router\.route\.weight$/],
};

/** Seldon Core 2. */
export const seldon: Kind = {
  name: 'Seldon',
  group: /^mlops\.seldon\.io$/,
  kind: /^(Model|Experiment)$/,
  file: null,
  versions: [/^spec\.(storageUri|artifactVersion)$/],
  traffic: [/^spec\.default$/, /^spec\.(candidates\[[^\]]*\]|mirror)\.(weight|percent)$/],
};

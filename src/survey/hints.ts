/** Where the numbers and the answers of the cluster probably come from, as far as the repository says. */
import { at, childrenOf, wordAt } from '../manifests/documents.ts';
import type { Doc } from '../manifests/documents.ts';

export interface Hint {
  readonly value: string;
  /** Where it stands. */
  readonly says: string;
}

/** The Prometheus that analysis runs are sent to. */
export function prometheusIn(docs: readonly Doc[]): Hint | null {
  for (const doc of docs) {
    const says = `the ${doc.kind} ${doc.name} in ${doc.path}`;
    const asked = childrenOf(at(doc, 'spec', 'metrics')).map((metric) =>
      wordAt(metric, 'provider', 'prometheus', 'address'),
    );
    const address = /^(Cluster)?AnalysisTemplate$/.test(doc.kind)
      ? asked.find((one) => one !== null)
      : doc.kind === 'MetricTemplate' && wordAt(doc, 'spec', 'provider', 'type') === 'prometheus'
        ? wordAt(doc, 'spec', 'provider', 'address')
        : null;
    if (address != null && /^https?:\/\/[^{}\s]+$/.test(address)) return { value: address, says };
  }
  return null;
}

/** The address that Argo CD knows of itself. */
export function argocdIn(docs: readonly Doc[]): Hint | null {
  for (const doc of docs) {
    const url = doc.kind === 'ConfigMap' && doc.name === 'argocd-cm' ? wordAt(doc, 'data', 'url') : null;
    if (url !== null && /^https?:\/\/[^{}\s]+$/.test(url))
      return { value: url, says: `the ConfigMap argocd-cm in ${doc.path}` };
  }
  return null;
}

/** A name that MLflow keeps; the first one. */
export function modelsIn(docs: readonly Doc[]): Hint | null {
  for (const doc of docs) {
    const value = leavesIn(doc).find((leaf) => /^(?:models|prompts):\/+[\w.-]+[/@][\w.-]+$/.test(leaf.value))?.value;
    if (value !== undefined) return { value, says: doc.path };
  }
  return null;
}

/** What analysis already asks about a release: the nearest thing to a criterion that a repository holds. */
export function questionsIn(docs: readonly Doc[]): readonly string[] {
  return docs.flatMap((doc) => {
    if (/^(Cluster)?AnalysisTemplate$/.test(doc.kind))
      return childrenOf(at(doc, 'spec', 'metrics')).flatMap((metric) => {
        const query = wordAt(metric, 'provider', 'prometheus', 'query');
        const limit = wordAt(metric, 'successCondition') ?? wordAt(metric, 'failureCondition');
        return query === null ? [] : [`${doc.kind} ${doc.name}: ${oneLine(query)} ${oneLine(limit ?? '')}`.trim()];
      });
    if (doc.kind === 'MetricTemplate')
      return [`MetricTemplate ${doc.name}: ${oneLine(wordAt(doc, 'spec', 'query') ?? '')}`];
    return [];
  });
}

/** The preset of a server that a manifest shows; the first one that fits. */
export function presetIn(docs: readonly Doc[]): Hint | null {
  for (const doc of docs) {
    const images = textsIn(doc);
    const found = SERVERS.find(([, pattern]) => images.some((image) => pattern.test(image)));
    if (found) return { value: found[0], says: `an image in ${doc.path}` };
  }
  const kinds: readonly (readonly [string, (doc: Doc) => boolean])[] = [
    ['seldon', ({ group }) => group === 'mlops.seldon.io'],
    ['kserve', ({ kind }) => kind === 'InferenceService'],
    ['vllm', ({ kind }) => kind === 'LLMInferenceService'],
    ['istio', ({ kind }) => kind === 'VirtualService'],
  ];
  for (const [value, fits] of kinds) {
    const doc = docs.find(fits);
    if (doc) return { value, says: `the ${doc.kind} ${doc.name}` };
  }
  return null;
}

const SERVERS = [
  ['vllm', /(^|\/)vllm([-/:]|$)/],
  ['sglang', /(^|\/)sglang([-/:]|$)/],
  ['tgi', /text-generation-inference/],
  ['triton', /tritonserver/],
  ['mlserver', /(^|\/)mlserver([-/:]|$)/],
] as const;

function textsIn(doc: Doc): readonly string[] {
  const named = leavesIn(doc).filter(({ name }) => name === 'image' || name === 'newName' || name === 'repository');
  return named.map(({ value }) => value);
}

/** Every scalar that has a key or stands in a list. */
function leavesIn(doc: Doc): readonly { readonly name: string; readonly value: string }[] {
  const found: { name: string; value: string }[] = [];
  const visit = (node: Doc['node']): void => {
    if (node.kind === 'leaf') return;
    for (const { name, node: child } of node.children) {
      if (child.kind === 'leaf') found.push({ name, value: child.value });
      visit(child);
    }
  };
  visit(doc.node);
  return found;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** What serves behind a destination, as far as the manifests of the service tell. */
import { at, childrenOf, documentsOf, mayBeNamespace, wordAt } from '../../manifests/documents.ts';
import type { Doc, Place } from '../../manifests/documents.ts';
import type { Carrier, ManifestFile } from '../../manifests/traffic.ts';

const SERVERS = /^(Deployment|StatefulSet|Rollout|Model|InferenceService|LLMInferenceService)$/;
/** What runs once or beside, and serves nobody. */
const BESIDE = /^(batch|autoscaling|policy|monitoring\.coreos\.com)$/;

/** Names a document in its file. */
export function idOf({ path, step }: Pick<Doc, 'path' | 'step'>): string {
  return `${path} ${step}`;
}

/** The documents that are not the same in both, by `idOf`, each with its name for people. */
export function changedDocuments(
  before: readonly ManifestFile[],
  after: readonly ManifestFile[],
): ReadonlyMap<string, string> {
  const read = (files: readonly ManifestFile[]) => new Map(documentsOf(files).map((doc) => [idOf(doc), doc]));
  const [old, now] = [read(before), read(after)];
  const all = [...new Map([...old, ...now])];
  const changed = all.filter(([id, { group }]) => !BESIDE.test(group) && textOf(old.get(id)) !== textOf(now.get(id)));
  return new Map(changed.map(([id, { kind, name, path }]) => [id, kind === '' ? path : `${kind} ${name}`]));
}

function textOf(doc: Doc | undefined): string | null {
  return doc === undefined ? null : doc.source.text.slice(doc.node.range.start, doc.node.range.end).trimEnd();
}

/** The workloads and models that answer when this destination is chosen; empty where the manifests do not tell. */
export function behind(docs: readonly Doc[], carrier: Carrier, destination: string): readonly Doc[] {
  if (carrier.kind === 'Service') {
    const service = docs.find(({ path, step }) => path === carrier.path && step === carrier.document);
    const now = carrier.destinations.find(({ share }) => share === 1)?.name;
    return service && now !== undefined ? selected(docs, service, { [now]: destination }) : [];
  }
  const [host = '', subset = null] = destination.split('/');
  const named = docs.filter(({ kind, name }) => SERVERS.test(kind) && name === host);
  const services = docs.filter(({ kind, name }) => kind === 'Service' && name === host.split(/[.:]/)[0]);
  const pods = services.flatMap((service) => selected(docs, service));
  const subsets = subsetLabels(docs, subset ?? host);
  const ofSubset = docs.filter((doc) => subsets.some((labels) => hasLabels(doc, labels)));
  if (subset !== null) return ofSubset;
  return [...new Set([...named, ...pods, ...ofSubset])];
}

/** The workloads that the selector finds; a colour in it may be read as another one. */
function selected(docs: readonly Doc[], service: Doc, instead: Readonly<Record<string, string>> = {}): readonly Doc[] {
  const labels = childrenOf(at(service, 'spec', 'selector')).map((place) => {
    const value = wordAt(place) ?? '';
    return { name: place.name, value: isColour(place.name) ? (instead[value] ?? value) : value };
  });
  if (labels.length === 0) return [];
  return docs.filter((doc) => mayBeNamespace(doc.namespace, service.namespace) && hasLabels(doc, labels));
}

function isColour(name: string): boolean {
  return /^(colou?r|slot|track|version|release)$/.test(name);
}

interface Label {
  readonly name: string;
  readonly value: string;
}

function subsetLabels(docs: readonly Doc[], subset: string): readonly (readonly Label[])[] {
  return docs
    .filter(({ kind }) => kind === 'DestinationRule')
    .flatMap((rule) => childrenOf(at(rule, 'spec', 'subsets')))
    .filter((place: Place) => wordAt(place, 'name') === subset)
    .map((place) => childrenOf(at(place, 'labels')).map((label) => ({ name: label.name, value: wordAt(label) ?? '' })))
    .filter((labels) => labels.length > 0);
}

function hasLabels(doc: Doc, labels: readonly Label[]): boolean {
  const own = at(doc, 'spec', 'template', 'metadata', 'labels');
  return own !== null && labels.every(({ name, value }) => wordAt(own, name) === value);
}

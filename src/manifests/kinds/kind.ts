import type { Doc, Place } from '../documents.ts';
import type { Edit } from '../patch.ts';
import { stepOfKey } from '../read.ts';
import type { Node } from '../tree.ts';

/** One kind of manifest: how to recognise it, where its version, weight and colour live, and how they are moved. */
export interface Kind {
  readonly name: KindName;
  /** Matches `apiVersion` without its version part (`apps`, `argoproj.io`, empty for core); null: any or none. */
  readonly group: RegExp | null;
  /** Matches `kind`; null: recognised by `file` or `shape` alone. */
  readonly kind: RegExp | null;
  /** Matches the path in the repository; null: any. */
  readonly file: RegExp | null;
  /** Recognises a document without `kind` by what stands in it, where the name of the file does not tell. */
  readonly shape?: (document: Node) => boolean;
  /** Each matches a whole path inside the document, such as `spec.template.spec.containers[name=app].image`. */
  readonly versions: readonly RegExp[];
  /** The same for what only says who is served by which version: weights, colours, sizes. It comes and goes with every release. */
  readonly traffic: readonly RegExp[];
  /** Where a document of this kind decides who is served by what. */
  readonly splits?: (doc: Doc, all: readonly Doc[]) => readonly Split[];
  /** Where a playbook may declare any key as the one that leads users. */
  readonly values?: (doc: Doc) => readonly Place[];
  /** What a controller that reads this document moves by itself, so that a weight in Git would fight it. */
  readonly claims?: (doc: Doc) => readonly Claim[];
  readonly about: About;
}

export type KindName =
  | 'Rollout'
  | 'Deployment, StatefulSet'
  | 'Service'
  | 'InferenceService'
  | 'LLMInferenceService'
  | 'Seldon Model'
  | 'Seldon Experiment'
  | 'Flagger Canary'
  | 'VirtualService'
  | 'HTTPRoute'
  | 'GRPCRoute'
  | 'kustomization'
  | 'Helm values'
  | 'Helm chart'
  | 'ConfigMap'
  | 'flagd'
  | 'FeatureFlag'
  | 'Flipt'
  | 'GO Feature Flag'
  | 'Application'
  | 'ApplicationSet'
  | 'Image Updater';

/** One row of docs/manifests.md; Markdown, one line each. */
export interface About {
  readonly version: string;
  readonly weight: string;
  readonly owner: string;
  readonly stable: string;
  /** Null: restoring the version is all there is to do. */
  readonly trafficFirst: string | null;
}

export interface Destination {
  readonly name: string;
  /** 0..1; null where only the cluster or an evaluation can tell. */
  readonly share: number | null;
}

export interface Placed {
  readonly doc: Doc;
  readonly edit: Edit;
}

/** One choice between destinations. */
export interface Split {
  /** Of the document, or of the flag in it. */
  readonly name: string;
  /** The maps and lists that decide, and which of their keys: an alias or a merge key there hides what is meant. */
  readonly within: readonly Place[];
  readonly keys: readonly string[];
  /** Empty where only the cluster knows them. */
  readonly destinations: readonly Destination[];
  /** The name a controller may claim it by, where the document has several. */
  readonly route?: string | null;
  /** The edits that lead everybody to one destination, or the reason why there are none. */
  readonly turnTo: (destination: string) => readonly Placed[] | string;
}

export interface Claim {
  readonly controller: 'Argo Rollouts' | 'Flagger' | 'Argo CD';
  readonly name: string;
  /** Of the documents whose weights it moves. */
  readonly kind: RegExp;
  /** Null: every document of the kind. */
  readonly target: string | null;
  readonly namespace: string | null;
  /** Beginnings of the paths of files that it is about; null: any. */
  readonly under: readonly string[] | null;
  /** Null: every route of the document. */
  readonly routes: readonly string[] | null;
  readonly because: string;
}

export function put(place: Place, key: string, value: string, isText = false): Placed {
  return { doc: place.doc, edit: { kind: 'put', steps: [...place.steps, stepOfKey(key)], value, isText } };
}

export function remove(place: Place): Placed {
  return { doc: place.doc, edit: { kind: 'remove', steps: place.steps } };
}

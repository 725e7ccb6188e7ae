/** The words by which a registry's artefacts are named, in manifests and in the playbook. */

/** One artefact, as its registry is asked for it. */
export type Artefact =
  /** `repository` without the host; at least one of tag and digest. */
  | { readonly kind: 'image'; readonly repository: string; readonly tag: string | null; readonly digest: string | null }
  /** MLflow: a version of a registered model; a prompt is one too. */
  | {
      readonly kind: 'model';
      readonly what: 'model' | 'prompt';
      readonly name: string;
      readonly at: { readonly kind: 'version' | 'alias'; readonly value: string };
    }
  /** DVC: an object of a remote. Layout 2 is that of outputs without `hash: md5`. */
  | {
      readonly kind: 'object';
      readonly md5: string;
      readonly directory: boolean;
      readonly layout: 2 | 3;
      /** Bytes; null where the file does not say, and for directories. */
      readonly size: number | null;
    }
  | { readonly kind: 'prompt'; readonly name: string; readonly version: string }
  | { readonly kind: 'flag'; readonly key: string };

/** What the names of a kind look like, for messages. */
export const ARTEFACT_SHAPES = {
  oci: 'acme/app:1.4.2 or acme/app@sha256:...',
  mlflow: 'fraud/7, fraud@champion, models:/fraud/7 or prompts:/summarise/3',
  dvc: 'nothing: its objects are named by .dvc files and dvc.lock',
  braintrust: 'slug@version, such as summarise@1000192656880881099',
  maxim: 'prompt id@version number, such as clx1@7',
  langfuse: 'name@version or name@label, such as summarise@7',
  langsmith: 'owner/prompt:commit, such as acme/summarise:1a2b3c4d',
  launchdarkly: 'the key of a flag',
  unleash: 'the name of a flag',
  growthbook: 'the id of a feature',
} as const;

export type RegistryKind = keyof typeof ARTEFACT_SHAPES;

/** The artefact of a text in the words of its registry; null when it is none. */
export function readArtefact(kind: RegistryKind, text: string): Artefact | null {
  switch (kind) {
    case 'oci':
      return readImage(text)?.image ?? null;
    case 'mlflow':
      return readModelUri(text) ?? readModelName('model', text);
    case 'dvc':
      return null;
    case 'braintrust':
    case 'maxim':
    case 'langfuse':
      return promptOf(/^(.+)@([^@\s]+)$/.exec(text));
    case 'langsmith':
      return promptOf(/^([\w.-]+\/[\w.-]+):([\w.-]+)$/.exec(text));
    case 'launchdarkly':
    case 'unleash':
    case 'growthbook':
      return /^[\w.~-]{1,256}$/.test(text) ? { kind: 'flag', key: text } : null;
  }
}

/** `models:/name/7`, `models:/name@alias`, and the same of prompts; null for everything else. */
export function readModelUri(text: string): Artefact | null {
  const [, scheme, rest = ''] = /^(models|prompts):\/+(.+)$/.exec(text) ?? [];
  if (scheme === undefined) return null;
  return readModelName(scheme === 'prompts' ? 'prompt' : 'model', rest);
}

function readModelName(what: 'model' | 'prompt', text: string): Artefact | null {
  const [, name, sign, value] = /^([^/@:\s]+)([/@])([^/@:\s]+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) return null;
  if (sign === '/' && !/^\d{1,10}$/.test(value)) return null;
  return { kind: 'model', what, name, at: { kind: sign === '@' ? 'alias' : 'version', value } };
}

function promptOf(match: RegExpExecArray | null): Artefact | null {
  const [, name, version] = match ?? [];
  return name === undefined || version === undefined ? null : { kind: 'prompt', name, version };
}

export interface ImageName {
  /** Registry host as manifests write it; docker.io where they write none. */
  readonly host: string;
  readonly image: Extract<Artefact, { kind: 'image' }>;
}

/** An image with a tag or a digest; null for one with neither, because nothing says which it is. */
export function readImage(text: string): ImageName | null {
  const [, name = '', tag = null, digest = null] =
    /^([\w.-]+(?::\d+(?=\/))?(?:\/[\w.-]+)*?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(text) ?? [];
  if (name === '' || (tag === null && digest === null)) return null;
  const parts = name.split('/');
  const [first = '', ...rest] = parts;
  const hosted = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const bare = hosted ? rest.join('/') : name;
  const host = hosted ? first : 'docker.io';
  const repository = host === 'docker.io' && !bare.includes('/') ? `library/${bare}` : bare;
  return { host, image: { kind: 'image', repository, tag, digest } };
}

/** Tags, labels and branches that people move. `stable` is a promise about today, not about the night of the good release. */
const MOVING =
  /^(latest|main|master|trunk|head|stable|edge|dev|develop|nightly|canary|current|next|staging|prod|production|release)$/i;

/** True for a name that means something else whenever somebody moves it. */
export function isMovingName(name: string): boolean {
  return MOVING.test(name);
}

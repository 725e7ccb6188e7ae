/** Which names in the manifests of a release can mean something else tomorrow: a rollback to them would go nowhere in particular. */
import { versionsOf } from '../manifests/versions.ts';
import { isMovingName, readImage, readModelUri, type Artefact } from '../playbook/artefact-name.ts';
import { pointerText } from '../playbook/pointer-name.ts';
import type { Registries, Registry } from '../playbook/schema.ts';
import { imagesIn, replacedNames } from './images.ts';
import { MANIFEST, referencesIn, scalarMap, type Manifest } from './references.ts';

export interface Unpinned {
  readonly path: string;
  readonly key: string;
  readonly value: string;
  readonly because: string;
  readonly cure: string;
}

export interface Pinning {
  /** Names with a digest, a version number or a commit. */
  readonly pinned: number;
  /** Images with a version tag and no digest: they stay what they are as long as nobody pushes that tag again. */
  readonly byTag: number;
  readonly unpinned: readonly Unpinned[];
}

/** What was found out about one value. */
type Pin =
  | { readonly kind: 'no-version' | 'pinned' | 'by-tag' }
  | { readonly kind: 'moves'; readonly because: string; readonly cure: string };

const NO_VERSION: Pin = { kind: 'no-version' };
const PINNED: Pin = { kind: 'pinned' };
const BY_TAG: Pin = { kind: 'by-tag' };

function moves(because: string, cure: string): Pin {
  return { kind: 'moves', because, cure };
}

/** `repository` is owner/name: its own branches may be followed, because the revert is a commit on them. */
export function pinningOf(files: readonly Manifest[], registries: Registries, repository: string): Pinning {
  const read = files
    .filter(({ path }) => MANIFEST.test(path))
    .map((file) => ({ ...file, scalars: scalarMap(file.text), versions: versionsOf(file.path, file.text) }));
  const replaced = new Set(read.flatMap(({ scalars }) => replacedNames(scalars)));
  const found = new Map<string, { readonly place: Omit<Unpinned, 'because' | 'cure'>; readonly pin: Pin }>();
  const note = (path: string, key: string, value: string, pin: Pin): void => {
    if (pin.kind !== 'no-version') found.set(`${path}\n${key}`, { place: { path, key, value }, pin });
  };
  for (const { path, scalars, versions } of read) {
    for (const [key, value] of scalars) note(path, key, value, ofUri(value.replace(/^-{1,2}[\w-]+=/, '')));
    for (const { key, value } of versions) {
      const followed = (scalars.get(key.replace(/targetRevision$/, 'repoURL')) ?? '').replace(/\.git$/, '');
      if (/(^|\.)targetRevision$/.test(key) && !ownedBy(followed, repository))
        note(path, key, value, ofRevision(value));
      if (/^resources\[/.test(key)) note(path, key, value, ofRevision(/[?&]ref=([^&]*)/.exec(value)?.[1] ?? ''));
      if (/(^|\.)storageUris?\b/.test(key)) note(path, key, value, ofStorage(value));
    }
    for (const { key, text } of imagesIn(versions, scalars, replaced)) note(path, key, text, ofImage(text));
  }
  for (const { registry, artefact, place } of referencesIn(registries, files)) {
    const kind = registries[registry]?.kind;
    if (artefact.kind === 'prompt' && place !== null && kind !== undefined)
      note(place.path, place.key, `${artefact.name}@${artefact.version}`, ofPrompt(kind, artefact));
  }
  const pins = [...found.values()];
  return {
    pinned: pins.filter(({ pin }) => pin.kind === 'pinned').length,
    byTag: pins.filter(({ pin }) => pin.kind === 'by-tag').length,
    unpinned: pins.flatMap(({ place, pin }) =>
      pin.kind === 'moves' ? [{ ...place, because: pin.because, cure: pin.cure }] : [],
    ),
  };
}

function ofImage(text: string): Pin {
  if (!/^[\w./:@-]+$/.test(text)) return NO_VERSION;
  const image = readImage(text)?.image;
  const cure = 'Release it by digest: name@sha256:...';
  if (image === undefined) return moves('an image without a tag means latest, which moves', cure);
  if (image.digest !== null) return PINNED;
  if (isMovingName(image.tag ?? '')) return moves(`the tag ${image.tag ?? ''} moves`, cure);
  return BY_TAG;
}

function ofUri(value: string): Pin {
  const [, scheme = '', rest = ''] = /^(models|prompts):\/+([^\s]+)$/.exec(value) ?? [];
  if (scheme === '') return NO_VERSION;
  const artefact = readModelUri(value);
  if (artefact?.kind === 'model' && artefact.at.kind === 'version') return PINNED;
  const name = rest.split(/[/@]/)[0] ?? rest;
  const what = rest.includes('@') ? 'an alias' : 'a stage, or a name without a version,';
  return moves(
    `${what} is moved without a commit, so Git does not know what ran`,
    `Name the version: ${scheme}:/${name}/7. The revert alone then moves it back.`,
  );
}

function ofPrompt(kind: Registry['kind'], prompt: Extract<Artefact, { kind: 'prompt' }>): Pin {
  if (pointerText(kind, prompt) === null && !isMovingName(prompt.version)) return PINNED;
  return moves(`the label ${prompt.version} is moved without a commit`, 'Name the version number of the prompt.');
}

function ofRevision(value: string): Pin {
  const cure = 'Name a commit or a full version.';
  if (/^[0-9a-f]{7,64}$/.test(value) || /^v?\d+\.\d+\.\d+([-+][\w.+-]+)?$/.test(value)) return PINNED;
  if (value === '' || isMovingName(value) || value.startsWith('refs/heads/'))
    return moves(`${value === '' ? 'no revision' : value} follows a branch of another repository`, cure);
  if (/[*^~<>=|]|(^|\.)x(\.|$)/i.test(value)) return moves(`${value} is a range: the newest in it is taken`, cure);
  return BY_TAG;
}

function ofStorage(value: string): Pin {
  if (/^(models|prompts):/.test(value)) return NO_VERSION;
  if (value.startsWith('oci://')) return ofImage(value.slice('oci://'.length));
  if (value.startsWith('hf://') && !value.slice('hf://'.length).includes(':'))
    return moves('a model of Hugging Face without a revision means main, which moves', 'Add :revision.');
  const last = value.replace(/\/+$/, '').split(/[/:]/).at(-1) ?? '';
  if (isMovingName(last))
    return moves(`what lies under ${last} is replaced in place`, 'Give each version a folder of its own.');
  return PINNED;
}

function ownedBy(url: string, repository: string): boolean {
  if (repository === '') return false;
  const [address, name] = [url.toLowerCase(), repository.toLowerCase()];
  return address.endsWith(`/${name}`) || address.endsWith(`:${name}`);
}

/** Which artefacts a set of manifests names, and which registry of the playbook knows each of them. */
import { scalarsOf } from '../manifests/scalars.ts';
import { versionsOf } from '../manifests/versions.ts';
import { readArtefact, readImage, readModelUri } from '../playbook/artefact-name.ts';
import type { Artefact } from '../playbook/artefact-name.ts';
import type { Registries, Registry } from '../playbook/schema.ts';
import { dvcOuts, isDvcFile } from './dvc-files.ts';
import { imagesIn, replacedNames } from './images.ts';
import type { Reference } from './look.ts';

export interface Manifest {
  readonly path: string;
  readonly text: string;
}

/** Files that can name a version. */
export const MANIFEST = /\.(ya?ml|json|dvc)$|(^|\/)(Kustomization|dvc\.lock)$/;

/** Each artefact once, in the order of the files. Artefacts of registries that the playbook does not name are left out. */
export function referencesIn(registries: Registries, files: readonly Manifest[]): readonly Reference[] {
  if (Object.keys(registries).length === 0) return [];
  const read = files
    .filter(({ path }) => MANIFEST.test(path))
    .map((file) => ({ ...file, scalars: scalarMap(file.text) }));
  const replaced = new Set(read.flatMap(({ scalars }) => replacedNames(scalars)));
  const found = read.flatMap(({ path, text, scalars }) => {
    if (isDvcFile(path)) return dataIn(registries, path, text);
    const named = (registry: string | undefined, artefact: Artefact, key: string, host?: string): Reference[] =>
      registry === undefined ? [] : [{ registry, artefact, label: labelOf(artefact, host), place: { path, key } }];
    const images = imagesIn(versionsOf(path, text), scalars, replaced).flatMap(({ key, text: image }) => {
      const name = readImage(image);
      return name === null ? [] : named(registryOfHost(registries, name.host), name.image, key, name.host);
    });
    const others = [...scalars].flatMap(([key, value]) => {
      const bare = value.replace(/^-{1,2}[\w-]+=/, '');
      const model = readModelUri(bare);
      if (model !== null)
        return named(
          nameOf(registries, ({ kind }) => kind === 'mlflow'),
          model,
          key,
        );
      return Object.entries(registries).flatMap(([registry, config]) => {
        const artefact = byKey(config, key, bare);
        return artefact === null ? [] : named(registry, artefact, key, hostOf(config));
      });
    });
    return [...images, ...others];
  });
  return unique(found);
}

/** What the playbook itself lists for a service. */
export function referencesListed(
  registries: Registries,
  artefacts: Readonly<Record<string, readonly string[]>>,
): readonly Reference[] {
  const found = Object.entries(artefacts).flatMap(([registry, texts]) => {
    const config = Object.hasOwn(registries, registry) ? registries[registry] : undefined;
    if (config === undefined) return [];
    return texts.flatMap((text): Reference[] => {
      const artefact = readArtefact(config.kind, text);
      return artefact === null ? [] : [{ registry, artefact, label: labelOf(artefact, hostOf(config)), place: null }];
    });
  });
  return unique(found);
}

/** What `after` names and `before` does not: the artefacts that come back. */
export function broughtBack(before: readonly Reference[], after: readonly Reference[]): readonly Reference[] {
  const known = new Set(before.map(identity));
  return after.filter((reference) => !known.has(identity(reference)));
}

function dataIn(registries: Registries, path: string, text: string): readonly Reference[] {
  return dvcOuts(path, text).flatMap((out) => {
    const registry = nameOf(registries, (one) => one.kind === 'dvc' && (one.remote ?? null) === out.remote);
    const fallback = nameOf(registries, (one) => one.kind === 'dvc' && out.remote === null);
    const name = registry ?? fallback;
    if (name === undefined) return [];
    const label = `data ${out.path} (md5 ${out.object.md5.slice(0, 8)})`;
    return [{ registry: name, artefact: out.object, label, place: { path, key: out.key } }];
  });
}

/** The artefact of a key that holds only a version, such as MODEL_VERSION: "7". */
function byKey(registry: Registry, key: string, value: string): Artefact | null {
  if (!('keys' in registry) || value === '') return null;
  const template = Object.entries(registry.keys).find(([name]) => endsWithKey(key, name))?.[1];
  if (template === undefined) return null;
  const text = template.replaceAll('{{value}}', () => value);
  return readArtefact(registry.kind, text);
}

/** `MODEL_VERSION` ends `...env[name=MODEL_VERSION].value` and `data.MODEL_VERSION`, and not `data.OLD_MODEL_VERSION`. */
function endsWithKey(key: string, name: string): boolean {
  const bare = key.replace(/\]\.value$/, ']').replace(/"?\]$/, '');
  return bare === name || (bare.endsWith(name) && /[.="[]/.test(bare.charAt(bare.length - name.length - 1)));
}

/** Values by path; empty for what cannot be read. */
export function scalarMap(text: string): ReadonlyMap<string, string> {
  const read = scalarsOf(text);
  return new Map(read.kind === 'refused' ? [] : read.scalars.map(({ path, value }) => [path, value]));
}

function registryOfHost(registries: Registries, host: string): string | undefined {
  return nameOf(registries, (registry) => registry.kind === 'oci' && hostOf(registry) === host);
}

function nameOf(registries: Registries, is: (registry: Registry) => boolean): string | undefined {
  return Object.entries(registries).find(([, registry]) => is(registry))?.[0];
}

/** Host of images as manifests write it. Docker Hub is asked at another host than images name. */
function hostOf(registry: Registry): string | undefined {
  if (registry.kind !== 'oci') return undefined;
  const host = registry.host ?? /^https?:\/\/([^/?#]+)/.exec(registry.url)?.[1] ?? '';
  return /^(registry-1|index)\.docker\.io$/.test(host) ? 'docker.io' : host;
}

/** For people. */
export function labelOf(artefact: Artefact, host: string | undefined): string {
  switch (artefact.kind) {
    case 'image': {
      const { repository, tag, digest } = artefact;
      const at = host === undefined || host === 'docker.io' ? '' : `${host}/`;
      const pinned = digest === null ? '' : `@${digest.slice(0, 19)}`;
      return `image ${at}${repository}${tag === null ? '' : `:${tag}`}${pinned}`;
    }
    case 'model':
      return artefact.at.kind === 'version'
        ? `${artefact.what} ${artefact.name} version ${artefact.at.value}`
        : `${artefact.what} ${artefact.name} alias ${artefact.at.value}`;
    case 'object':
      return `data (md5 ${artefact.md5.slice(0, 8)})`;
    case 'prompt':
      return `prompt ${artefact.name} version ${artefact.version}`;
    case 'flag':
      return `flag ${artefact.key}`;
  }
}

function identity({ registry, artefact }: Reference): string {
  return JSON.stringify([registry, artefact]);
}

function unique(references: readonly Reference[]): readonly Reference[] {
  return [...new Map(references.map((one) => [identity(one), one] as const).toReversed()).values()].toReversed();
}

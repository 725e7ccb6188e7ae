/** What ran at one moment, each answer with its source: Git, the ledger, or a registry as it is today. */
import type { Line } from '../ledger/entry.ts';
import { ledAt } from '../ledger/pointers.ts';
import { versionsOf } from '../manifests/versions.ts';
import { WHATS, whatOf, type What } from '../manifests/what.ts';
import { newestSchemas } from '../migrations/newest.ts';
import { readImage } from '../playbook/artefact-name.ts';
import { pointerText } from '../playbook/pointer-name.ts';
import type { Target } from '../playbook/target.ts';
import type { Artefacts } from '../ports.ts';
import { dvcOuts, isDvcFile } from '../registries/dvc-files.ts';
import { imagesIn, replacedNames } from '../registries/images.ts';
import type { Reference } from '../registries/look.ts';
import { toReference } from '../registries/pointers.ts';
import { MANIFEST, referencesIn, referencesListed, scalarMap, type Manifest } from '../registries/references.ts';

export type Source =
  | { readonly kind: 'git'; readonly file: string; readonly key: string; readonly commit: string }
  | { readonly kind: 'playbook'; readonly registry: string }
  | { readonly kind: 'ledger'; readonly line: number; readonly hash: string; readonly at: string }
  | { readonly kind: 'registry'; readonly registry: string };

export interface Answer {
  readonly what: What;
  /** As the file or the playbook names it: an image, a pointer, a key. */
  readonly name: string;
  /** The version, the state of a flag; null: nobody knows. */
  readonly value: string | null;
  /** Of an image. */
  readonly digest: string | null;
  /** Where it is named, then who said what it led to. */
  readonly sources: readonly Source[];
  /** Why the answer may be another one; null: it is certain. */
  readonly warning: string | null;
}

interface Asked {
  readonly target: Pick<Target, 'registries' | 'rules'>;
  readonly files: readonly Manifest[];
  readonly revision: string;
  readonly lines: readonly Line[];
  /** Epoch ms. */
  readonly time: number;
  /** Asked only for what neither Git nor the ledger says; null: nobody is. */
  readonly registries: Artefacts | null;
}

/** An answer that a registry may complete. */
interface Open extends Answer {
  readonly ask: Reference | null;
}

export async function answersOf(asked: Asked): Promise<readonly Answer[]> {
  const open = [...fromFiles(asked), ...fromPlaybook(asked), ...schemas(asked)];
  const answers = await Promise.all(open.map((one) => completed(one, asked.registries)));
  return answers.toSorted((a, b) => WHATS.indexOf(a.what) - WHATS.indexOf(b.what));
}

function fromFiles(asked: Asked): readonly Open[] {
  const { target, revision } = asked;
  const files = asked.files.filter(({ path }) => MANIFEST.test(path));
  const named = Map.groupBy(referencesIn(target.registries, files), ({ place }) => place?.path ?? '');
  const scalars = new Map(files.map(({ path, text }) => [path, scalarMap(text)]));
  const replaced = new Set([...scalars.values()].flatMap(replacedNames));
  return files.flatMap(({ path, text }): readonly Open[] => {
    const source = (key: string): Source => ({ kind: 'git', file: path, key, commit: revision });
    const known = named.get(path) ?? [];
    if (isDvcFile(path))
      return dvcOuts(path, text).map(({ path: name, key, object }) => plain('data', name, object.md5, [source(key)]));
    const versions = versionsOf(path, text);
    const images = imagesIn(versions, scalars.get(path) ?? new Map(), replaced);
    const told = new Set(images.map(({ key }) => key));
    const rows: Open[] = images.map(({ key, text: image }) => ({
      ...plain('image', image, image, [source(key)]),
      digest: readImage(image)?.image.digest ?? null,
      warning: readImage(image)?.image.digest ? null : 'a tag can be moved, and Git does not say where it led',
      ask:
        known.find(
          ({ artefact, place }) => place?.key === key && artefact.kind === 'image' && artefact.digest === null,
        ) ?? null,
    }));
    for (const reference of known) {
      if (reference.artefact.kind === 'image') continue;
      const key = reference.place?.key ?? '';
      told.add(key);
      rows.push(ofReference(asked, reference, [source(key)]));
    }
    const parts = new Set(images.map(({ key }) => key.replace(/\.[^.]*$/, '')));
    for (const version of versions) {
      const what = whatOf(version);
      const holder = version.key.replace(/\.[^.]*$/, '');
      // The image of a workload that a kustomization replaces never runs.
      const isTold =
        told.has(version.key) || (what === 'image' && (parts.has(holder) || /(^|[.)])image$/.test(version.key)));
      if (!isTold) rows.push(plain(what, version.key, version.value, [source(version.key)]));
    }
    return rows;
  });
}

/** What only the playbook names. */
function fromPlaybook(asked: Asked): readonly Open[] {
  const { registries, rules } = asked.target;
  const inFiles = new Set(referencesIn(registries, asked.files).map(nameOf));
  const listed = [
    ...referencesListed(registries, rules.artefacts),
    ...rules.rollback.repoint.flatMap(({ registry, pointer }) => toReference(registries, registry, pointer)),
  ];
  const unique = new Map(listed.map((one) => [nameOf(one), one]));
  return [...unique]
    .filter(([name]) => !inFiles.has(name))
    .map(([, one]) => ofReference(asked, one, [{ kind: 'playbook', registry: one.registry }]));
}

function nameOf({ registry, artefact }: Reference): string {
  return `${registry} ${JSON.stringify(artefact)}`;
}

function ofReference({ target, lines, time }: Asked, reference: Reference, sources: readonly Source[]): Open {
  const { artefact, registry, label } = reference;
  const kind = target.registries[registry]?.kind;
  const pointer = kind === undefined ? null : pointerText(kind, artefact);
  const what = artefact.kind === 'object' ? 'data' : artefact.kind === 'model' ? artefact.what : artefact.kind;
  if (pointer === null) return plain(what, label, pinned(reference), sources);
  const led = ledAt(lines, { registry, pointer }, time);
  if (led === null) return { ...plain(what, label, null, sources), ask: reference, warning: NOT_RECORDED };
  const { seq: line, hash, at } = led.line;
  return plain(what, label, led.to ?? 'nowhere', [...sources, { kind: 'ledger', line, hash, at }]);
}

const NOT_RECORDED = 'the ledger has no move of it up to then';

/** The version that a name holds for ever. */
function pinned({ artefact }: Reference): string | null {
  switch (artefact.kind) {
    case 'image':
      return artefact.digest ?? artefact.tag;
    case 'model':
      return artefact.at.value;
    case 'object':
      return artefact.md5;
    case 'prompt':
      return artefact.version;
    case 'flag':
      return null;
  }
}

function schemas({ files, revision }: Asked): readonly Open[] {
  return newestSchemas(files).map(({ tool, id, path, line }) =>
    plain('schema', tool, id, [{ kind: 'git', file: path, key: `line ${line}`, commit: revision }]),
  );
}

function plain(what: What, name: string, value: string | null, sources: readonly Source[]): Open {
  return { what, name, value, digest: null, sources, warning: null, ask: null };
}

async function completed({ ask, ...answer }: Open, registries: Artefacts | null): Promise<Answer> {
  if (ask === null || registries === null) return answer;
  const { leads, says } = await registries.look(ask);
  const before = answer.warning === null ? '' : `${answer.warning}; `;
  if (leads === undefined) return answer.value === null ? { ...answer, warning: `${before}${says}` } : answer;
  const sources: readonly Source[] = [...answer.sources, { kind: 'registry', registry: ask.registry }];
  const warning = `${before}this is what ${ask.registry} says today`;
  return answer.what === 'image'
    ? { ...answer, digest: leads, sources, warning }
    : { ...answer, value: leads, sources, warning };
}

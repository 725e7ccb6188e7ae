/** What Argo CD is told: which application applies which folders of this repository. */
import { at, childrenOf, wordAt } from '../manifests/documents.ts';
import type { Doc, Place } from '../manifests/documents.ts';
import { scalarsIn } from './scalars-in.ts';
import { filled, folderParameters, matches } from './template.ts';
import type { Parameters } from './template.ts';

export interface Applied {
  /** Of the Application in Argo CD. */
  readonly name: string;
  readonly namespace: string | null;
  /** Folders and values files that stand in this repository. */
  readonly paths: readonly string[];
  /** Such as `the ApplicationSet apps in argocd/apps.yaml applies it`. */
  readonly says: string;
}

/** Folders and files of the repository, so that a path into another repository is told apart. */
export interface Tree {
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
}

export function treeOf(paths: readonly string[]): Tree {
  const folders = new Set<string>();
  for (const path of paths) {
    const steps = path.split('/');
    for (let depth = 1; depth < steps.length; depth += 1) folders.add(steps.slice(0, depth).join('/'));
  }
  return { files: new Set(paths), folders };
}

/** The applications that apply something of this repository; an ApplicationSet stands for all that it makes. */
export function applicationsIn(docs: readonly Doc[], tree: Tree): readonly Applied[] {
  return docs.flatMap((doc) => {
    if (doc.group !== 'argoproj.io') return [];
    if (doc.kind === 'Application') return appliedBy(doc, { of: at(doc), parameters: new Map(), tree, docs });
    if (doc.kind !== 'ApplicationSet') return [];
    return childrenOf(at(doc, 'spec', 'generators')).flatMap((generator) =>
      parametersOf(generator, tree, docs).flatMap((parameters) =>
        appliedBy(doc, { of: at(doc, 'spec', 'template'), parameters, tree, docs }),
      ),
    );
  });
}

interface Made {
  /** Where metadata and spec of the Application stand. */
  readonly of: Place | null;
  readonly parameters: Parameters;
  readonly tree: Tree;
  readonly docs: readonly Doc[];
}

function appliedBy(doc: Doc, { of, parameters, tree }: Made): readonly Applied[] {
  const fill = (text: string | null): string | null => (text === null ? null : filled(text, parameters));
  const name = fill(wordAt(of, 'metadata', 'name'));
  const sources = [at(of, 'spec', 'source') ?? [], ...childrenOf(at(of, 'spec', 'sources'))].flat();
  const paths = sources.flatMap((source) => {
    const folder = trimmed(fill(wordAt(source, 'path')));
    const values = childrenOf(at(source, 'helm', 'valueFiles')).flatMap((file) => fill(wordAt(file)) ?? []);
    const files = values.flatMap((file) => resolved(folder ?? '', file)).filter((file) => tree.files.has(file));
    return [...(folder !== null && tree.folders.has(folder) ? [folder] : []), ...files];
  });
  if (name === null) return [];
  const by = { name, namespace: fill(wordAt(of, 'spec', 'destination', 'namespace')) };
  const document = `the ${doc.kind} ${doc.name} in ${doc.path}`;
  if (paths.length > 0) return [{ ...by, paths: [...new Set(paths)], says: `${document} applies it` }];
  return doc.kind === 'Application' && sources.some(holdsVersion)
    ? [{ ...by, paths: [doc.path], says: `${document} holds its version` }]
    : [];
}

/** What comes from elsewhere is still released here, where the Application names a chart or overrides a version. */
function holdsVersion(source: Place): boolean {
  const overrides = [
    at(source, 'helm', 'parameters'),
    at(source, 'helm', 'valuesObject'),
    at(source, 'kustomize', 'images'),
  ];
  return at(source, 'chart') !== null || overrides.some((place) => childrenOf(place).length > 0);
}

/** One set of parameters for each Application that a generator makes. */
function parametersOf(generator: Place, tree: Tree, docs: readonly Doc[]): readonly Parameters[] {
  const listed = childrenOf(at(generator, 'list', 'elements')).map((element) => scalarsIn(element));
  const patterns = childrenOf(at(generator, 'git', 'directories'));
  const wanted = patterns
    .filter((one) => wordAt(one, 'exclude') !== 'true')
    .flatMap((one) => wordAt(one, 'path') ?? []);
  const unwanted = patterns
    .filter((one) => wordAt(one, 'exclude') === 'true')
    .flatMap((one) => wordAt(one, 'path') ?? []);
  const isIn = (globs: readonly string[], path: string): boolean => globs.some((glob) => matches(glob, path));
  const folders = [...tree.folders].filter((folder) => isIn(wanted, folder) && !isIn(unwanted, folder));
  const globs = childrenOf(at(generator, 'git', 'files')).flatMap((one) => wordAt(one, 'path') ?? []);
  const found = docs.filter(({ path, host }) => host === null && isIn(globs, path));
  const products = childrenOf(at(generator, 'matrix', 'generators')).map((one) => parametersOf(one, tree, docs));
  return [
    ...listed,
    ...folders.map(folderParameters),
    ...found.map((doc) => new Map([...folderParameters(folderOf(doc.path)), ...scalarsIn(at(doc))])),
    ...(products.length === 0 ? [] : product(products)),
  ];
}

function product(sets: readonly (readonly Parameters[])[]): readonly Parameters[] {
  return sets.reduce<readonly Parameters[]>(
    (all, set) => all.flatMap((one) => set.map((other) => new Map([...one, ...other]))),
    [new Map()],
  );
}

function folderOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}

function trimmed(path: string | null): string | null {
  return path === null ? null : path.replace(/^\.?\/+/, '').replace(/\/+$/, '');
}

/** A values file is named from the folder of the chart, or with `$name/` from the top of a repository. */
export function resolved(folder: string, file: string): readonly string[] {
  if (/^[a-z]+:\/\//i.test(file)) return [];
  const steps = file.startsWith('$') ? [] : folder.split('/').filter((step) => step !== '');
  const rest = file.startsWith('$') ? file.split('/').slice(1) : file.split('/');
  for (const step of rest) {
    if (step === '..') steps.pop();
    else if (step !== '.' && step !== '') steps.push(step);
  }
  return [steps.join('/')];
}

/** What a deployment repository shows: which services stand where, who applies them, and how sure that is. */
import { documentsOf } from '../manifests/documents.ts';
import type { Doc, ManifestFile } from '../manifests/documents.ts';
import { kindsOf } from '../manifests/kinds.ts';
import type { KindName } from '../manifests/kinds/kind.ts';
import { readTree } from '../manifests/read.ts';
import { carriersOf } from '../manifests/traffic.ts';
import type { Carrier } from '../manifests/traffic.ts';
import { applicationsIn, treeOf } from './applications.ts';
import type { Tree } from './applications.ts';
import { basesOf } from './bases.ts';
import { argocdIn, modelsIn, presetIn, prometheusIn, questionsIn } from './hints.ts';
import type { Hint } from './hints.ts';
import { isUnder, settled } from './claims.ts';
import type { Claim } from './claims.ts';
import { inRegion, isEnvironment, layoutOf, splitName } from './layout.ts';

export interface Found extends Claim {
  /** Folders that it also uses, and others too: a rollback of one would take the others along. */
  readonly shared: readonly string[];
  readonly carriers: readonly Carrier[];
  readonly preset: Hint | null;
  /** What its analysis asks already. */
  readonly questions: readonly string[];
}

export interface Survey {
  readonly found: readonly Found[];
  readonly prometheus: Hint | null;
  readonly argocd: Hint | null;
  /** The first name of a model or prompt in MLflow. */
  readonly models: Hint | null;
  /** What was seen and not understood; each a sentence. */
  readonly notes: readonly string[];
}

/** Reads a checkout. Argo CD's own documents are believed; folder names are a guess, and said to be one. */
export function surveyOf(files: readonly ManifestFile[]): Survey {
  const docs = documentsOf(files).filter(({ host }) => host === null);
  const tree = treeOf(files.map(({ path }) => path));
  const bases = basesOf(docs, tree);
  const told = toldByArgoCd(docs, tree);
  const deployed = docs.filter((doc) => kindsOf(doc).some(({ name }) => DEPLOYED.has(name)));
  const inUse = told.filter(({ paths }) =>
    paths.some((own) => deployed.some(({ path }) => isUnder(path, own)) || tree.files.has(own)),
  );
  const isTold = (path: string): boolean => inUse.some(({ paths }) => paths.some((folder) => isUnder(path, folder)));
  const isBase = (path: string): boolean => [...bases.all].some((folder) => isUnder(path, folder));
  const left = deployed.filter(({ path }) => !isTold(path) && !isBase(path));
  const guessed = guessedFromFolders(left);
  const { claims, notes } = settled([...inUse, ...guessed.claims], bases);
  return {
    found: claims.map((claim) => {
      const used = [...claim.paths, ...claim.shared];
      const own = files.filter(({ path }) => used.some((folder) => isUnder(path, folder)));
      const ownDocs = docs.filter(({ path }) => used.some((folder) => isUnder(path, folder)));
      const others = claims.filter((other) => other !== claim).flatMap(({ paths }) => paths);
      const carriers = carriersOf(own).filter(({ path }) => !others.some((folder) => isUnder(path, folder)));
      return { ...claim, carriers, preset: presetIn(ownDocs), questions: questionsIn(ownDocs) };
    }),
    prometheus: prometheusIn(docs),
    argocd: argocdIn(docs),
    models: modelsIn(docs),
    notes: [...notes, ...guessed.notes, ...unread(files)],
  };
}

/** Kinds whose change is a release. */
const DEPLOYED: ReadonlySet<KindName> = new Set<KindName>([
  'Rollout',
  'Deployment, StatefulSet',
  'InferenceService',
  'LLMInferenceService',
  'Seldon Model',
  'kustomization',
  'Helm values',
  'Helm chart',
  'Image Updater',
  'flagd',
  'FeatureFlag',
  'Flipt',
  'GO Feature Flag',
]);

function toldByArgoCd(docs: readonly Doc[], tree: Tree): readonly Claim[] {
  return applicationsIn(docs, tree).map(({ name, namespace, paths, says }): Claim => {
    const layouts = paths.map((path) => layoutOf(tree.folders.has(path) ? `${path}/file` : path));
    const named = splitName(name);
    const space = namespace === null ? null : isEnvironment(namespace) ? namespace : splitName(namespace).environment;
    const region = layouts.find((one) => one.region !== null)?.region ?? null;
    const environment = layouts.find((one) => one.environment !== null)?.environment ?? named.environment ?? space;
    return {
      service: nameOf(layouts.find(({ service }) => service !== null)?.service ?? named.service),
      environment: nameOf(inRegion(environment ?? 'production', region)),
      ...{ paths, applications: [name] },
      sure: environment === null ? 'guess' : 'told',
      because: environment === null ? `${says}, and has no environment in its name` : says,
    };
  });
}

function guessedFromFolders(docs: readonly Doc[]): { claims: readonly Claim[]; notes: readonly string[] } {
  const notes = new Set<string>();
  const claims = docs.flatMap((doc): readonly Claim[] => {
    const { service, environment, region, folder } = layoutOf(doc.path);
    const name = service ?? (isWorkload(doc) ? doc.name : '');
    if (name === '') {
      notes.add(`${doc.path} was left out: no folder of it is called like a service`);
      return [];
    }
    return [
      {
        service: nameOf(name),
        environment: nameOf(inRegion(environment ?? 'production', region)),
        paths: [folder === '' || service === null ? doc.path : folder],
        applications: [],
        sure: environment === null ? 'guess' : 'likely',
        because: `${service === null ? 'its workload is' : 'its folders are'} called so${environment === null ? ', and nothing names an environment' : ''}`,
      },
    ];
  });
  return { claims, notes: [...notes] };
}

function isWorkload(doc: Doc): boolean {
  return doc.name !== '' && kindsOf(doc).some(({ name }) => name !== 'kustomization' && name !== 'Helm values');
}

/** Playbook names become parts of branch names. */
function nameOf(word: string): string {
  const safe = word.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/\.{2,}/g, '.');
  return safe.replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9_-]+$/g, '').slice(0, 63) || 'service';
}

/** Templates are said once, not file by file; JSON that is no plain JSON is somebody's settings. */
function unread(files: readonly ManifestFile[]): readonly string[] {
  const refused = files.flatMap(({ path, text }) => {
    if (path.endsWith('.json')) return [];
    const read = readTree(text);
    return read.kind === 'refused' ? [{ path, because: read.because }] : [];
  });
  const templates = refused.filter(({ because }) => because.includes('template'));
  const [first] = templates;
  return [
    ...(first === undefined
      ? []
      : [
          `${templates.length} Helm template${templates.length === 1 ? ' is' : 's are'} not read, such as ${first.path}`,
        ]),
    ...refused
      .filter((one) => !templates.includes(one))
      .map(({ path, because }) => `${path} cannot be read: ${because}`),
  ];
}

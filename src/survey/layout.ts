/** What the folders of a deployment repository are called: which part is the service, which the environment. */

export interface Layout {
  readonly service: string | null;
  readonly environment: string | null;
  /** A folder such as `eu-west-1` that parts an environment further. */
  readonly region: string | null;
  /** As far down as a name of the two stands. */
  readonly folder: string;
}

const ENVIRONMENT =
  '(?:dev|devel|development|test|testing|qa|int|integration|staging|stage|stg|uat|pre-?prod|sandbox|prod|prd|production|live)';
const REGION = '(?:eu|us|ap|sa|ca|af|me|[a-z]{2}-[a-z]+(?:-?\\d)?|[a-z]{2}\\d|\\d+|east|west|north|south|central)';
const ENVIRONMENT_NAME = new RegExp(`^(?:${REGION}[-_])?${ENVIRONMENT}(?:[-_]${REGION})?$`, 'i');
const AFFIX = new RegExp(`^(?:(${ENVIRONMENT})[-_](.+)|(.+)[-_](${ENVIRONMENT}(?:[-_]${REGION})?))$`, 'i');
const VALUES = new RegExp(
  `^(?:values[-_.]((?:${REGION}[-_])?${ENVIRONMENT}(?:[-_]${REGION})?)|((?:${REGION}[-_])?${ENVIRONMENT}(?:[-_]${REGION})?)(?:[-_.]values)?)\\.ya?ml$`,
  'i',
);
/** Folders that say what is in them, not whose it is. */
const STRUCTURE =
  /^(apps?|applications?|services?|workloads?|components?|overlays?|environments?|envs?|clusters?|deploy(ments?)?|manifests?|k8s|kubernetes|kustomize|gitops|helm|charts?|values|releases?|base|config|resources|templates|flags|models|tenants?|argocd|argo)$/i;

const REGION_FOLDER =
  /^(?:eu|us|ap|sa|ca|af|me|europe|asia)(?:[-_](?:north|south|east|west|central|northeast|southeast))?(?:[-_]?\d[a-z]?)?$/i;

export function isEnvironment(word: string): boolean {
  return ENVIRONMENT_NAME.test(word);
}

export function isProduction(environment: string): boolean {
  return /(^|[-_])(prod|prd|production|live)([-_]|$)/i.test(environment) && !/pre-?prod/i.test(environment);
}

/** `rec-production` is the service `rec` in `production`. */
export function splitName(name: string): { readonly service: string; readonly environment: string | null } {
  const [, before, rest, front, after] = AFFIX.exec(name) ?? [];
  return { service: rest ?? front ?? name, environment: before ?? after ?? null };
}

/** `production` in the region `eu` is `production-eu`. */
export function inRegion(environment: string, region: string | null): string {
  return region === null || environment.includes(region) ? environment : `${environment}-${region}`;
}

/** Reads a folder or file from the names in its path. A values file of one environment is a place of its own. */
export function layoutOf(path: string): Layout {
  const folders = path.split('/').slice(0, -1);
  const file = path.split('/').at(-1) ?? '';
  const [, after, before] = VALUES.exec(file) ?? [];
  const ofFile = after ?? before ?? null;
  const at = folders.findLastIndex(isEnvironment);
  const region = folders.findLastIndex((folder, i) => i !== at && REGION_FOLDER.test(folder));
  const named = folders.findLastIndex((folder, i) => i !== at && i !== region && !STRUCTURE.test(folder));
  const environment = ofFile ?? folders[at] ?? null;
  const whole = ofFile !== null && at < 0;
  const depth = Math.max(at, named, region) + 1;
  const own = { service: folders[named] ?? null, environment, region: folders[region] ?? null };
  return { ...own, folder: whole ? path : folders.slice(0, depth).join('/') };
}

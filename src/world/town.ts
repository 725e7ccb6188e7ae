import { startArgoCd, type ArgoCdWorld } from './argocd/server.ts';
import { OBLIGING, type Awkward } from './argocd/awkward.ts';
import { startGitHub, type LocalGitHub } from './github/start.ts';
import type { Exchange } from './github/options.ts';
import { startMlflow, type MlflowWorld, type ModelVersion } from './mlflow.ts';
import { startPrometheus } from './prometheus/prometheus.ts';
import { startDatabase, type Database } from './services/database.ts';
import type { Faults } from './services/faults.ts';
import { startFleet, type Fleet } from './services/fleet.ts';
import { startLoad, type Load } from './services/load.ts';
import { deploymentFiles, FOLDER, inFolder, REPOSITORY, rollout, type Deployed } from './deployment.ts';
import type { Metrics } from './playbook.ts';

export interface TownOptions {
  /** What each version behaves like. */
  readonly behaviours: Readonly<Record<string, Faults>>;
  /** Use a Prometheus server when this machine has one; otherwise the pages are read directly. */
  readonly prometheus: boolean;
  /** Requests per second of the users. */
  readonly rps: number;
  readonly seed: number;
  /** Added to every call of the GitHub API, ms. */
  readonly latencyMs?: number;
  /** The playbook may end the Argo CD operation of a bad commit. */
  readonly terminateStale?: boolean;
  readonly verifyWithin?: string;
  /** What runs at first; a Rollout of 1.0.0 unless told. */
  readonly deployed?: Deployed;
  /** The model registry holds these; without it there is none. */
  readonly models?: readonly ModelVersion[];
  /** The track that probes are sent to, whether users are or not. */
  readonly probes?: string;
  /** The service has a database, and each version asks it this with every request. */
  readonly queries?: Readonly<Record<string, string>>;
  readonly onExchange?: (exchange: Exchange) => void;
}

/** A whole small world: GitHub with a deployment repository, Argo CD, a service with users, and its metrics. */
export interface Town {
  readonly github: LocalGitHub;
  readonly argoCd: ArgoCdWorld;
  readonly fleet: Fleet;
  readonly load: Load;
  readonly metrics: Metrics;
  readonly mlflow: MlflowWorld | null;
  readonly database: Database | null;
  /** Secrets of this world, for the processes that join it. */
  readonly webhookSecret: string;
  readonly argoToken: string;
  /** Merges a release of this image tag as a person would. */
  release(tag: string, sync?: 'it syncs' | 'its sync never ends'): Promise<Merged>;
  /** Merges a change of these files below the folder of the service, as a person would. */
  merge(title: string, files: Readonly<Record<string, string>>): Promise<Merged>;
  close(): Promise<void>;
}

export interface Merged {
  readonly sha: string;
  /** Of its pull request. */
  readonly number: number;
}

const PROBES_PER_SECOND = 60;

/** The Argo CD application of the service. */
export const APPLICATION = 'recommender-production';

type Close = () => Promise<unknown>;

/** Whatever started is stopped again when the rest fails. */
export async function startTown(options: TownOptions): Promise<Town> {
  const opened: Close[] = [];
  try {
    return await open(options, opened);
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

/** The newest first: nobody is left talking to somebody who is gone. */
async function closeAll(opened: readonly Close[]): Promise<void> {
  for (const close of opened.toReversed()) await close();
}

async function open(options: TownOptions, opened: Close[]): Promise<Town> {
  const webhookSecret = 'webhook-secret-of-this-world';
  const argoToken = 'argocd-token-of-this-world';
  const { behaviours, seed, queries } = options;
  const database = queries === undefined ? null : await startDatabase();
  opened.push(() => Promise.resolve(database?.close()));
  const fleet = await startFleet({
    ...{ behaviours, seed },
    works: (version) => {
      const query = queries?.[version];
      return query === undefined || database === null || database.answers(query);
    },
  });
  opened.push(() => fleet.close());
  const mlflow = options.models === undefined ? null : await startMlflow(options.models);
  opened.push(async () => mlflow?.close());
  const prometheus = options.prometheus
    ? await startPrometheus({ targets: [{ url: `${fleet.url}/metrics/fleet` }], scrapeMs: 1000 })
    : null;
  opened.push(async () => prometheus?.stop());
  const metrics: Metrics = prometheus
    ? { kind: 'prometheus', url: prometheus.url }
    : { kind: 'openmetrics', url: fleet.url };
  const github = await startGitHub({
    app: { webhookSecret },
    ...(options.latencyMs === undefined ? {} : { latencyMs: options.latencyMs }),
    ...(options.onExchange ? { onExchange: options.onExchange } : {}),
  });
  opened.push(() => github.close());
  await github.createRepository({
    owner: 'acme',
    name: 'deployments',
    files: { 'README.md': '# deployments\n' },
    collaborators: { mona: 'admin', bob: 'write', eve: 'read' },
  });
  const argoCd = await startArgoCd({
    applications: [
      {
        name: APPLICATION,
        repoUrl: github.cloneUrl(REPOSITORY),
        path: FOLDER,
        targetRevision: 'main',
      },
    ],
    token: argoToken,
    pollMs: 60_000,
    onApply: async (_name, { files }) => {
      // A hook before the sync, as a migration Job is.
      database?.migrate(files);
      await fleet.apply(files);
    },
    live: () => fleet.state(),
    awkward: { [APPLICATION]: { retryLimit: 0 } },
  });
  opened.push(() => argoCd.close());
  github.addWebhook(REPOSITORY, { url: argoCd.webhookUrl, events: ['push'] });
  await github.pushCommit(REPOSITORY, {
    author: 'mona',
    message: 'Release recommender 1.0.0',
    files: deploymentFiles(
      {
        argocdUrl: argoCd.url,
        application: APPLICATION,
        metrics,
        terminateStale: options.terminateStale ?? false,
        verifyWithin: options.verifyWithin ?? '60s',
        mlflowUrl: mlflow?.url ?? null,
      },
      options.deployed,
    ),
  });
  await github.drain();
  await argoCd.settle();
  const { operation } = argoCd.state(APPLICATION);
  if (operation?.phase !== 'Succeeded')
    throw new Error(`the first sync failed: ${operation?.message ?? 'it never began'}`);
  argoCd.switch(APPLICATION, { retryLimit: OBLIGING.retryLimit });
  const load = startLoad({ url: fleet.url, rps: options.rps, seed });
  opened.push(() => load.stop());
  if (options.probes !== undefined) {
    const probes = startLoad({ url: `${fleet.url}/probe/${options.probes}`, rps: PROBES_PER_SECOND, seed: seed + 1 });
    opened.push(() => probes.stop());
  }
  const merge: Town['merge'] = async (title, files) => {
    const branch = title.toLowerCase().replace(/[^a-z0-9.]+/g, '-');
    await github.pushCommit(REPOSITORY, { branch, author: 'mona', message: title, files: inFolder(files) });
    const number = await github.openPullRequest(REPOSITORY, { head: branch, title, author: 'mona' });
    return { number, sha: await github.merge(REPOSITORY, number, { method: 'squash', by: 'mona' }) };
  };

  return {
    github,
    argoCd,
    fleet,
    load,
    metrics,
    mlflow,
    database,
    webhookSecret,
    argoToken,
    async release(tag, sync = 'it syncs') {
      if (sync === 'its sync never ends') argoCd.switch(APPLICATION, neverSyncs(tag));
      return merge(`Release recommender ${tag}`, { 'rollout.yaml': rollout(tag) });
    },
    merge,
    close: () => closeAll(opened),
  };
}

/** A hook of the release fails after its manifests were applied, and Argo CD tries again for ever. */
function neverSyncs(tag: string): Partial<Awkward> {
  return {
    syncFails: ({ files }) =>
      [...files.values()].some((text) => text.includes(`:${tag}`)) ? 'PostSync hook smoke-test failed' : null,
    failsAfterApply: true,
    retryLimit: null,
    backoffMs: 1000,
  };
}

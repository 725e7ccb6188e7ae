import { startArgoCd, type ArgoCdWorld } from './argocd/server.ts';
import type { Awkward } from './argocd/awkward.ts';
import { startGitHub, type LocalGitHub } from './github/start.ts';
import type { Exchange } from './github/options.ts';
import { startPrometheus } from './prometheus/prometheus.ts';
import type { Faults } from './services/faults.ts';
import { startFleet, type Fleet } from './services/fleet.ts';
import { startLoad, type Load } from './services/load.ts';
import { deploymentFiles, REPOSITORY, rollout, type Metrics } from './deployment.ts';

export interface TownOptions {
  /** What each image tag behaves like; `1.0.0` is what runs at first. */
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
  readonly onExchange?: (exchange: Exchange) => void;
}

/** A whole small world: GitHub with a deployment repository, Argo CD, a service with users, and its metrics. */
export interface Town {
  readonly github: LocalGitHub;
  readonly argoCd: ArgoCdWorld;
  readonly fleet: Fleet;
  readonly load: Load;
  readonly metrics: Metrics;
  /** Secrets of this world, for the processes that join it. */
  readonly webhookSecret: string;
  readonly argoToken: string;
  /** Merges a release of this image tag as a person would; the merge commit and the number of its pull request. */
  release(
    tag: string,
    sync?: 'it syncs' | 'its sync never ends',
  ): Promise<{ readonly sha: string; readonly number: number }>;
  close(): Promise<void>;
}

/** The Argo CD application of the service. */
export const APPLICATION = 'recommender-production';

export async function startTown(options: TownOptions): Promise<Town> {
  const webhookSecret = 'webhook-secret-of-this-world';
  const argoToken = 'argocd-token-of-this-world';
  const fleet = await startFleet({ behaviours: options.behaviours, seed: options.seed });
  const prometheus = options.prometheus
    ? await startPrometheus({ targets: [{ url: `${fleet.url}/metrics/fleet` }], scrapeMs: 1000 })
    : null;
  const metrics: Metrics = prometheus
    ? { kind: 'prometheus', url: prometheus.url }
    : { kind: 'openmetrics', url: fleet.url };
  const github = await startGitHub({
    app: { webhookSecret },
    ...(options.latencyMs === undefined ? {} : { latencyMs: options.latencyMs }),
    ...(options.onExchange ? { onExchange: options.onExchange } : {}),
  });
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
        path: 'apps/recommender/production',
        targetRevision: 'main',
      },
    ],
    token: argoToken,
    pollMs: 60_000,
    onApply: async (_name, { files }) => {
      await fleet.applyManifest([...files.values()].join('\n---\n'));
    },
    live: () => fleet.state(),
  });
  github.addWebhook(REPOSITORY, { url: argoCd.webhookUrl, events: ['push'] });
  await github.pushCommit(REPOSITORY, {
    author: 'mona',
    message: 'Release recommender 1.0.0',
    files: deploymentFiles({
      argocdUrl: argoCd.url,
      application: APPLICATION,
      metrics,
      terminateStale: options.terminateStale ?? false,
      verifyWithin: options.verifyWithin ?? '60s',
    }),
  });
  await github.drain();
  await argoCd.settle();
  const load = startLoad({ url: fleet.url, rps: options.rps, seed: options.seed });

  return {
    github,
    argoCd,
    fleet,
    load,
    metrics,
    webhookSecret,
    argoToken,
    async release(tag, sync = 'it syncs') {
      if (sync === 'its sync never ends') argoCd.switch(APPLICATION, neverSyncs(tag));
      await github.pushCommit(REPOSITORY, {
        branch: `release-${tag}`,
        author: 'mona',
        message: `Release recommender ${tag}`,
        files: { 'apps/recommender/production/rollout.yaml': rollout(tag) },
      });
      const number = await github.openPullRequest(REPOSITORY, {
        head: `release-${tag}`,
        title: `Release recommender ${tag}`,
        author: 'mona',
      });
      return { number, sha: await github.merge(REPOSITORY, number, { method: 'squash', by: 'mona' }) };
    },
    async close() {
      await load.stop();
      await Promise.all([argoCd.close(), github.close(), prometheus?.stop()]);
      await fleet.close();
    },
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

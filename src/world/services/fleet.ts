import type { Counts } from './counts.ts';
import type { Faults } from './faults.ts';
import { parseManifest, tagOf } from './manifest.ts';
import type { Wanted } from './manifest.ts';
import { metricsPage } from './page.ts';
import { startRouter } from './router.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';

type Track = 'canary' | 'stable';

/** What runs, in the words of Argo CD's health. */
export interface FleetState {
  readonly health: 'Healthy' | 'Suspended' | 'Degraded' | 'Missing';
  readonly message: string;
  readonly stable: string | null;
  readonly canary: string | null;
  /** Share of the traffic that the canary gets, 0..1. */
  readonly weight: number;
  /** Every image that runs. */
  readonly images: readonly string[];
}

/** One service as a cluster runs it: a stable version, perhaps a canary, and a router before them. */
export interface Fleet {
  /** The router: send users here; /metrics is all they get; /metrics/canary, /metrics/stable and /metrics/fleet tell the versions apart. */
  readonly url: string;
  /** Makes the world as the file says. Throws for a file that a cluster would refuse. */
  applyManifest(text: string): Promise<FleetState>;
  /** The canary becomes stable. */
  promote(): Promise<FleetState>;
  state(): FleetState;
  counts(track: Track | 'all'): Counts | null;
  /** Changes a version now and for later starts. */
  setFaults(tag: string, faults: Faults): void;
  close(): Promise<void>;
}

interface Running {
  readonly image: string;
  readonly service: Service;
}

export interface FleetOptions {
  /** What each image tag behaves like. A tag that is not here cannot be pulled. */
  readonly behaviours: Readonly<Record<string, Faults>>;
  readonly seed: number;
}

export async function startFleet({ behaviours, seed }: FleetOptions): Promise<Fleet> {
  const faults = new Map(Object.entries(behaviours));
  const running = new Map<Track, Running>();
  let weight = 0;
  let trouble: string | null = null;
  let started = 0;
  const page = (track: Track): string | null => {
    const found = running.get(track);
    return found === undefined ? null : metricsPage([found.service.instance()]);
  };
  const router = await startRouter({
    routes: [],
    seed,
    pages: (path) => {
      if (path === '/metrics/canary') return page('canary');
      if (path === '/metrics/stable') return page('stable');
      const all = [...running.values()].map((r) => r.service.instance());
      return path === '/metrics/fleet' ? metricsPage([...all, router.instance()]) : null;
    },
  });

  const route = (): void => {
    const [canary, stable] = [running.get('canary'), running.get('stable')];
    const share = canary === undefined ? 0 : stable === undefined ? 1 : weight;
    router.setRoutes([
      ...(stable === undefined ? [] : [{ url: stable.service.url, weight: 1 - share }]),
      ...(canary === undefined ? [] : [{ url: canary.service.url, weight: share }]),
    ]);
  };
  const replace = async (track: Track, image: string | null): Promise<void> => {
    const old = running.get(track);
    if (old?.image === image) return;
    running.delete(track);
    if (image !== null) running.set(track, { image, service: await start(track, image) });
    route();
    // The router sends nothing new to the old one; closing waits for the answers still out.
    await old?.service.close();
  };
  const start = (track: Track, image: string): Promise<Service> => {
    const tag = tagOf(image);
    const behaviour = faults.get(tag);
    if (behaviour === undefined) throw new Error(`Back-off pulling image "${image}"`);
    started += 1;
    return startService({ version: tag, track, pod: `${track}-${tag}-${started}`, faults: behaviour });
  };
  const state = (): FleetState => {
    const [stable, canary] = [running.get('stable')?.image ?? null, running.get('canary')?.image ?? null];
    const images = [stable, canary].filter((image) => image !== null);
    const health =
      trouble !== null ? 'Degraded' : stable === null ? 'Missing' : canary !== null ? 'Suspended' : 'Healthy';
    const message = trouble ?? (canary === null ? '' : `CanaryPauseStep: ${Math.round(weight * 100)} % to ${canary}`);
    return { health, message, stable, canary, weight: canary === null ? 0 : weight, images };
  };
  const become = async (wanted: Wanted): Promise<void> => {
    const first = running.get('stable') === undefined;
    if (first && wanted.stableImage !== null) await replace('stable', wanted.stableImage);
    const stable = running.get('stable')?.image ?? null;
    if (stable === null || wanted.canaryWeight === null) {
      await replace('stable', wanted.image);
      return replace('canary', null);
    }
    weight = wanted.canaryWeight / 100;
    await replace('canary', wanted.image === stable ? null : wanted.image);
    route();
  };

  return {
    url: router.url,
    applyManifest: async (text) => {
      const wanted = parseManifest(text);
      if (wanted.kind === 'broken') throw new Error(`the manifest cannot be applied: ${wanted.why}`);
      trouble = faults.has(tagOf(wanted.image)) ? null : `Back-off pulling image "${wanted.image}"`;
      if (trouble === null) await become(wanted);
      return state();
    },
    promote: async () => {
      const canary = running.get('canary');
      if (canary !== undefined) {
        await replace('stable', canary.image);
        await replace('canary', null);
      }
      return state();
    },
    state,
    counts: (track) => (track === 'all' ? router.counts() : (running.get(track)?.service.counts() ?? null)),
    setFaults: (tag, next) => {
      faults.set(tag, next);
      for (const { image, service } of running.values()) if (tagOf(image) === tag) service.setFaults(next);
    },
    close: async () => {
      await router.close();
      await Promise.all([...running.values()].map((r) => r.service.close()));
    },
  };
}

import type { Counts } from './counts.ts';
import type { Files } from './documents.ts';
import type { Faults } from './faults.ts';
import { evaluateFlags } from './kinds/flags.ts';
import { parseManifests } from './manifest.ts';
import { metricsPage } from './page.ts';
import { startRouter, type Decide } from './router.ts';
import { startService, type Service } from './service.ts';
import type { Artefact, Side, Wanted } from './wanted.ts';

/** What runs, in the words of Argo CD's health. */
export interface FleetState {
  readonly health: 'Healthy' | 'Suspended' | 'Degraded' | 'Missing';
  readonly message: string;
  /** The name of what serves the users, or most of them. */
  readonly stable: string | null;
  readonly canary: string | null;
  /** Share of the traffic that the canary gets, 0..1. */
  readonly weight: number;
  /** Every image that runs. */
  readonly images: readonly string[];
}

/** A version that runs, and its share of the users, 0..1. */
export interface Serving {
  readonly track: string;
  readonly version: string;
  readonly share: number;
}

/** One service as a cluster runs it: its versions, each on a track of its own such as `stable` and `canary`, and a router before them. */
export interface Fleet {
  /** The router: send users here, and probes of one track to /probe/TRACK; /metrics is all they get; /metrics/TRACK and /metrics/fleet tell the versions apart. */
  readonly url: string;
  /** Makes the world as the folder says. Throws for one that a cluster would refuse. */
  apply(files: Files): Promise<FleetState>;
  /** The same for a folder with one file. */
  applyManifest(text: string): Promise<FleetState>;
  /** The canary becomes stable. */
  promote(): Promise<FleetState>;
  state(): FleetState;
  /** What runs, the largest share first. */
  serving(): readonly Serving[];
  counts(track: string): Counts | null;
  /** Changes a version now and for later starts. */
  setFaults(version: string, faults: Faults): void;
  close(): Promise<void>;
}

interface Running {
  readonly artefact: Artefact;
  readonly service: Service;
}

export interface FleetOptions {
  /** What each version behaves like. One that is not here cannot be pulled. */
  readonly behaviours: Readonly<Record<string, Faults>>;
  readonly seed: number;
  /** Whether a version finds what it needs, such as a column of the database. */
  readonly works?: (version: string) => boolean;
}

/** So many users are asked what a flag gives them, to tell the shares. */
const ASKED = 200;

export async function startFleet({ behaviours, seed, works = () => true }: FleetOptions): Promise<Fleet> {
  const faults = new Map(Object.entries(behaviours));
  /** By track. */
  const running = new Map<string, Running>();
  let share: (track: string) => number = () => 1;
  let decide: Decide | null = null;
  let meanwhile: FleetState['health'] = 'Suspended';
  let trouble: string | null = null;
  let started = 0;
  const router = await startRouter({
    routes: [],
    seed,
    pages: (path) => {
      const all = [...running.values()].map((r) => r.service.instance());
      if (path === '/metrics/fleet') return metricsPage([...all, router.instance()]);
      const found = running.get(path.replace('/metrics/', ''));
      return found === undefined ? null : metricsPage([found.service.instance()]);
    },
  });

  const route = (): void => {
    const routes = [...running].map(([track, { artefact, service }]) => ({
      ...{ url: service.url, version: artefact.version, track },
      weight: share(track),
    }));
    router.setRoutes(routes, decide);
  };
  const replace = async (track: string, artefact: Artefact | null): Promise<void> => {
    const old = running.get(track);
    if (isSame(old?.artefact ?? null, artefact)) return;
    running.delete(track);
    if (artefact !== null) running.set(track, { artefact, service: await start(track, artefact) });
    route();
    // The router sends nothing new to the old one; closing waits for the answers still out.
    await old?.service.close();
  };
  const start = (track: string, { version }: Artefact): Promise<Service> => {
    started += 1;
    const pod = `${track}-${version}-${started}`;
    return startService({ version, track, pod, faults: behaviourOf(version), works: () => works(version) });
  };
  const behaviourOf = (version: string): Faults => {
    const found = faults.get(version);
    if (found === undefined) throw new Error(`there is no version '${version}'`);
    return found;
  };
  const shareOf = (track: string, version: string): number => {
    const decided = decide;
    if (decided !== null) return users().filter((user) => decided(user) === version).length / ASKED;
    const all = [...running.keys()].reduce((sum, name) => sum + share(name), 0);
    return all === 0 ? 0 : share(track) / all;
  };
  const serving = (): readonly Serving[] =>
    [...running]
      .map(
        ([
          track,
          {
            artefact: { version },
          },
        ]) => ({ track, version, share: shareOf(track, version) }),
      )
      .toSorted((a, b) => b.share - a.share);
  const nameOn = (track: string | undefined): string | null => running.get(track ?? '')?.artefact.name ?? null;
  const state = (): FleetState => {
    const stable = nameOn('stable') ?? nameOn(serving()[0]?.track);
    const canary = nameOn('canary');
    const images = [...new Set([...running.values()].map(({ artefact }) => artefact.name))];
    const weight = canary === null ? 0 : share('canary');
    const health =
      trouble !== null ? 'Degraded' : stable === null ? 'Missing' : canary !== null ? meanwhile : 'Healthy';
    const message = trouble ?? (canary === null ? '' : `CanaryPauseStep: ${Math.round(weight * 100)} % to ${canary}`);
    return { health, message, stable, canary, weight, images };
  };

  /** One version, or a canary beside the one that ran. */
  const becomeOne = async (wanted: Extract<Wanted, { kind: 'one' }>): Promise<void> => {
    const { artefact, canaryWeight } = wanted;
    meanwhile = wanted.meanwhile;
    const before = running.get('stable')?.artefact ?? wanted.stable;
    const isCanary = before !== null && canaryWeight !== null && !isSame(before, artefact);
    share = (track) => (isCanary ? (track === 'canary' ? canaryWeight : 100 - canaryWeight) / 100 : 1);
    await replace('stable', isCanary ? before : artefact);
    await replace('canary', isCanary ? artefact : null);
  };
  const becomeSides = async (sides: readonly Side[]): Promise<void> => {
    const weights = new Map(sides.map(({ track, weight }) => [track, weight]));
    share = (track) => weights.get(track) ?? 0;
    for (const { track, artefact } of sides) await replace(track, artefact);
  };
  const become = async (wanted: Wanted): Promise<void> => {
    decide = wanted.kind === 'flag' ? await evaluateFlags(wanted.flags) : null;
    if (wanted.kind === 'one') await becomeOne(wanted);
    else await becomeSides(wanted.sides);
    const tracks = wanted.kind === 'one' ? ['stable', 'canary'] : wanted.sides.map(({ track }) => track);
    for (const track of [...running.keys()]) if (!tracks.includes(track)) await replace(track, null);
    route();
  };
  const apply = async (files: Files): Promise<FleetState> => {
    const wanted = parseManifests(files);
    if (wanted.kind === 'broken') throw new Error(`the manifest cannot be applied: ${wanted.why}`);
    const artefacts = wanted.kind === 'one' ? [wanted.artefact] : wanted.sides.map(({ artefact }) => artefact);
    const missing = artefacts.find(({ version }) => !faults.has(version));
    trouble = missing === undefined ? null : `Back-off pulling image "${missing.name}"`;
    if (missing === undefined) await become(wanted);
    return state();
  };

  return {
    url: router.url,
    apply,
    applyManifest: (text) => apply(new Map([['manifest.yaml', text]])),
    promote: async () => {
      const canary = running.get('canary');
      if (canary !== undefined) {
        share = () => 1;
        await replace('stable', canary.artefact);
        await replace('canary', null);
      }
      return state();
    },
    state,
    serving,
    counts: (track) => (track === 'all' ? router.counts() : (running.get(track)?.service.counts() ?? null)),
    setFaults: (version, next) => {
      faults.set(version, next);
      for (const { artefact, service } of running.values()) if (artefact.version === version) service.setFaults(next);
    },
    close: async () => {
      await router.close();
      await Promise.all([...running.values()].map((r) => r.service.close()));
    },
  };
}

function users(): readonly string[] {
  return Array.from({ length: ASKED }, (_, i) => `user-${i}`);
}

function isSame(one: Artefact | null, other: Artefact | null): boolean {
  return one?.name === other?.name && one?.version === other?.version;
}

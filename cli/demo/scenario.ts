import type { Merged, Town, TownOptions } from '../../src/world/town.ts';
import { LATENCY_EDGES, type Counts } from '../../src/world/services/counts.ts';
import type { Refusal, Say } from './result.ts';
import type { Shown } from './versions.ts';

/** Seconds since the bad release. */
export type Since = () => number;

/** Where a person stands who does something in the middle of a scenario. */
export interface Scene {
  readonly town: Town;
  readonly say: Say;
  readonly since: Since;
}

/** What the release does to the users, as the counters of the router see it. */
export interface Harm {
  readonly says: string;
  /** How many requests it has hit so far. */
  bad(counts: Counts): number;
}

export const FAILED: Harm = { says: 'errors', bad: ({ bad }) => bad };
export const SLOW: Harm = {
  says: 'answers above 300 ms',
  bad: ({ latency }) => latency.reduce((sum, n, i) => sum + ((LATENCY_EDGES[i] ?? 0) > 0.3 ? n : 0), 0),
};
export const WRONG: Harm = { says: 'wrong answers', bad: ({ labelled, correct }) => labelled - correct };

export interface Scenario {
  readonly name: string;
  /** What happens, in one sentence. */
  readonly story: string;
  /** Fails where this machine lacks what the scenario needs. */
  readonly needs?: () => Promise<unknown>;
  readonly world: Omit<TownOptions, 'prometheus' | 'rps' | 'seed' | 'latencyMs' | 'onExchange'>;
  readonly release: ((town: Town) => Promise<Merged>) | null;
  /** What goes wrong by itself, where there is no release; says what. */
  readonly fault?: (town: Town) => string;
  readonly harm: Harm;
  /** Who notices: the gate in the Action, a person with a comment, or an alert on the share of harmed requests, 0..1. */
  readonly noticedBy:
    'gate' | 'person' | { readonly alert: string; readonly above: number; readonly then?: 'fallback' };
  /** How it must end. */
  readonly ends: 'recovered' | 'escalated';
  /** What is told before the release, with it and at the end. */
  readonly versions: readonly Shown[];
  /** What somebody else does right after the release, and whether it still stands at the end. */
  readonly others?: { act(scene: Scene): Promise<void>; kept(town: Town): Promise<boolean> };
  /** The revert is open and must not merge by itself: what a person reads there, and what they do. */
  readonly refused?: (scene: Scene, pull: number) => Promise<Refusal>;
  /** What befalls the world once users are well again; says what. */
  readonly onRelieved?: (town: Town) => string;
  /** What befalls the world when the revert is merged. */
  readonly onMerged?: (town: Town) => void;
}

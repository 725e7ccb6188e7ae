import type { Contender } from './rivals.ts';
import { seeded, type Random } from './random.ts';

/** Makes the windows of one release: called once a poll, k = 1, 2, ... */
export type World<W> = (random: Random) => (k: number) => W;

export interface Result {
  readonly name: string;
  /** Share of releases that were stopped. */
  readonly stopped: number;
  /** Seconds to the stop, over all releases; Infinity where more than that share was not stopped. */
  readonly median: number;
  readonly p95: number;
  /** Mean over all releases, those not stopped counted with the horizon. */
  readonly mean: number;
  /** Bad requests served by the canary until the stop or the horizon, mean. */
  readonly bad: number;
}

export interface Run<W> {
  readonly world: World<W>;
  readonly contenders: readonly Contender<W>[];
  /** Bad requests of the canary in a window. */
  readonly badOf: (window: W) => number;
  readonly releases: number;
  readonly polls: number;
  readonly pollSeconds: number;
  readonly seed: number;
  /** Seconds from which detection is counted. */
  readonly onset?: number;
}

/** Every contender sees the same releases. A release stopped before the onset is a false alarm and counts as not detected. */
export function simulate<W>(run: Run<W>): readonly Result[] {
  const { contenders, releases, polls, pollSeconds } = run;
  const onset = run.onset ?? 0;
  const horizon = polls * pollSeconds - onset;
  const times: number[][] = contenders.map(() => []);
  const served: number[] = contenders.map(() => 0);
  for (let release = 0; release < releases; release++) {
    const next = run.world(seeded(run.seed * 1_000_003 + release));
    const open = contenders.map(({ start }, i) => ({ i, decide: start() }));
    let running = open;
    for (let k = 1; k <= polls && running.length > 0; k++) {
      const t = k * pollSeconds;
      const window = next(k);
      running = running.filter(({ i, decide }) => {
        served[i] = (served[i] ?? 0) + run.badOf(window);
        if (!decide(t, window)) return true;
        times[i]?.push(t > onset ? t - onset : Infinity);
        return false;
      });
    }
  }
  return contenders.map(({ name }, i) => {
    const found = (times[i] ?? []).filter(Number.isFinite).sort((a, b) => a - b);
    const quantile = (q: number) => found[Math.ceil(q * releases) - 1] ?? Infinity;
    const sum = found.reduce((total, t) => total + t, 0) + (releases - found.length) * horizon;
    return {
      name,
      stopped: found.length / releases,
      median: quantile(0.5),
      p95: quantile(0.95),
      mean: sum / releases,
      bad: (served[i] ?? 0) / releases,
    };
  });
}

/** How a version behaves. Everything can be changed while it serves. */
export interface Faults {
  /** Share of requests answered with 500, 0..1. */
  readonly errorRate: number;
  readonly latency: {
    /** The middle of the ordinary answers; they take half to one and a half of it. */
    readonly typicalMs: number;
    readonly slowMs: number;
    /** Share of slow answers, 0..1. */
    readonly slowShare: number;
  };
  /** Added to the input feature before it is used: the service sees other inputs than it was made for. */
  readonly drift: number;
  /** Share of predictions that turn out right, 0..1; what a judge gives an answer follows from it. */
  readonly accuracy: number;
  /** Share of predictions for which the truth becomes known, 0..1. */
  readonly labelled: number;
  /** Mean price of an answer. */
  readonly costUsd: number;
}

export const HEALTHY: Faults = {
  errorRate: 0.005,
  latency: { typicalMs: 4, slowMs: 350, slowShare: 0.002 },
  drift: 0,
  accuracy: 0.92,
  labelled: 1,
  costUsd: 0.002,
};

/** A healthy version but for these faults. */
export function withFaults(faults: Partial<Faults>): Faults {
  return { ...HEALTHY, ...faults };
}

import { kl, projection } from './klproj.ts';
import type { Line } from './window.ts';

/** Rates and traffic of both arms: bad shares in [0, 1], events per second. */
export interface Traffic {
  readonly pc: number;
  readonly pb: number;
  readonly rc: number;
  readonly rb: number;
}

/**
 * Information rate in nats per second against the limit: D = min over q of rc KL(p_c || r q + d) + rb KL(p_b || q).
 * No method with false-alarm probability alpha has a smaller mean detection time than log(1/alpha) / D (Wald).
 */
export function infoRate(traffic: Traffic, line: Line): number {
  if (line.r === 0) return traffic.rc * kl(traffic.pc, line.d);
  if (traffic.pc === line.r * traffic.pb + line.d) return 0;
  const q = projection({ thetaC: traffic.pc, thetaB: traffic.pb, weightC: traffic.rc, weightB: traffic.rb, line });
  return Math.max(0, traffic.rc * kl(traffic.pc, line.r * q + line.d) + traffic.rb * kl(traffic.pb, q));
}

/** T*: the information limit in seconds; Infinity where the rates sit on the limit or nothing flows. */
export function limitSeconds(traffic: Traffic, line: Line, alpha: number): number {
  const nats = infoRate(traffic, line);
  return nats > 0 ? Math.log(1 / alpha) / nats : Infinity;
}

/** What we promise for planning: mean seconds to find a canary at these rates. About 1.5 T* plus one poll. */
export function secondsToDetect(
  traffic: Traffic,
  line: Line,
  plan: { readonly alpha: number; readonly pollSeconds: number },
): number {
  return 1.5 * limitSeconds(traffic, line, plan.alpha) + plan.pollSeconds;
}

/** Seconds until a clean canary (p_c = p_b) is promoted against the harm limit: median, and 95 of 100 releases. */
export function secondsToPromote(
  traffic: Omit<Traffic, 'pc'>,
  harm: Line,
  plan: { readonly alpha: number; readonly pollSeconds: number },
): { readonly median: number; readonly p95: number } {
  const limit = limitSeconds({ ...traffic, pc: traffic.pb }, harm, plan.alpha);
  return { median: 1.1 * limit + plan.pollSeconds, p95: 2.8 * limit + plan.pollSeconds };
}

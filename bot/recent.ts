const DAY_MS = 86_400_000;
const SKEW_MS = 300_000;

/**
 * Whether a comment or an alert of this time may still start something. The sweep looks back as far; what is older, or says that
 * it comes from the future, is a replay or a mistake.
 */
export function isRecent(at: string, now: number): boolean {
  const time = Date.parse(at);
  return time >= now - DAY_MS && time <= now + SKEW_MS;
}

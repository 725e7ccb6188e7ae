/** Which commit a message takes back. Titles are never read: people write them, and reuse them. */

export interface Reverts {
  /** Full or abbreviated shas, in the order of the message. */
  readonly shas: readonly string[];
  /** Numbers of pull requests of the same repository, as GitHub's revert button names them. */
  readonly pulls: readonly number[];
}

const TRAILER = 'Lastgood-Reverts';

export function printReverts(sha: string): string {
  return `${TRAILER}: ${sha}`;
}

/**
 * Reads our own trailer, Git's "This reverts commit <sha>" and GitHub's "Reverts owner/name#12". Each must begin its line, so
 * a quoted message reverts nothing. A squash merge may put our trailer anywhere below the title.
 */
export function parseReverts(message: string): Reverts {
  const shas: string[] = [];
  const pulls: number[] = [];
  for (const line of message.split(/\r?\n/).slice(1)) {
    const sha = /^(?:lastgood-reverts:|This reverts commit)\s+([0-9a-f]{7,64})\b/i.exec(line)?.[1]?.toLowerCase();
    const pull = /^Reverts (?:[\w.-]+\/[\w.-]+)?#(\d{1,10})\s*$/.exec(line)?.[1];
    if (sha !== undefined && !shas.includes(sha)) shas.push(sha);
    if (pull !== undefined && !pulls.includes(Number(pull))) pulls.push(Number(pull));
  }
  return { shas, pulls };
}

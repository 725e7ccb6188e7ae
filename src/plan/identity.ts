/** The names we give: from the fault alone, so that doing it twice meets itself. */
import { canonicalJson } from '../ledger/canonical.ts';
import type { Sha256 } from '../ledger/canonical.ts';
import type { Incident, Key } from './incident.ts';

/** First 12 hex digits of SHA-256 over environment, service and bad sha. */
export function incidentId(
  key: Pick<Key, 'environment' | 'service'>,
  bad: string,
  sha256: Sha256,
  way?: Incident['way'],
): string {
  const more = way === undefined ? [] : [way];
  return sha256(canonicalJson([key.environment, key.service, bad, ...more])).slice(0, 12);
}

/** Where every rollback branch of one service and environment begins: one open rollback there is enough. */
export function branchPrefixOf(key: Pick<Key, 'environment' | 'service'>): string {
  return `rollback/${key.environment}/${key.service}/`;
}

/** `rollback/<environment>/<service>/<bad7>`: Git refuses a second branch of the same name. */
export function branchOf(incident: Pick<Incident, 'key' | 'bad' | 'way'>): string {
  const way = incident.way === undefined ? '' : `-${incident.way}`;
  return `${branchPrefixOf(incident.key)}${incident.bad.slice(0, 7)}${way}`;
}

/** The second pull request of an incident whose first one only moved the traffic. */
export function secondBranchOf(incident: Pick<Incident, 'key' | 'bad' | 'way'>): string {
  return `${branchOf(incident)}${incident.way === 'fallback' ? BACK : SECOND}`;
}

/** True for the branch of a second pull request: it is no rollback of its own. */
export function isSecond(branch: string): boolean {
  return (branch.endsWith(SECOND) || branch.endsWith(BACK)) && branchKey(branch) !== null;
}

const SECOND = '-version';
const BACK = '-back';

/** The other way round; null for a branch that is none of ours. Names never hold a slash. */
export function branchKey(branch: string): Pick<Key, 'environment' | 'service'> | null {
  const [, environment, service] =
    /^rollback\/([^/]+)\/([^/]+)\/[0-9a-f]{7}(?:-version|-fallback(?:-back)?)?$/.exec(branch) ?? [];
  return environment === undefined || service === undefined ? null : { environment, service };
}

/** Labels tell people, and the sweep, how far a rollback is. */
export const LABELS = {
  active: 'lastgood: active',
  /** A person was called; whatever they do is followed. */
  called: 'lastgood: needs you',
  recovered: 'lastgood: recovered',
  /** The traffic is away, and the second pull request brings the version back. */
  relieved: 'lastgood: relieved',
  escalated: 'lastgood: escalated',
  cancelled: 'lastgood: cancelled',
  /** Another rollback of the same service was merged before this one was proven. */
  superseded: 'lastgood: superseded',
  /** Beside the others: a person says that the release was innocent. */
  falseAlarm: 'lastgood-false-alarm',
} as const;

/** The names we give: from the fault alone, so that doing it twice meets itself. */
import { canonicalJson } from '../ledger/canonical.ts';
import type { Sha256 } from '../ledger/canonical.ts';
import type { Incident, Key } from './incident.ts';

/** First 12 hex digits of SHA-256 over environment, service and bad sha. */
export function incidentId(key: Pick<Key, 'environment' | 'service'>, bad: string, sha256: Sha256): string {
  return sha256(canonicalJson([key.environment, key.service, bad])).slice(0, 12);
}

/** `rollback/<environment>/<service>/<bad7>`: Git refuses a second branch of the same name. */
export function branchOf(incident: Pick<Incident, 'key' | 'bad'>): string {
  return `rollback/${incident.key.environment}/${incident.key.service}/${incident.bad.slice(0, 7)}`;
}

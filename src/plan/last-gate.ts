import type { Entry } from '../ledger/entry.ts';
import { reasonsAgainst } from './known-bad.ts';

/**
 * Epoch ms at which the gate of the last good release of this service began: the newest passed gate of another revision that nothing
 * speaks against since. Null where no such gate is known, or where its line does not say when it began.
 */
export function lastGateBegan(
  ledger: readonly Entry[],
  key: { readonly service: string; readonly environment: string },
  releasing: string,
): number | null {
  const own = ledger.filter((entry) => entry.service === key.service && entry.environment === key.environment);
  const against = reasonsAgainst([], own);
  const passed = own.findLast(
    ({ kind, revision }) =>
      kind === 'gate-passed' && revision !== null && revision !== releasing && !against.has(revision),
  );
  const began = passed === undefined ? undefined : passed.details['startedAt'];
  const at = typeof began === 'string' ? Date.parse(began) : NaN;
  return Number.isNaN(at) ? null : at;
}

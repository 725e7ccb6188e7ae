import { RollbackError } from '../src/errors.ts';
import type { Playbook } from '../src/playbook/schema.ts';
import { targetNames, targetOf } from '../src/playbook/target.ts';
import { option, type Call } from './terminal.ts';

/** What --service and --environment leave of a playbook; all of it where neither is given. A name that nothing has is refused. */
export function namedTargets(call: Call, playbook: Playbook): ReturnType<typeof targetNames> {
  const [service, environment] = [option(call, 'service'), option(call, 'environment')];
  const all = targetNames(playbook);
  const found = all.filter(
    (one) => (service === null || one.service === service) && (environment === null || one.environment === environment),
  );
  if (found.length > 0) return found;
  // Says what there is instead.
  if (service !== null) targetOf(playbook, { service, environment: environment ?? undefined });
  const known = [...new Set(all.map((one) => one.environment))].join(', ');
  throw new RollbackError(
    'unknown-environment',
    `No service of the playbook has an environment '${environment ?? ''}'`,
    {
      hint: `Use one of ${known}.`,
    },
  );
}

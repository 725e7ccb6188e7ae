import type { Playbook } from '../playbook/schema.ts';

interface Applied {
  readonly applications: readonly string[];
  /** The playbook lets us end a stale operation there. */
  readonly terminates: boolean;
}

/** Every environment of the playbook with the applications that apply it. */
export function appliedTargets(playbook: Playbook): readonly Applied[] {
  return Object.values(playbook.services).flatMap(({ environments }) =>
    Object.values(environments).map(({ applications, rollback }) => ({
      applications,
      terminates: rollback['terminate-stale'],
    })),
  );
}

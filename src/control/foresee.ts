import type { Target } from '../playbook/target.ts';
import type { ArgoCd } from '../ports.ts';
import type { Doors } from './doors.ts';
import { heldCommand, heldWords } from './sync-window.ts';

/**
 * What Argo CD will make of a merge now, for whoever reads the plan. Never throws and never keeps a rollback waiting for long:
 * an Argo CD that does not answer its first question within two seconds is asked no further.
 */
export async function foresee(doors: Doors, target: Target): Promise<readonly string[]> {
  const { argocd, rules } = target;
  if (!argocd || rules.applications.length === 0) return [];
  const door = doors.argoCd(argocd);
  const notes = await Promise.all(rules.applications.map((name) => notesOn(doors, door, name).catch(() => [])));
  return notes.flat();
}

async function notesOn(doors: Doors, argoCd: ArgoCd, name: string): Promise<string[]> {
  const windows = await argoCd.syncWindows(name);
  const held = heldWords(name, windows, doors.clock.now());
  const [application, unhealthy] = await Promise.all([argoCd.application(name), argoCd.unhealthy(name)]);
  const aborted = unhealthy.find(({ kind, message }) => kind === 'Rollout' && /abort/i.test(message));
  return [
    ...(held === null
      ? []
      : [`${held}: after the merge nothing happens before that, unless: ${heldCommand(name, windows)}`]),
    ...(application.autoSync || held !== null
      ? []
      : [`${name} does not sync by itself: after the merge run argocd app sync ${name}`]),
    ...(aborted
      ? [
          `the Rollout ${aborted.name} is aborted, so users are already back on the older version: stable in the cluster, and the revert is still needed so that Git says the same`,
        ]
      : []),
  ];
}

import type { Playbook } from '../playbook/schema.ts';
import type { DoctorFinding } from '../report/doctor.ts';
import type { ApplicationFacts, DoctorFacts } from './doctor-facts.ts';
import { finding, unread } from './doctor-finding.ts';
import { appliedTargets } from './doctor-targets.ts';

/** Whether Argo CD answers, lets us do what the playbook allows, and will apply a revert. */
export function ofArgoCd(facts: DoctorFacts, playbook: Playbook | null): readonly DoctorFinding[] {
  const { argoCd } = facts;
  if (argoCd === null) return [];
  const found: DoctorFinding[] = [];
  if (argoCd.version.kind === 'unknown') found.push(unread('argocd/unreachable', argoCd.host, argoCd.version, 'error'));
  for (const [name, asked] of Object.entries(argoCd.applications)) {
    if (asked.kind === 'unknown') found.push(unread('argocd/application', `application ${name}`, asked, 'error'));
    else found.push(...ofApplication(asked.value));
  }
  const ends = new Set(
    playbook === null
      ? []
      : appliedTargets(playbook)
          .filter((one) => one.terminates)
          .flatMap((one) => one.applications),
  );
  for (const [name, asked] of Object.entries(argoCd.maySync)) {
    if (!ends.has(name)) continue;
    if (asked.kind === 'unknown') found.push(unread('argocd/can-i', `application ${name}`, asked, 'warning'));
    else if (!asked.value)
      found.push(
        finding({
          rule: 'argocd/may-not-sync',
          severity: 'error',
          place: `application ${name}`,
          what: 'the account may not end an operation',
          because: 'terminate-stale is true, and can-i sync says no',
          cure: `Give the account: p, role:lastgood, applications, sync, PROJECT/${name}, allow.`,
        }),
      );
  }
  return found;
}

function ofApplication(app: ApplicationFacts): readonly DoctorFinding[] {
  const place = `application ${app.name}`;
  const found: DoctorFinding[] = [];
  if (!app.autoSync)
    found.push(
      finding({
        rule: 'argocd/auto-sync-off',
        severity: 'error',
        place,
        what: 'nobody applies a merged revert',
        because: 'automated sync is off, and lastgood never starts a sync',
        cure: 'Switch on syncPolicy.automated, or plan for a person who syncs.',
      }),
    );
  if (app.autoSync && !app.prune)
    found.push(
      finding({
        rule: 'argocd/prune-off',
        severity: 'warning',
        place,
        what: 'what a bad release added stays after the revert',
        because: 'automated.prune is false, needed is true',
        cure: 'Set syncPolicy.automated.prune: true, or remove such resources by hand.',
      }),
    );
  if (app.retryLimit !== null && (app.retryLimit < 0 || app.retryLimit > 5) && !app.retryRefresh)
    found.push(
      finding({
        rule: 'argocd/retry-blocks',
        severity: 'warning',
        place,
        what: 'a failing sync of the bad commit keeps the revert waiting',
        because: `retry.limit is ${app.retryLimit < 0 ? 'for ever' : app.retryLimit} > 5 and retry.refresh is off`,
        cure: 'Set syncPolicy.retry.refresh: true (Argo CD 3.1), lower the limit, or set terminate-stale: true.',
      }),
    );
  const updaters = Object.keys(app.annotations).filter((name) => name.startsWith('argocd-image-updater.argoproj.io/'));
  if (updaters.length > 0)
    found.push(
      finding({
        rule: 'writer/image-updater',
        severity: 'warning',
        place,
        what: 'Argo CD Image Updater may put the bad version back',
        because: `${updaters.length} of its annotations are set, such as ${updaters[0] ?? ''}`,
        cure: 'Let it write to Git by pull request, where the quarantine check stops it, or exclude the bad tag.',
      }),
    );
  return found;
}

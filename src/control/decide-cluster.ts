import type { Application } from '../ports.ts';
import type { Observed, Remembered, Seen } from './observed.ts';
import type { Step, WaitFor } from './step.ts';

type Reached = Extract<Seen, { kind: 'seen' }>;

/** The revert is merged. Merged is not recovered: applied, healthy for long enough, and every success criterion proven. */
export function decideCluster(seen: Observed, { pull }: Remembered): Step {
  const { verify, rollback: policy } = seen.rules;
  const mergedAt = Date.parse(pull.mergedAt ?? '');
  const deadline = mergedAt + verify.within;
  const wait = (what: WaitFor, because: string, commands: readonly string[] = []): Step =>
    seen.now > deadline
      ? notRecovered(seen, because, verify.within, commands)
      : {
          kind: 'wait',
          for: what,
          until: new Date(deadline).toISOString(),
          lookAgainMs: verify.poll,
          because,
          commands,
        };

  for (const app of seen.applications) {
    if (app.kind !== 'unreachable') continue;
    if (app.retryable) return wait('argocd', app.message, [`argocd app get ${app.name}`]);
    return {
      kind: 'escalate',
      trouble: 'argocd-refused',
      because: app.message,
      todo: [app.hint],
      commands: [`argocd app get ${app.name}`],
      final: true,
    };
  }
  const applications = seen.applications.filter((app): app is Reached => app.kind === 'seen');

  const behind = applications.find((app) => !app.applied);
  if (behind) {
    const { name, operation } = behind.application;
    const stuck = operation !== null && (operation.phase === 'Running' || operation.phase === 'Terminating');
    if (!stuck)
      return wait(
        'sync',
        `Argo CD has not applied ${short(pull.mergeCommit)} to ${name} yet${appliedNow(behind.application)}`,
        [`argocd app sync ${name}`],
      );
    // Its own operation is what we wait for: ending it would end the revert.
    if (behind.carries)
      return wait('sync', `Argo CD is applying ${short(pull.mergeCommit)} to ${name}${retries(operation)}`);
    const revision = operation.revisions[0] ?? 'an unknown revision';
    const because = `Argo CD is still busy with ${short(revision)} on ${name}${retries(operation)}`;
    if (operation.phase === 'Running' && policy['terminate-stale'] && operation.retryCount > 0) {
      return { kind: 'terminate', application: name, revision, because };
    }
    return wait('sync', because, [`argocd app terminate-op ${name}`]);
  }

  const ill = applications.find((app) => app.application.health.status !== 'Healthy');
  if (ill)
    return wait('health', `${ill.application.name} is ${ill.application.health.status}`, [
      `argocd app get ${ill.application.name}`,
    ]);
  const healthyAt = healthySince(seen, applications, mergedAt);
  const stable = seen.now - healthyAt;
  if (stable < verify['healthy-for'])
    return wait('health', `healthy for ${seconds(stable)} < ${seconds(verify['healthy-for'])}`);

  switch (seen.proof?.status) {
    case 'pass':
      // A proof that comes too late is for a person to read: what was promised in time was not kept.
      return seen.now > deadline
        ? notRecovered(
            seen,
            `proven only ${seconds(seen.now - mergedAt)} after it: ${seen.proof.because}`,
            verify.within,
            [],
          )
        : { kind: 'finish', outcome: 'recovered', because: seen.proof.because };
    case undefined:
      return wait('proof', 'the success criteria have not been measured yet');
    case 'continue':
    case 'fail':
    case 'inconclusive':
    case 'no-data':
    case 'error':
      return wait('proof', seen.proof.because);
  }
}

/** Epoch ms since when every application has been healthy with the revert applied. */
export function healthySince(seen: Pick<Observed, 'now'>, applications: readonly Reached[], mergedAt: number): number {
  const moments = applications.flatMap(({ application: { health, operation } }) => [
    Date.parse(health.since ?? '') || mergedAt,
    Date.parse(operation?.finishedAt ?? '') || mergedAt,
  ]);
  return Math.min(seen.now, Math.max(mergedAt, ...moments));
}

function notRecovered(seen: Observed, because: string, within: number, commands: readonly string[]): Step {
  const { service, environment } = seen.incident.key;
  return {
    kind: 'escalate',
    trouble: 'not-recovered',
    because: `not proven recovered ${seconds(within)} after the merge: ${because}`,
    todo: [
      'The revert is in Git; the fault may lie outside this release. Look at the metric named above and at the cluster.',
      `To go further back: /rollback ${service} ${environment} to <sha>`,
    ],
    commands,
    final: true,
  };
}

function appliedNow(application: Application): string {
  const { operation, sync } = application;
  if (operation === null) return '; it has never synced';
  if (operation.phase === 'Failed' || operation.phase === 'Error')
    return `; the last operation ended ${operation.phase}: ${operation.message}`;
  return `; applied is ${operation.revisions.map(short).join(', ')}, compared is ${sync.revisions.map(short).join(', ') || 'nothing'}`;
}

function retries({ retryCount, message }: NonNullable<Application['operation']>): string {
  const said = message === '' ? '' : `: ${message}`;
  return retryCount > 0 ? ` (retry ${retryCount})${said}` : said;
}

function short(sha: string | null): string {
  return (sha ?? 'nothing').slice(0, 7);
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

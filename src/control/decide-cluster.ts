import type { Application } from '../ports.ts';
import { decideRelief, decideServed, relievedBefore } from './decide-relief.ts';
import type { Observed, Remembered, Seen } from './observed.ts';
import { against, seconds } from './seconds.ts';
import type { Step, WaitFor } from './step.ts';
import { heldBefore, heldCommand, heldUntil, heldWords } from './sync-window.ts';

type Reached = Extract<Seen, { kind: 'seen' }>;

/** The revert is merged. Merged is not recovered: applied, healthy for long enough, and every success criterion proven. */
export function decideCluster(seen: Observed, remembered: Remembered): Step {
  const { pull, half } = remembered;
  if (half?.kind === 'traffic' && half.relievedAt !== undefined) return decideServed(seen, remembered, half.relievedAt);
  if (seen.recorded?.kind === 'relieved') return relievedBefore(seen, remembered, seen.recorded);
  if (seen.recorded) return { kind: 'finish', outcome: seen.recorded.kind, because: seen.recorded.because };
  const { verify, rollback: policy } = seen.rules;
  const mergedAt = Date.parse(pull.mergedAt ?? '');
  const deadline = Math.max(mergedAt, ...holdsSince(seen, mergedAt)) + verify.within;
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
    const held = heldBySyncWindow(seen, behind, mergedAt);
    if (held) return held;
    const stuck = operation !== null && (operation.phase === 'Running' || operation.phase === 'Terminating');
    if (behind.carries && operation !== null && !stuck)
      return wait(
        'sync',
        `Argo CD could not apply ${short(pull.mergeCommit)} to ${name}: ${operation.phase}: ${operation.message || 'it did not say why'}`,
        [`argocd app sync ${name}`, `argocd app get ${name} --show-operation`],
      );
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
    // A sync that retries, or a hook that has hung since before the merge, does not end by itself.
    const endless = operation.retryCount > 0 || seen.now - mergedAt > HANGS_MS;
    const mayEnd = seen.mayNotTerminate !== name;
    if (operation.phase === 'Running' && policy['terminate-stale'] && endless && mayEnd) {
      return { kind: 'terminate', application: name, revision, because };
    }
    const refused = mayEnd ? '' : '; the account of lastgood may not end it (it lacks the right applications sync)';
    return wait('sync', `${because}${refused}`, [`argocd app terminate-op ${name}`]);
  }

  if (remembered.half?.kind === 'traffic')
    return decideRelief(seen, remembered, { since: appliedSince(seen, applications, mergedAt), deadline });
  const ill = applications.find((app) => app.application.health.status !== 'Healthy');
  if (ill) {
    const { because, commands } = illness(ill);
    return wait('health', because, commands);
  }
  const healthyAt = healthySince(seen, applications, mergedAt);
  const stable = seen.now - healthyAt;
  const unseen = applications.length === 0;
  if (stable < verify['healthy-for'])
    return wait('health', `${unseen ? `merged; ${UNSEEN};` : 'healthy for'} ${against(stable, verify['healthy-for'])}`);

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
        : {
            kind: 'finish',
            outcome: 'recovered',
            because: `${seen.proof.because}${unseen ? `; ${UNSEEN}` : leftovers(applications)}`,
          };
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

/** When windows of Argo CD that held the sync after the merge came to their end: the time to recover runs from there. */
function holdsSince({ applications, now }: Observed, mergedAt: number): readonly number[] {
  return applications.flatMap((app) => {
    const end = app.kind === 'seen' && app.windows ? heldBefore(app.windows, now) : null;
    return end !== null && end > mergedAt ? [end] : [];
  });
}

const UNSEEN = 'the playbook names no Argo CD application, so only the metrics can tell';

/** A stale operation without a retry counts as hung after this. */
const HANGS_MS = 60_000;

/**
 * Merged, and Argo CD is not allowed to sync: a person is called at once, because waiting ends nothing for the users. The
 * rollback goes on when the window does.
 */
function heldBySyncWindow(seen: Observed, { application, windows }: Reached, mergedAt: number): Step | null {
  const busy = application.operation?.phase === 'Running' || application.operation?.phase === 'Terminating';
  if (!windows || windows.canSync || busy) return null;
  const words = `merged, but ${heldWords(application.name, windows, seen.now) ?? ''}`;
  const commands = [heldCommand(application.name, windows)];
  const until = heldUntil(windows, seen.now);
  const end = (until ?? mergedAt) + seen.rules.verify.within;
  if (seen.now > end) return null;
  if (seen.escalated)
    return {
      kind: 'wait',
      for: 'person',
      until: new Date(end).toISOString(),
      lookAgainMs: Math.min(60_000, Math.max(seen.rules.verify.poll, 1_000)),
      because: words,
      commands,
    };
  const todo = [
    'Sync it by hand where the window allows that, or have an administrator of Argo CD open the window.',
    'Otherwise the revert is applied and proven once the window is over.',
  ];
  return { kind: 'escalate', trouble: 'sync-window', because: words, todo, commands, final: false };
}

/** What ails an application, and the command that helps, as its controller says it. */
function illness({ application, unhealthy = [] }: Reached): { because: string; commands: readonly string[] } {
  const { name, health } = application;
  const rollout = unhealthy.find(({ kind }) => kind === 'Rollout');
  const first = rollout ?? unhealthy[0];
  const generic = [`argocd app get ${name}`];
  if (!first) return { because: `${name} is ${health.status}`, commands: generic };
  const at = `${first.kind} ${first.name}`;
  const said = first.message === '' ? first.status : `${first.status}: ${first.message}`;
  const because = `${name} is ${health.status}: ${at} is ${said}`;
  if (!rollout)
    return { because, commands: [...generic, `kubectl -n ${first.namespace} describe ${first.kind} ${first.name}`] };
  const argo = `kubectl argo rollouts`;
  const where = `${rollout.name} -n ${rollout.namespace}`;
  if (/abort/i.test(rollout.message))
    return {
      because: `${because}; the abort ends by itself when the image in Git is again the one that is stable`,
      commands: [`${argo} get rollout ${where}`, `${argo} retry rollout ${where}`],
    };
  if (rollout.status === 'Suspended' || /pause/i.test(rollout.message))
    return {
      because: `${because}; it waits in the steps of its canary on the way back`,
      commands: [`${argo} promote ${where} --full`],
    };
  return { because, commands: [`${argo} get rollout ${where}`] };
}

/** What the bad release added stays where Argo CD does not prune: recovered all the same, and said. */
function leftovers(applications: readonly Reached[]): string {
  const found = applications.flatMap(({ application: { name, toPrune = [] } }) =>
    toPrune.length === 0
      ? []
      : [
          `${toPrune.join(', ')} of ${name} stays in the cluster until somebody prunes it: argocd app sync ${name} --prune`,
        ],
  );
  return found.map((words) => `; ${words}`).join('');
}

/** Epoch ms since when every application has had the revert applied, healthy or not. */
export function appliedSince(seen: Pick<Observed, 'now'>, applications: readonly Reached[], mergedAt: number): number {
  const moments = applications.map(
    ({ application }) => Date.parse(application.operation?.finishedAt ?? '') || mergedAt,
  );
  return Math.min(seen.now, Math.max(mergedAt, ...moments));
}

/** Epoch ms since when every application has been healthy with the revert applied. */
export function healthySince(seen: Pick<Observed, 'now'>, applications: readonly Reached[], mergedAt: number): number {
  const healthy = applications.map(({ application }) => Date.parse(application.health.since ?? '') || mergedAt);
  return Math.min(seen.now, Math.max(appliedSince(seen, applications, mergedAt), ...healthy));
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

/** Releases and rollbacks in GitHub's list of deployments, told beside the loop: only its very end waits for this, and nothing fails with it. */
import { RollbackError, messageOf } from '../errors.ts';
import type { DeploymentState } from '../ports.ts';
import { waitAfter } from './again.ts';
import type { Doors } from './doors.ts';
import { targetNames, targetOf } from '../playbook/target.ts';
import type { Playbook } from '../playbook/schema.ts';
import { isRelieved } from './entries.ts';
import type { GateNews } from './gate-run.ts';
import { createMemo, MOST_INCIDENTS } from './memo.ts';
import { policyOf } from './policy.ts';
import type { Observed } from './observed.ts';
import type { Step } from './step.ts';

export interface Deployer {
  /** Returns at once and never throws. */
  see(seen: Observed, step: Step): void;
  /** Milliseconds until the deployment of this commit is worth another try; null: it is told, or never can be. */
  owes(sha: string | null): Promise<number | null>;
}

/** What a look says about the deployment of its revert; null: it is not merged yet, or nothing new. */
export function deploymentOf({ stage, rules, incident, proof }: Observed, step: Step): DeploymentState | null {
  if (stage.kind !== 'opened' || stage.remembered.pull.mergeCommit === null) return null;
  const { pull, good } = stage.remembered;
  if (pull.state !== 'merged') return null;
  const environment = rules['github-environment'] ?? incident.key.environment;
  const to = `${incident.key.service} back to ${good.sha.slice(0, 7)}`;
  const about = { task: 'rollback' as const, sha: pull.mergeCommit ?? '', environment, url: pull.url };
  if (step.kind === 'finish') {
    if (step.outcome === 'superseded')
      return { ...about, state: 'inactive', description: `${to}: a later rollback took over` };
    return step.outcome === 'recovered' ? { ...about, state: 'success', description: `${to}: recovered` } : null;
  }
  const { half } = stage.remembered;
  const served = half?.kind === 'traffic' && half.relievedAt !== undefined;
  if (served || isRelieved({ stage, proof }, step))
    return {
      ...about,
      state: 'success',
      description: `${incident.key.service}: the traffic is away from ${incident.bad.slice(0, 7)}`,
    };
  if (step.kind === 'escalate') return { ...about, state: 'failure', description: `${to}: a person is needed` };
  if (step.kind === 'wait' && step.for === 'person') return null;
  return { ...about, state: 'in_progress', description: `${to}: merged, not yet proven` };
}

/** What a finished gate says about the deployment of its release; null: it could not tell, or the playbook no longer knows it. */
export function releaseOf({ key, entry }: GateNews, playbook: Playbook): DeploymentState | null {
  const rules = targetNames(playbook).some(
    ({ service, environment }) => service === key.service && environment === key.environment,
  )
    ? targetOf(playbook, key).rules
    : null;
  if (rules === null || entry.revision === null || entry.kind === 'gate-undecided') return null;
  const [state, word] =
    entry.kind === 'gate-passed' ? (['success', 'passed'] as const) : (['failure', 'failed'] as const);
  const environment = rules['github-environment'] ?? key.environment;
  const description = `${key.service}: the gate ${word}: ${entry.because}`;
  return { task: 'release', sha: entry.revision, environment, state, description, url: null };
}

/** Never throws: a gate is heard although its deployment is not told. */
export async function tellRelease(
  { repository, log }: Pick<Doors, 'repository' | 'log'>,
  news: GateNews,
): Promise<void> {
  try {
    const { playbook } = await repository.overview();
    const policy = playbook === null ? null : policyOf(playbook);
    const state = policy?.ok === true ? releaseOf(news, policy.playbook) : null;
    if (state !== null) await repository.tellDeployment(state);
  } catch (error) {
    const reason = messageOf(error);
    log('info', 'the release is not among the deployments', { repository: repository.name, reason });
  }
}

export function createDeployer({ repository, log }: Pick<Doors, 'repository' | 'log'>): Deployer {
  const told = createMemo<string>(MOST_INCIDENTS);
  /** By sha. */
  const owed = createMemo<number>(MOST_INCIDENTS);
  let forbidden = false;
  let running: Promise<void> = Promise.resolve();

  async function tell(state: DeploymentState): Promise<void> {
    try {
      await repository.tellDeployment(state);
      owed.delete(state.sha);
    } catch (error) {
      told.delete(state.sha);
      const wait = waitAfter(error);
      if (wait === null) owed.delete(state.sha);
      else owed.set(state.sha, wait);
      const reason = messageOf(error);
      forbidden = error instanceof RollbackError && error.code === 'github-forbidden';
      const cure = forbidden
        ? 'rollbacks are not among the deployments: give the App deployments: write, or leave it'
        : 'deployment not told yet';
      log(forbidden ? 'info' : 'warn', cure, { repository: repository.name, reason });
    }
  }

  return {
    see(seen, step) {
      const state = forbidden ? null : deploymentOf(seen, step);
      if (state === null || told.get(state.sha) === state.state) return;
      told.set(state.sha, state.state);
      running = running.then(() => (forbidden ? undefined : tell(state)));
    },
    async owes(sha) {
      await running;
      return sha === null ? null : (owed.get(sha) ?? null);
    },
  };
}

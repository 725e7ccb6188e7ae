import { RollbackError } from '../errors.ts';
import type { Target } from '../playbook/target.ts';
import type { MergeOutcome, Pull } from '../ports.ts';
import { commitMessage, mergeMessage } from '../report/commit-message.ts';
import { parseBlock, type Memory } from '../report/memory.ts';
import { pullRequestBody, pullRequestTitle } from '../report/pull-request.ts';
import type { Doors } from './doors.ts';
import type { Draft } from './draft.ts';
import type { Step } from './step.ts';

type OpenStep = Extract<Step, { kind: 'open' }>;
type PullStep = Extract<Step, { kind: 'merge' | 'update' | 'terminate' | 'open' }>;

/** Opens the pull request of a plan, or finds the one that somebody was faster with. */
export async function openPull(
  doors: Doors,
  target: Target,
  step: OpenStep,
  drafted: Draft,
): Promise<{ pull: Pull; memory: Memory }> {
  const { plan, mode } = step;
  const view = {
    plan,
    mode,
    verify: target.rules.verify,
    applications: target.rules.applications,
    requestedAt: new Date(doors.clock.now()).toISOString(),
  };
  const pull = await doors.repository.open({
    branch: drafted.branch,
    base: plan.base,
    baseBranch: plan.baseBranch,
    edits: plan.edits,
    texts: drafted.texts,
    commit: commitMessage(plan),
    title: pullRequestTitle(plan),
    body: pullRequestBody(view),
  });
  const memory = parseBlock(pull.body);
  if (!memory)
    throw new RollbackError(
      'github-conflict',
      `Pull request #${pull.number} from ${drafted.branch} is not one of lastgood's: close it or delete its branch`,
    );
  return { pull, memory };
}

/** What the pull request is after a step; GitHub's refusals come back as what they say about it. */
interface After {
  readonly pull: Pull;
  readonly autoMergeAllowed: boolean;
}

export async function actOnPull(
  doors: Doors,
  target: Target,
  pull: Pull,
  memory: Memory,
  step: PullStep,
): Promise<After> {
  const { repository } = doors;
  switch (step.kind) {
    case 'open':
      throw new RollbackError('internal', `a step to open reached pull request #${pull.number}`);
    case 'update':
      await repository.updateBranch(pull);
      return { pull: await reread(doors, pull), autoMergeAllowed: true };
    case 'terminate': {
      if (!target.argocd) throw new RollbackError('internal', 'a step to end an operation without Argo CD');
      await doors.argoCd(target.argocd).terminate(step.application, step.revision);
      return { pull, autoMergeAllowed: true };
    }
    case 'merge': {
      const outcome =
        step.route === 'direct'
          ? await repository.mergePinned(pull, step.method, mergeMessage(memory))
          : await repository.armAutoMerge(pull, step.method);
      doors.log('info', `merge ${step.route}: ${outcome.kind}`, { pull: pull.number, incident: memory.incident.id });
      return afterMerge(doors, pull, outcome);
    }
  }
}

async function afterMerge(doors: Doors, pull: Pull, outcome: MergeOutcome): Promise<After> {
  if (outcome.kind !== 'refused') return { pull: await reread(doors, pull), autoMergeAllowed: true };
  const fresh = await reread(doors, pull);
  if (fresh.state !== 'open') return { pull: fresh, autoMergeAllowed: true };
  switch (outcome.reason) {
    case 'clean':
      return { pull: { ...fresh, mergeState: 'clean' }, autoMergeAllowed: true };
    case 'blocked':
      return {
        pull: fresh.mergeState === 'dirty' ? fresh : { ...fresh, mergeState: 'blocked' },
        autoMergeAllowed: true,
      };
    case 'not-allowed':
      return { pull: { ...fresh, mergeState: 'blocked' }, autoMergeAllowed: false };
    case 'moved':
      return { pull: fresh, autoMergeAllowed: true };
    case 'other':
      throw new RollbackError('github-conflict', `GitHub refused to merge #${pull.number}: "${outcome.message}"`);
  }
}

async function reread(doors: Doors, pull: Pull): Promise<Pull> {
  return (await doors.repository.findRollback(pull.branch)) ?? pull;
}

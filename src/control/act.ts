import { RollbackError } from '../errors.ts';
import type { EvidenceFile } from '../ledger/evidence.ts';
import { wholeOf, type FileEdit, type QuarantineEdit, type RollbackPlan } from '../plan/plan.ts';
import type { Target } from '../playbook/target.ts';
import type { MergeOutcome, Pull } from '../ports.ts';
import { commitMessage, mergeMessage } from '../report/commit-message.ts';
import { approved, disclosed, parseBlock, type Memory } from '../report/memory.ts';
import { adoptionComment } from '../report/adoption.ts';
import { writersIn } from '../report/writers.ts';
import { pullRequestBody, pullRequestTitle } from '../report/pull-request.ts';
import { approvalsNeeded } from './approvals.ts';
import type { Doors } from './doors.ts';
import type { Draft } from './draft.ts';
import type { SecondDraft } from './draft-second.ts';
import type { Step } from './step.ts';

type OpenStep = Extract<Step, { kind: 'open' }>;
type PullStep = Extract<
  Step,
  { kind: 'merge' | 'update' | 'terminate' | 'open' | 'adopt' | 'second' | 'served' | 'close' | 'disarm' }
>;

/** Opens the pull request of a plan, or finds the one that somebody was faster with. */
export async function openPull(
  doors: Doors,
  target: Target,
  step: OpenStep,
  drafted: SecondDraft,
  evidence: Pick<EvidenceFile, 'path' | 'digest'> | null,
): Promise<{ pull: Pull; memory: Memory }> {
  const { plan, mode } = step;
  const view = {
    plan: { ...plan, notes: [...(plan.notes ?? []), ...(step.notes ?? []), ...(await drafted.outlook)] },
    mode,
    quarantine: drafted.quarantine?.added ?? [],
    verify: target.rules.verify,
    applications: target.rules.applications,
    requestedAt: new Date(doors.clock.now()).toISOString(),
    job: step.job ?? null,
    person: step.person ?? null,
    author: authorOf(plan),
    writers: writersIn(drafted.texts.values()),
    evidence,
    page: drafted.page,
    approvals: approvalsNeeded(target.rules.rollback.approvals, plan.incident.cause),
    codeOwners: target.rules.rollback.approvals.codeowners,
  };
  const pull = await doors.repository.open({
    branch: drafted.branch,
    base: plan.base,
    baseBranch: plan.baseBranch,
    edits: drafted.quarantine === null ? plan.edits : [...plan.edits, quarantineFile(drafted.quarantine)],
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

/** Remembers a person's revert, so that it is followed like one of ours. Merging it stays with people. */
export async function adoptPull(
  doors: Doors,
  target: Target,
  step: Extract<Step, { kind: 'adopt' }>,
  { incident, planned, page }: Draft,
): Promise<{ pull: Pull; memory: Memory }> {
  const base = planned.kind === 'planned' ? planned.plan.base : incident.bad;
  const planHash = planned.kind === 'planned' ? planned.plan.hash : incident.id;
  const requestedAt = new Date(doors.clock.now()).toISOString();
  const called = page === null ? {} : { page };
  const memory: Memory = {
    version: 1,
    incident,
    good: step.good,
    planHash,
    base,
    requestedAt,
    mode: 'human',
    ...called,
  };
  const text = adoptionComment(memory, step.because, target.rules);
  return { pull: await doors.repository.adopt(step.number, text), memory };
}

/** Who made the bad change, whichever half of the way back this is; null: nobody is accused, or they are not known. */
function authorOf(plan: RollbackPlan): string | null {
  const stuck = plan.phase?.kind === 'traffic' ? plan.phase.stuck : undefined;
  return stuck ? stuck.author : (wholeOf(plan).undoes[0]?.author ?? null);
}

function quarantineFile({ path, text }: QuarantineEdit): FileEdit {
  return { kind: 'write', path, text, mode: '100644', rung: 'keys' };
}

/** What the pull request is after a step; GitHub's refusals come back as what they say about it. */
interface After {
  readonly pull: Pull;
  readonly autoMergeAllowed: boolean;
  /** GitHub's words when a direct merge will never be let through as things are. */
  readonly refused?: string;
  /** The application whose operation we may not end. */
  readonly mayNotTerminate?: string;
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
    case 'adopt':
    case 'second':
    case 'served':
      throw new RollbackError('internal', `a step to ${step.kind} reached pull request #${pull.number}`);
    case 'update':
      await repository.updateBranch(pull);
      return { pull: await reread(doors, pull), autoMergeAllowed: true };
    case 'terminate': {
      if (!target.argocd) throw new RollbackError('internal', 'a step to end an operation without Argo CD');
      try {
        await doors.argoCd(target.argocd).terminate(step.application, step.revision);
      } catch (error) {
        // A right that is missing stops nothing: people are shown the command instead.
        if (!(error instanceof RollbackError) || error.code !== 'argocd-unauthorized') throw error;
        doors.log('warn', error.message, { incident: memory.incident.id });
        return { pull, autoMergeAllowed: true, mayNotTerminate: step.application };
      }
      return { pull, autoMergeAllowed: true };
    }
    case 'disarm':
      await repository.disarmAutoMerge(pull);
      // Once a look: where GitHub keeps it armed all the same, a person is called.
      return { pull: { ...(await reread(doors, pull)), autoMerge: 'off' }, autoMergeAllowed: true };
    case 'close':
      await repository.closePull(pull);
      // It may have been empty because another replica was just merging it: then it stays merged.
      return { pull: await reread(doors, pull), autoMergeAllowed: true };
    case 'merge': {
      if (step.approvedBy !== undefined) {
        const body = approved(pull.body, step.approvedBy);
        if (body !== pull.body) {
          await repository.rewriteBody(pull, body);
          return actOnPull(doors, target, { ...pull, body }, memory, step);
        }
      }
      // Said before it is done: a merge that is not disclosed must not exist.
      if (step.route === 'bypass')
        await repository.rewriteBody(pull, disclosed(pull.body, (step.over ?? []).join(', '), step.because));
      const outcome = await send(repository, pull, step, memory);
      doors.log('info', `merge ${step.route}: ${outcome.kind}`, { pull: pull.number, incident: memory.incident.id });
      return afterMerge(doors, pull, step.route, outcome);
    }
  }
}

function send(
  repository: Doors['repository'],
  pull: Pull,
  step: Extract<Step, { kind: 'merge' }>,
  memory: Memory,
): Promise<MergeOutcome> {
  switch (step.route) {
    case 'direct':
    case 'bypass':
      return repository.mergePinned(pull, step.method, mergeMessage(memory));
    case 'auto':
      return repository.armAutoMerge(pull, step.method);
    case 'queue':
      return repository.enqueue(pull);
  }
}

async function afterMerge(doors: Doors, pull: Pull, route: string, outcome: MergeOutcome): Promise<After> {
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
      return {
        pull: { ...fresh, mergeState: 'blocked' },
        autoMergeAllowed: route !== 'auto',
        ...(route === 'auto' ? {} : { refused: outcome.message }),
      };
    case 'moved':
      return { pull: fresh, autoMergeAllowed: true };
    case 'other':
      throw new RollbackError('github-conflict', `GitHub refused to merge #${pull.number}: "${outcome.message}"`);
  }
}

async function reread(doors: Doors, pull: Pull): Promise<Pull> {
  return (await doors.repository.findRollback(pull.branch)) ?? pull;
}

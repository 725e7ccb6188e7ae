/** Answers a custom deployment protection rule of GitHub: the gate runs here, and no runner waits for it. */
import { RollbackError } from '../errors.ts';
import type { References } from '../judge/judge.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { Entry } from '../ledger/entry.ts';
import { groupChanges } from '../plan/changes.ts';
import type { Gate, Playbook } from '../playbook/schema.ts';
import { targetNames, targetOf, type Target } from '../playbook/target.ts';
import { gateSentence, protectionProgress, protectionWords } from '../report/protection.ts';
import type { MetricSource } from '../ports.ts';
import type { Doors } from './doors.ts';
import { gateKind } from './gate-run.ts';
import { runGate } from './gate.ts';
import { playbookOf } from './reconcile.ts';
import type { Recorder } from './record.ts';

/** A workflow run that waits at an environment. */
export interface Protection {
  readonly runId: number;
  /** As GitHub names it. */
  readonly environment: string;
  /** The commit that would be deployed. */
  readonly sha: string;
}

/** How files that a gate compares with are read; the shell has it. */
export type LoadReferences = (gate: Gate, read: (path: string) => Promise<string | null>) => Promise<References>;

/**
 * The id of the run, where the address that GitHub sent is that of this repository at our own API. Nothing is ever sent to the
 * address itself: whoever forged it would otherwise choose where our token goes.
 */
export function runOfCallback(url: string, api: string, repository: string): number | null {
  if (!URL.canParse(url) || !URL.canParse(api)) return null;
  const [asked, ours] = [new URL(url), new URL(api)];
  if (asked.origin !== ours.origin || asked.username !== '' || asked.password !== '') return null;
  const tail = /^(?:\/api\/v3)?\/repos\/([^/]+\/[^/]+)\/actions\/runs\/([1-9]\d{0,15})\/deployment_protection_rule$/;
  const [, name = '', id = ''] = tail.exec(asked.pathname) ?? [];
  return name.toLowerCase() === repository.toLowerCase() ? Number(id) : null;
}

/** The services that have a gate at this environment of GitHub's; names there are compared without case. */
export function targetsOfEnvironment(playbook: Playbook, environment: string): readonly Target[] {
  return targetNames(playbook)
    .map((name) => targetOf(playbook, name))
    .filter(
      (target) =>
        (target.rules['github-environment'] ?? target.environment).toLowerCase() === environment.toLowerCase() &&
        target.rules.gate !== undefined,
    );
}

/** What became of it: GitHub was told, or the run waits for a person in GitHub. */
export type Answered = 'approved' | 'rejected' | 'held';

/** Takes as long as the gate does. Safe to do again from the start: GitHub takes one answer, and the ledger one line for each. */
export async function answerProtection(
  doors: Doors,
  recorder: Pick<Recorder, 'add'>,
  asked: Protection,
  load: LoadReferences,
): Promise<Answered> {
  const { repository } = doors;
  const overview = await repository.overview();
  const all = targetsOfEnvironment(playbookOf(overview), asked.environment);
  const say = (state: 'approved' | 'rejected' | null, comment: string) =>
    repository.answerProtection(asked, { state, comment });
  if (all.length === 0) {
    await say('rejected', protectionWords({ kind: 'no-gate', environment: asked.environment }));
    return 'rejected';
  }
  const judged: { readonly target: Target; readonly verdict: Verdict }[] = [];
  for (const target of await touched(doors, all, asked.sha)) {
    const verdict = await judge(
      doors,
      target,
      overview.head,
      load,
      (words) => void say(null, words).catch(() => undefined),
    );
    recorder.add([entryOf(asked, target, verdict, doors.clock.now())]);
    judged.push({ target, verdict });
    if (verdict.status === 'fail') break;
  }
  const words = protectionWords({
    kind: 'judged',
    gates: judged.map(({ target, verdict }) => ({ ...target, verdict })),
  });
  if (judged.every(({ verdict }) => verdict.status === 'pass')) {
    await say('approved', words);
    return 'approved';
  }
  const failed = judged.some(({ verdict }) => verdict.status === 'fail');
  const holds =
    !failed &&
    judged.every(({ target, verdict }) => verdict.status === 'pass' || target.rules['when-undecided'] === 'hold');
  await say(holds ? null : 'rejected', words);
  return holds ? 'held' : 'rejected';
}

/** Of several services in one environment those that this commit changed; all of them where it changed none. */
async function touched({ repository }: Doors, all: readonly Target[], sha: string): Promise<readonly Target[]> {
  if (all.length === 1) return all;
  const newest = await Promise.all(
    all.map(async ({ rules }) => groupChanges(await repository.history(rules.paths, sha))[0]?.revision),
  );
  const found = all.filter((_, i) => newest[i] === sha);
  return found.length > 0 ? found : all;
}

async function judge(
  doors: Doors,
  target: Target,
  head: string,
  load: LoadReferences,
  progress: (words: string) => void,
): Promise<Verdict> {
  const { gate } = target.rules;
  if (gate === undefined)
    throw new RollbackError('internal', `a protection rule reached ${target.service} without a gate`);
  const names = new Set(gate.triggers.map((trigger) => trigger.source ?? gate.source));
  const sources = new Map<string, MetricSource>();
  for (const name of names) {
    const source = Object.hasOwn(target.sources, name) ? target.sources[name] : undefined;
    if (source !== undefined) sources.set(name, doors.source(source));
  }
  const references = await load(gate, (path) => textOf(doors, path, head));
  let told = doors.clock.now();
  const every = Math.max(15_000, gate.deadline / REPORTS);
  const result = await runGate({
    gate,
    sources,
    references,
    clock: doors.clock,
    onLook: (_point, soFar) => {
      if (doors.clock.now() - told < every) return;
      told = doors.clock.now();
      progress(protectionProgress(target, soFar));
    },
  });
  return result.verdict;
}

/** GitHub takes ten reports before the answer. */
const REPORTS = 8;

async function textOf({ repository }: Doors, path: string, head: string): Promise<string | null> {
  const file = (await repository.trees([path], [head])).get(head)?.find((each) => each.path === path);
  return file === undefined ? null : ((await repository.texts([file.blob])).get(file.blob) ?? null);
}

function entryOf({ runId, sha }: Protection, { service, environment }: Target, verdict: Verdict, now: number): Entry {
  const kind = gateKind(verdict.status, verdict.role);
  return {
    at: new Date(now).toISOString(),
    kind,
    id: `${service}/${environment}/${sha}/${kind}/run-${runId}`,
    service,
    environment,
    revision: sha,
    incident: null,
    actor: 'gate',
    because: gateSentence({ service, environment, verdict }).slice(0, 500),
    details: { decision: verdict.status === 'continue' ? 'inconclusive' : verdict.status, workflowRun: runId },
  };
}

/** Reads all that the readiness check of one service needs; only what is not on GitHub is asked of others. Changes nothing. */
import { parse as parseLedger } from '../ledger/chain.ts';
import type { Database } from '../migrations/database.ts';
import { judgeRelease, type ReleaseJudgement } from '../migrations/judge.ts';
import type { ChangedFile } from '../migrations/migration.ts';
import { recognise } from '../migrations/recognise.ts';
import { groupChanges, type Change } from '../plan/changes.ts';
import { incidentId } from '../plan/identity.ts';
import type { Key } from '../plan/incident.ts';
import { lastGood } from '../plan/last-good.ts';
import { repointedIn } from '../plan/fit.ts';
import { makePlan } from '../plan/make-plan.ts';
import type { LastGood, Planned } from '../plan/plan.ts';
import type { Target } from '../playbook/target.ts';
import type { DeploymentRepository } from '../ports.ts';
import { pinningOf } from '../registries/pinned.ts';
import { referencesIn, referencesListed } from '../registries/references.ts';
import type { Readiness } from '../report/ready.ts';
import { seeApplications } from './applications.ts';
import { lookAt } from './artefacts.ts';
import type { Doors } from './doors.ts';
import { askAll, questionsOf } from './questions.ts';
import type { Outside } from './ready-facts.ts';
import { readFiles, readStrays } from './ready-files.ts';
import { readinessOf } from './ready-findings.ts';
import { PROOF_CHECK } from './ready-migrations.ts';

/** A release that is not out yet. */
export interface Proposed {
  /** Head of the default branch. */
  readonly base: string;
  readonly baseBranch: string;
  /** The commit that it would become: GitHub's trial merge, or the head where there is none. */
  readonly after: string;
  /** Where a job of the pull request says what it proved. */
  readonly head: string;
  readonly title: string;
  readonly author: string;
  /** Files that it changes outside the paths of every service. */
  readonly strays: readonly string[];
  /** Why registries, Argo CD and metrics are not asked; null: they are. */
  readonly keepIn: string | null;
}

export type ReadyDoors = Pick<Doors, 'argoCd' | 'source' | 'artefacts' | 'clock' | 'sha256'> & {
  readonly repository: Pick<DeploymentRepository, 'name' | 'history' | 'trees' | 'texts' | 'ledger' | 'jobVerdict'>;
};

const HOUR = 3_600_000;

export async function readiness(doors: ReadyDoors, target: Target, proposed: Proposed): Promise<Readiness> {
  const { repository, clock, sha256 } = doors;
  const { paths } = target.rules;
  const { base, after } = proposed;
  const key: Key = { repo: repository.name, service: target.service, environment: target.environment };
  const outside = askMetricsAndArgoCd(doors, target, proposed.keepIn);
  const [commits, ledgerText, proof] = await Promise.all([
    repository.history(paths, base),
    repository.ledger(),
    repository.jobVerdict(proposed.head, PROOF_CHECK),
  ]);
  const ledger = parseLedger(ledgerText);
  const trial = trialOf(proposed, clock.now());
  const changes = [trial, ...groupChanges(commits)];
  const found = lastGood({ key, changes, ledger, bad: after, named: null });
  const good = found.kind === 'good' ? found.good : null;
  const [files, strays] = await Promise.all([
    readFiles(repository, paths, { good: good?.sha ?? base, after }),
    readStrays(repository, proposed),
  ]);
  const planned = good === null ? null : planOf(good);
  return readinessOf({
    target,
    now: clock.now(),
    ledger,
    found,
    planned,
    pins: pinningOf(files.manifests('after'), target.registries, repository.name),
    unread: files.unread,
    migrations: judge([...files.changed, ...strays], planned, target.rules.rollback.database),
    proof,
    outside: await outsideOf(),
  });

  function planOf(to: LastGood): Planned {
    if (files.empty)
      return {
        kind: 'no-last-good',
        because: `${to.sha.slice(0, 7)} has no file of this service: going back would delete it`,
      };
    const bad = after;
    return makePlan(
      {
        incident: {
          id: incidentId(key, bad, sha256),
          key,
          bad,
          openedAt: trial.at,
          cause: { kind: 'command', by: 'lastgood ready', commentId: 0, issue: 0, reason: null },
        },
        base: after,
        baseBranch: proposed.baseBranch,
        good: to,
        database: target.rules.rollback.database,
        repointed: repointedIn(target.rules.rollback),
        undoes: undone(changes, to.sha),
        files: files.touched,
      },
      sha256,
    );
  }

  async function outsideOf(): Promise<Outside> {
    const asked = await outside;
    if (asked.kind === 'left-out') return asked;
    const { registries, rules } = target;
    const needed = [
      ...referencesIn(registries, files.manifests('good')),
      ...referencesListed(registries, rules.artefacts),
    ];
    const known = Object.keys(registries).length > 0 && doors.artefacts !== undefined;
    return { ...asked, looked: known && good !== null ? await lookAt(doors, registries, needed) : null };
  }
}

function trialOf({ base, after, title, author }: Proposed, now: number): Change {
  const at = new Date(now).toISOString();
  return { revision: after, before: base, commits: [], title, author, at, pull: null, revertOf: null };
}

/** The release itself and whatever else is newer than its target, newest first. */
function undone(changes: readonly Change[], good: string) {
  const to = changes.findIndex(({ revision, before }) => revision === good || before === good);
  const until = changes[to]?.revision === good ? to : to + 1;
  return changes.slice(0, Math.max(1, until)).map(({ revision, title, author }) => ({ sha: revision, title, author }));
}

/** What the text of the release says; a hook whose work stands elsewhere is known to the plan alone. */
function judge(files: readonly ChangedFile[], planned: Planned | null, database: Database): ReleaseJudgement {
  const release = judgeRelease(recognise(files), database);
  const hooked = planned?.kind === 'planned' ? planned.plan.database : undefined;
  return release.undo === 'nothing' && hooked?.undo === 'unproven' ? { ...release, ...hooked } : release;
}

async function askMetricsAndArgoCd(doors: ReadyDoors, target: Target, keepIn: string | null): Promise<Outside> {
  if (keepIn !== null) return { kind: 'left-out', because: keepIn };
  const [answers, applications] = await Promise.all([
    askAll(questionsOf(target.rules, doors.clock.now() - HOUR), target.sources, doors.source),
    seeApplications(doors, target),
  ]);
  return { kind: 'asked', looked: null, answers, applications };
}

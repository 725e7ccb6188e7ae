import { RollbackError } from '../errors.ts';
import { readOrNone } from '../ledger/chain.ts';
import type { Entry } from '../ledger/entry.ts';
import { find } from '../ledger/query.ts';
import type { Incident } from '../plan/incident.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { Verify } from '../playbook/schema.ts';
import type { Target } from '../playbook/target.ts';
import type { Application, ArgoCd, JobVerdict, MetricSource, Obstacles, Pull } from '../ports.ts';
import { containsCommit } from './contains.ts';
import { appliedSince, healthySince } from './decide-cluster.ts';
import { MIGRATION_CHECK } from './decide-migration.ts';
import type { Doors } from './doors.ts';
import type { Recorded, Remembered, Seen, Settings } from './observed.ts';
import type { Prover } from './prove.ts';

/** Every application of the environment, each asked to look at Git first. */
export async function observeApplications(doors: Doors, target: Target, pull: Pull): Promise<Seen[]> {
  if (!target.argocd || target.rules.applications.length === 0) return [];
  const argoCd = doors.argoCd(target.argocd);
  return Promise.all(
    target.rules.applications.map((name) =>
      observeApplication(doors, argoCd, { name, within: target.rules.verify.within }, pull),
    ),
  );
}

async function observeApplication(
  doors: Doors,
  argoCd: ArgoCd,
  { name, within }: { readonly name: string; readonly within: number },
  pull: Pull,
): Promise<Seen> {
  try {
    const application = await argoCd.refresh(name);
    const { operation } = application;
    const carries = operation !== null && (await containsMerge(doors, operation.revisions, pull));
    const applied = carries ? operation.phase === 'Succeeded' : await needsNoSync(doors, application, pull);
    const late = doors.clock.now() > Date.parse(pull.mergedAt ?? '') + within;
    const ill = applied && application.health.status !== 'Healthy';
    // What explains a delay is asked only while there is one, and its absence hides nothing.
    const [windows, unhealthy] = await Promise.all([
      applied && !late ? null : argoCd.syncWindows(name).catch(() => null),
      ill ? argoCd.unhealthy(name).catch(() => []) : [],
    ]);
    return { kind: 'seen', application, carries, applied, windows, unhealthy };
  } catch (error) {
    if (!(error instanceof RollbackError)) throw error;
    return { kind: 'unreachable', name, message: error.message, hint: error.hint, retryable: error.retryable };
  }
}

/**
 * Argo CD compared the revert with the cluster and found no difference: after a sync that failed before it changed anything, or
 * for an application that the release did not touch, there is nothing to apply and no operation will ever carry the revert.
 */
async function needsNoSync(doors: Doors, application: Application, pull: Pull): Promise<boolean> {
  const { operation, sync, toPrune = [], differing = 0 } = application;
  // Argo CD never syncs for what is only to be pruned, where it may not prune.
  const onlyPruning = sync.status === 'OutOfSync' && toPrune.length > 0 && differing === 0;
  if (operation?.phase === 'Running' || operation?.phase === 'Terminating') return false;
  if (sync.status !== 'Synced' && !onlyPruning) return false;
  return containsMerge(doors, sync.revisions, pull);
}

async function containsMerge(doors: Doors, revisions: readonly string[], { mergeCommit }: Pull): Promise<boolean> {
  return mergeCommit !== null && containsCommit(doors, revisions, mergeCommit);
}

/** What holds the merge, read only when it is overdue or was refused: it costs requests, and until then waiting is right. */
export async function observeObstacles(
  doors: Doors,
  target: Target,
  settings: Settings,
  pull: Pull,
): Promise<Obstacles | null> {
  const deadline = Date.parse(pull.createdAt) + target.rules.rollback['merge-within'];
  const late = doors.clock.now() > deadline || (settings.refused ?? null) !== null;
  if (pull.state !== 'open' || !pull.ours || !late) return null;
  return doors.repository.obstacles(pull);
}

/** What the team's own job says about the database; asked only where the merge waits for it. */
export async function observeMigration(
  { repository }: Pick<Doors, 'repository'>,
  pull: Pull,
  job: string | null,
): Promise<JobVerdict | null> {
  if (job === null || pull.state !== 'open' || pull.adopted === true) return null;
  return repository.jobVerdict(pull.head, MIGRATION_CHECK);
}

/**
 * What was proven in time is not asked for again after it: the label that ends a rollback comes after its line in the ledger, and a
 * process may end between the two. Nor is anybody called for a version that another rollback has replaced.
 */
export async function observeRecorded(
  { repository }: Pick<Doors, 'repository'>,
  incident: Incident,
  { pull, half = null }: Pick<Remembered, 'pull' | 'half'>,
): Promise<Recorded | null> {
  if (pull.mergedAt === null) return null;
  // A ledger that somebody broke must not keep a person from being called.
  const { lines } = readOrNone(await repository.ledger());
  return recordedOf(lines, incident, { onlyTraffic: half?.kind === 'traffic', mergedAt: Date.parse(pull.mergedAt) });
}

function recordedOf(
  ledger: readonly Entry[],
  { id, key: { service, environment } }: Incident,
  { onlyTraffic, mergedAt }: { readonly onlyTraffic: boolean; readonly mergedAt: number },
): Recorded | null {
  const kind = onlyTraffic ? 'relieved' : 'recovered';
  const proven = find(ledger, { incident: id, kinds: [kind] }).at(-1);
  if (proven) return { kind, at: proven.at, because: proven.because };
  // The version that waits for its turn still has to follow.
  if (onlyTraffic) return null;
  // Whoever moved only the traffic, such as to a fallback, has replaced no version.
  const opened = find(ledger, { service, environment, kinds: ['opened'] });
  const aside = opened.filter(({ details }) => details['half'] === 'traffic').map(lineage);
  const others = find(ledger, { service, environment, kinds: ['merged'] }).filter(
    (line) => line.incident !== id && !aside.includes(lineage(line)),
  );
  const next = others.findLast(({ at }) => Date.parse(at) > mergedAt);
  if (!next) return null;
  const because = `the rollback of incident ${next.incident ?? 'unknown'} was merged after this one and took over`;
  return { kind: 'superseded', at: next.at, because };
}

/** What the lines of one pull request have in common: each half of a way back has ids of its own. */
function lineage({ id }: Entry): string {
  return id.slice(0, id.lastIndexOf('/'));
}

/** The success criteria, measured only once the revert is applied and healthy everywhere. */
export async function observeProof(
  doors: Doors,
  prover: Prover,
  target: Target,
  incident: Incident,
  { pull, half = null }: Pick<Remembered, 'pull' | 'half'>,
  applications: readonly Seen[],
): Promise<Verdict | null> {
  const reached = applications.filter((app) => app.kind === 'seen');
  if (reached.length < applications.length || reached.some((app) => !app.applied)) return null;
  const onlyTraffic = half?.kind === 'traffic';
  if (!onlyTraffic && reached.some((app) => app.application.health.status !== 'Healthy')) return null;
  const sinceWhen = onlyTraffic ? appliedSince : healthySince;
  const since = sinceWhen({ now: doors.clock.now() }, reached, Date.parse(pull.mergedAt ?? ''));
  return prover.prove(incident.id, target.rules.verify, sourcesOf(doors, target, target.rules.verify), since);
}

/** The source of each criterion: its own, else that of `verify`, else that of the gate. One client for each source. */
export function sourcesOf(doors: Doors, target: Target, verify: Verify): ReadonlyMap<string, MetricSource> {
  const { gate } = target.rules;
  const clients = new Map<string, MetricSource>();
  const found = new Map<string, MetricSource>();
  for (const criterion of verify.criteria) {
    const name = criterion.source ?? verify.source ?? gate?.source ?? '';
    const config = target.sources[name];
    const client = clients.get(name) ?? (config ? doors.source(config) : undefined);
    if (!client) continue;
    clients.set(name, client);
    found.set(criterion.name, client);
  }
  return found;
}

import type { AfterFailure, QueueState } from '../src/adapters/queue/queue.ts';
import type { Told } from '../src/control/doors.ts';
import type { Settled } from '../src/control/follow.ts';
import type { Severity } from '../src/report/doctor.ts';
import { createRegistry } from './metrics.ts';
import type { Errand } from './errand.ts';
import type { Witness } from './porter.ts';

/** Events that the bot knows by name; whatever else comes is counted as `other`. */
const EVENTS: ReadonlySet<string> = new Set([
  'check_run',
  'check_suite',
  'deployment_protection_rule',
  'installation',
  'installation_repositories',
  'issue_comment',
  'commit_comment',
  'merge_group',
  'ping',
  'pull_request',
  'pull_request_review',
  'push',
  'status',
]);

/** Seconds: from a rollback that is through at once to one that took a working day. */
const EDGES = [5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 14_400];
const REMEMBERED = 1000;

export interface Meters extends Witness {
  readonly delivered: (event: string, status: number) => void;
  readonly alerted: (status: number) => void;
  readonly observed: (status: number) => void;
  readonly failed: (kind: Errand['kind'], after: AfterFailure) => void;
  /** A call to GitHub was answered; null: it was not. */
  readonly asked: (api: 'rest' | 'graphql', status: number | null) => void;
  /** What is left of the limit of one installation. */
  readonly remaining: (resource: string, left: number) => void;
  readonly redelivered: (outcome: 'asked' | 'failed') => void;
  /** A message outside the pull request ended. */
  readonly notified: (told: Told) => void;
  /** What the doctor finds in the repositories of this process; before its first round there is no such metric. */
  readonly diagnosed: (counts: Readonly<Record<Severity, number>>) => void;
  /** Everything, with the state of the queue as it is now; null: it does not answer. */
  readonly render: (queue: QueueState | null) => string;
}

export function createMeters(): Meters {
  const registry = createRegistry();
  const deliveries = registry.counter('lastgood_deliveries_total', 'Webhook deliveries by event and outcome.');
  const alerts = registry.counter('lastgood_alert_requests_total', 'Requests at the alert door by outcome.');
  const hooks = registry.counter('lastgood_registry_requests_total', 'Requests at the registry door by outcome.');
  const tasks = registry.counter('lastgood_tasks_total', 'Errands by kind and outcome (done, again, retry, dead).');
  const rollbacks = registry.counter('lastgood_rollbacks_total', 'Rollbacks that ended, by outcome.');
  const toMerge = registry.histogram(
    'lastgood_merge_seconds',
    'From the cause of a rollback to the merge of its revert.',
    EDGES,
  );
  const toRecovery = registry.histogram(
    'lastgood_recovery_seconds',
    'From the cause of a rollback to the proof of recovery.',
    EDGES,
  );
  const requests = registry.counter(
    'lastgood_github_requests_total',
    'Requests to GitHub by API and class of the answer.',
  );
  const left = registry.gauge('lastgood_github_rate_remaining', 'Requests left, as GitHub said last, by resource.');
  const redeliveries = registry.counter('lastgood_redeliveries_total', 'Failed deliveries that were asked for again.');
  const notifications = registry.counter('lastgood_notifications_total', 'Notifications outside GitHub by outcome.');
  const sweeps = registry.counter('lastgood_sweeps_total', 'Sweeps by outcome; failed counts repositories.');
  const doctor = registry.gauge('lastgood_doctor_findings', 'What the doctor finds, by severity.');
  const depth = registry.gauge('lastgood_queue_tasks', 'Tasks in the queue by state, over all replicas.');
  const oldest = registry.gauge(
    'lastgood_queue_oldest_waiting_seconds',
    'How long the oldest due task has been waiting.',
  );
  const up = registry.gauge('lastgood_queue_up', '1 when the queue answers.');
  const memory = registry.gauge('process_resident_memory_bytes', 'Resident memory.');
  registry
    .gauge('process_start_time_seconds', 'Start of the process, Unix time.')
    .set(Date.now() / 1000 - process.uptime());
  const ended = new Set<string>();

  return {
    delivered: (event, status) =>
      deliveries.add({ event: EVENTS.has(event) ? event : 'other', outcome: outcomeOf(status) }),
    alerted: (status) => alerts.add({ outcome: outcomeOf(status) }),
    observed: (status) => hooks.add({ outcome: outcomeOf(status) }),
    done: (kind, again) => tasks.add({ kind, outcome: again ? 'again' : 'done' }),
    failed: (kind, after) => tasks.add({ kind, outcome: after.kind === 'again' ? 'retry' : 'dead' }),
    settled(settled) {
      const end = endOf(settled);
      if (settled.kind !== 'looked' || end === null || ended.has(settled.seen.incident.id + end)) return;
      ended.add(settled.seen.incident.id + end);
      for (const first of ended) if (ended.size > REMEMBERED) ended.delete(first);
      rollbacks.add({ outcome: end });
      const began = Date.parse(settled.seen.incident.openedAt);
      if (settled.pull?.mergedAt) toMerge.observe(Math.max(0, (Date.parse(settled.pull.mergedAt) - began) / 1000));
      if (end === 'recovered') toRecovery.observe(Math.max(0, (settled.seen.now - began) / 1000));
    },
    swept: (outcome) => sweeps.add({ outcome }),
    asked: (api, status) => requests.add({ api, status: status === null ? 'none' : `${Math.floor(status / 100)}xx` }),
    remaining: (resource, value) => left.set(value, { resource: /^[a-z_]{1,30}$/.test(resource) ? resource : 'other' }),
    redelivered: (outcome) => redeliveries.add({ outcome }),
    notified(told) {
      // What ended with the process is told, and counted, by the next one.
      if (told.kind !== 'ended') notifications.add({ outcome: told.kind === 'delivered' ? 'sent' : 'failed' });
    },
    diagnosed(counts) {
      for (const severity of ['error', 'warning', 'note'] as const) doctor.set(counts[severity], { severity });
    },
    render(queue) {
      up.set(queue === null ? 0 : 1);
      memory.set(process.memoryUsage.rss());
      if (queue) {
        for (const state of ['waiting', 'deferred', 'running', 'dead'] as const) depth.set(queue[state], { state });
        oldest.set(queue.oldestWaitingSeconds);
      }
      return registry.render();
    },
  };
}

function outcomeOf(status: number): string {
  return status < 300 ? 'accepted' : status < 500 ? 'refused' : 'failed';
}

function endOf(settled: Settled): 'recovered' | 'cancelled' | 'escalated' | null {
  if (settled.kind !== 'looked') return null;
  const { step } = settled;
  if (step.kind === 'finish') return step.outcome === 'recovered' ? 'recovered' : 'cancelled';
  return step.kind === 'escalate' && step.final ? 'escalated' : null;
}

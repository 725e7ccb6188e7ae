import type { Moments } from '../report/timeline.ts';
import { healthySince } from './decide-cluster.ts';
import { isRelieved } from './entries.ts';
import type { Observed } from './observed.ts';
import type { Step } from './step.ts';

/** When each stage was reached, read off the world; null for what has not happened. */
export function momentsOf(seen: Observed, step: Step): Moments {
  const pull = seen.stage.kind === 'opened' ? seen.stage.remembered.pull : null;
  const reached = seen.applications.filter((app) => app.kind === 'seen');
  const all =
    pull?.state === 'merged' && reached.length === seen.applications.length && reached.every((app) => app.applied);
  const finished = reached.map((app) => app.application.operation?.finishedAt ?? null).filter((at) => at !== null);
  const applied =
    all && finished.length > 0
      ? iso(Math.max(Date.parse(pull.mergedAt ?? ''), ...finished.map((at) => Date.parse(at))))
      : null;
  const healthy = all && reached.length > 0 && reached.every((app) => app.application.health.status === 'Healthy');
  return {
    relieved: relievedAt(seen, step),
    opened: pull?.createdAt ?? null,
    merged: pull?.mergedAt ?? null,
    applied,
    healthy: healthy ? iso(healthySince(seen, reached, Date.parse(pull.mergedAt ?? ''))) : null,
    recovered: step.kind === 'finish' && step.outcome === 'recovered' ? (seen.recorded?.at ?? iso(seen.now)) : null,
  };
}

function relievedAt(seen: Observed, step: Step): string | null {
  const half = seen.stage.kind === 'opened' ? seen.stage.remembered.half : null;
  if (half?.kind === 'version') return half.first.relievedAt;
  return (
    half?.relievedAt ??
    (seen.recorded?.kind === 'relieved' ? seen.recorded.at : null) ??
    (isRelieved(seen, step) ? iso(seen.now) : null)
  );
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

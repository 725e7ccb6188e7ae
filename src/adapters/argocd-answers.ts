/** What Argo CD (2.4 to 3.x) says about sync windows and about the resources of an application. */
import * as z from 'zod';
import { RollbackError } from '../errors.ts';
import type { SyncWindows, Unhealthy } from '../ports.ts';

const window = z.object({
  kind: z.string().nullish(),
  schedule: z.string().nullish(),
  duration: z.string().nullish(),
  manualSync: z.boolean().nullish(),
});
const windowsSchema = z.object({
  canSync: z.boolean().nullish(),
  activeWindows: z.array(window).nullish(),
  assignedWindows: z.array(window).nullish(),
});

/** An answer that does not say whether a sync may run is an error: silence is no permission. */
export function windowsIn(text: string): SyncWindows {
  const said = parse(windowsSchema, text, 'sync windows');
  const active = (said.activeWindows ?? []).map(named);
  const assigned = (said.assignedWindows ?? []).map(named);
  const same = (a: ReturnType<typeof named>, b: ReturnType<typeof named>): boolean =>
    a.kind === b.kind && a.schedule === b.schedule && a.duration === b.duration;
  return {
    // Protocol buffers leave out what is false.
    canSync: said.canSync === true,
    windows: [
      ...active.map((one) => ({ ...one, active: true })),
      ...assigned.filter((one) => !active.some((other) => same(one, other))).map((one) => ({ ...one, active: false })),
    ],
  };
}

function named({ kind, schedule, duration, manualSync }: z.output<typeof window>) {
  return {
    kind: kind === 'allow' ? ('allow' as const) : ('deny' as const),
    schedule: schedule ?? '',
    duration: duration ?? '',
    manualSync: manualSync === true,
  };
}

const treeSchema = z.object({
  nodes: z
    .array(
      z.object({
        kind: z.string().nullish(),
        namespace: z.string().nullish(),
        name: z.string().nullish(),
        health: z.object({ status: z.string().nullish(), message: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
});

const WELL: ReadonlySet<string> = new Set(['', 'Healthy', 'Unknown']);

/** From the resource tree: since Argo CD 3.0 an Application no longer carries the health of its resources. */
export function unhealthyIn(text: string): readonly Unhealthy[] {
  return (parse(treeSchema, text, 'resource tree').nodes ?? []).flatMap(({ kind, namespace, name, health }) => {
    const status = health?.status ?? '';
    if (WELL.has(status)) return [];
    const message = (health?.message ?? '').slice(0, 300);
    return [{ kind: kind ?? '', namespace: namespace ?? 'default', name: name ?? '', status, message }];
  });
}

function parse<T extends z.ZodType>(schema: T, text: string, what: string): z.output<T> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new RollbackError('argocd-unavailable', `the answer about the ${what} has another shape than Argo CD's`, {
      cause: error,
    });
  }
}

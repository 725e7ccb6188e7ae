import type { Awkward } from './awkward.ts';
import type { AppState, Operation } from './state.ts';

type Json = Readonly<Record<string, unknown>>;

/** Seconds, as Kubernetes writes times. */
function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** An application as Argo CD's API shows it. */
export function applicationView(state: AppState, awkward: Awkward): Json {
  const source = { repoURL: state.spec.repoUrl, path: state.spec.path, targetRevision: state.spec.targetRevision };
  const destination = { server: 'https://kubernetes.default.svc', namespace: 'default' };
  const policy = awkward.autoSync
    ? { automated: { prune: awkward.prune, selfHeal: true }, retry: { limit: awkward.retryLimit ?? -1 } }
    : {};
  return {
    metadata: { name: state.spec.name, namespace: 'argocd', uid: `uid-${state.spec.name}`, generation: 1 },
    spec: { source, destination, project: 'default', syncPolicy: policy },
    status: awkward.notCompared
      ? { sync: { status: '' }, health: {}, summary: {} }
      : {
          sync: { status: state.sync.status, comparedTo: { source, destination }, revision: state.sync.revision },
          health: {
            status: state.health.status,
            lastTransitionTime: time(state.health.since),
            ...(state.health.message === '' ? {} : { message: state.health.message }),
          },
          ...(state.operation === null ? {} : { operationState: operationView(state.operation, source) }),
          history: state.history.map((h) => ({
            id: h.id,
            revision: h.revision,
            deployedAt: time(h.deployedAt),
            source,
          })),
          ...(state.conditions.length === 0
            ? {}
            : {
                conditions: state.conditions.map((c) => ({
                  type: c.type,
                  message: c.message,
                  lastTransitionTime: time(c.at),
                })),
              }),
          ...(state.reconciledAt === null ? {} : { reconciledAt: time(state.reconciledAt) }),
          resources: state.leftovers.map((resource) => ({
            ...{ version: 'v1', ...resource, status: 'OutOfSync', requiresPruning: true },
          })),
          sourceType: 'Directory',
          controllerNamespace: 'argocd',
          summary: state.images.length === 0 ? {} : { images: state.images },
        },
  };
}

function operationView(operation: Operation, source: Json): Json {
  const { revision, phase, message, startedAt, finishedAt, retryCount, automated } = operation;
  return {
    operation: {
      sync: { revision, prune: true },
      initiatedBy: automated ? { automated: true } : { username: 'admin' },
      retry: { limit: 5 },
    },
    phase,
    message,
    startedAt: time(startedAt),
    ...(finishedAt === null ? {} : { finishedAt: time(finishedAt) }),
    ...(retryCount === 0 ? {} : { retryCount }),
    syncResult: { revision, source, resources: [] },
  };
}

/** The resources with their health, which since Argo CD 3.0 only the tree tells. */
export function resourceTreeView({ ailing }: Awkward): Json {
  if (ailing === null) return { nodes: [] };
  const { kind, name, status, message } = ailing;
  return { nodes: [{ version: 'v1', kind, namespace: 'default', name, health: { status, message } }] };
}

export function syncWindowsView({ syncWindowClosed, window }: Awkward): Json {
  const windows = syncWindowClosed ? [{ kind: 'deny', ...window }] : [];
  return { activeWindows: windows, assignedWindows: windows, canSync: !syncWindowClosed };
}

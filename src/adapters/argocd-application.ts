/** The fields of an Argo CD Application (v2.4 to 3.x) that a rollback reads. */
import * as z from 'zod';
import type { Application } from '../ports.ts';

const revision = z.string().nullish();
const revisions = z.array(z.string()).nullish();
const source = z.object({ repoURL: z.string().nullish(), chart: z.string().nullish() });
const syncOf = z.object({ revision, revisions }).nullish();

const schema = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    source: source.nullish(),
    sources: z.array(source).nullish(),
    syncPolicy: z.object({ automated: z.object({ enabled: z.boolean().nullish() }).nullish() }).nullish(),
  }),
  status: z
    .object({
      sync: z
        .object({ status: z.enum(['Synced', 'OutOfSync', 'Unknown']).or(z.literal('')).nullish(), revision, revisions })
        .nullish(),
      health: z
        .object({
          status: z
            .enum(['Healthy', 'Progressing', 'Degraded', 'Suspended', 'Missing', 'Unknown'])
            .or(z.literal(''))
            .nullish(),
          lastTransitionTime: z.string().nullish(),
        })
        .nullish(),
      operationState: z
        .object({
          phase: z.enum(['Running', 'Terminating', 'Failed', 'Error', 'Succeeded']),
          message: z.string().nullish(),
          startedAt: z.string(),
          finishedAt: z.string().nullish(),
          retryCount: z.number().nullish(),
          syncResult: syncOf,
          operation: z.object({ sync: syncOf }).nullish(),
        })
        .nullish(),
      resources: z
        .array(
          z.object({
            kind: z.string().nullish(),
            namespace: z.string().nullish(),
            name: z.string().nullish(),
            status: z.string().nullish(),
            requiresPruning: z.boolean().nullish(),
          }),
        )
        .nullish(),
      summary: z.object({ images: z.array(z.string()).nullish() }).nullish(),
    })
    .nullish(),
});

type Raw = z.output<typeof schema>;

export type ParsedApplication =
  | { readonly kind: 'application'; readonly application: Application }
  | { readonly kind: 'broken'; readonly why: string };

export function parseApplication(text: string): ParsedApplication {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'broken', why: 'not JSON' };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { kind: 'application', application: named(parsed.data) };
  const [issue] = parsed.error.issues;
  return { kind: 'broken', why: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown shape'}` };
}

function named({ metadata, spec, status }: Raw): Application {
  const operation = status?.operationState ?? null;
  const isGit = (spec.sources ?? []).map((s) => !isChart(s));
  return {
    name: metadata.name,
    sync: { status: status?.sync?.status || 'Unknown', revisions: gitRevisions(status?.sync, isGit) },
    health: { status: status?.health?.status || 'Unknown', since: status?.health?.lastTransitionTime ?? null },
    operation:
      operation === null
        ? null
        : {
            phase: operation.phase,
            revisions: operationRevisions(operation, isGit),
            message: operation.message ?? '',
            startedAt: operation.startedAt,
            finishedAt: operation.finishedAt ?? null,
            retryCount: operation.retryCount ?? 0,
          },
    images: status?.summary?.images ?? [],
    ...differences(status?.resources ?? []),
    autoSync: automated(spec.syncPolicy?.automated),
  };
}

/** What differs from Git: what only waits to be pruned, and the rest. */
function differences(resources: NonNullable<NonNullable<Raw['status']>['resources']>) {
  const out = resources.filter(({ status }) => status === 'OutOfSync');
  const name = ({ kind, namespace, name: own }: (typeof out)[number]): string =>
    `${kind ?? 'resource'} ${(namespace ?? '') === '' ? '' : `${namespace}/`}${own ?? ''}`;
  const toPrune = out.filter(({ requiresPruning }) => requiresPruning === true);
  return out.length === 0 ? {} : { toPrune: toPrune.map(name), differing: out.length - toPrune.length };
}

/** A Helm or OCI chart has a version, not a commit. */
function isChart({ chart, repoURL }: z.output<typeof source>): boolean {
  return (chart ?? '') !== '' || (repoURL ?? '').startsWith('oci://');
}

function automated(policy: { readonly enabled?: boolean | null | undefined } | null | undefined): boolean {
  return policy !== null && policy !== undefined && policy.enabled !== false;
}

/** The commits of the Git sources, in the order of `spec.sources`. Empty while Argo CD does not know any. */
function gitRevisions(said: z.output<typeof syncOf>, isGit: readonly boolean[]): readonly string[] {
  const several = said?.revisions ?? [];
  const all = several.length > 0 ? several.filter((_, i) => isGit[i] ?? true) : [said?.revision ?? ''];
  return all.filter((r) => r !== '');
}

/** What the operation applied, or, while it has no result yet, what it was told to apply. */
function operationRevisions(
  operation: NonNullable<NonNullable<Raw['status']>['operationState']>,
  isGit: readonly boolean[],
): readonly string[] {
  const applied = gitRevisions(operation.syncResult, isGit);
  return applied.length > 0 ? applied : gitRevisions(operation.operation?.sync, isGit);
}

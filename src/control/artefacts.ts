import type { Planned, RollbackPlan } from '../plan/plan.ts';
import type { Target } from '../playbook/target.ts';
import { findingsOf } from '../registries/findings.ts';
import type { Looked, Reference } from '../registries/look.ts';
import { broughtBack, referencesIn, referencesListed } from '../registries/references.ts';
import type { Manifest } from '../registries/references.ts';
import type { Doors } from './doors.ts';

/** The looks at what the playbook lists for a service; begun before the plan, so that they cost it no time. Never rejects. */
export function lookAtListed(doors: Doors, { registries, rules }: Target): Promise<readonly Looked[]> {
  return lookAt(doors, registries, referencesListed(registries, rules.artefacts));
}

/**
 * Only towards what still exists: a plan whose target needs an artefact that is gone or not ready is none. What could not be asked
 * in time is said, and holds nothing up.
 */
export async function fitting(
  doors: Doors,
  target: Target,
  planned: Planned,
  {
    listed,
    before,
    texts,
  }: {
    readonly listed: Promise<readonly Looked[]>;
    /** The manifests as they are now. */
    readonly before: readonly Manifest[];
    /** By blob. */
    readonly texts: ReadonlyMap<string, string | null>;
  },
): Promise<Planned> {
  const { registries } = target;
  if (planned.kind !== 'planned' || !doors.artefacts || Object.keys(registries).length === 0) return planned;
  const { plan } = planned;
  const needed = broughtBack(referencesIn(registries, before), referencesIn(registries, manifestsAfter(plan, texts)));
  const [brought, others] = await Promise.all([lookAt(doors, registries, needed), listed]);
  const { unfit, verified, notes } = findingsOf({ brought, listed: others }, registries, doors.clock.now());
  if (unfit !== null) return { kind: 'unfit', good: plan.good, ...unfit };
  return { kind: 'planned', plan: { ...plan, verified, notes: [...(plan.notes ?? []), ...notes] } };
}

function manifestsAfter({ edits }: RollbackPlan, texts: ReadonlyMap<string, string | null>): readonly Manifest[] {
  return edits.flatMap((edit) => {
    if (edit.kind === 'delete') return [];
    const text = edit.kind === 'write' ? edit.text : (texts.get(edit.blob) ?? null);
    return text === null ? [] : [{ path: edit.path, text }];
  });
}

/** Asks the registries, all at once. Never rejects. */
export function lookAt(
  { artefacts }: Pick<Doors, 'artefacts'>,
  registries: Target['registries'],
  references: readonly Reference[],
): Promise<readonly Looked[]> {
  if (!artefacts || references.length === 0) return Promise.resolve([]);
  const door = artefacts(registries);
  return Promise.all(references.map(async (reference) => ({ reference, look: await door.look(reference) })));
}

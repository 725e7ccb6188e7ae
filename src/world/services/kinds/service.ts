import * as z from 'zod';
import { ofKind, type Document } from '../documents.ts';
import { broken, type Broken, type Side, type Wanted } from '../wanted.ts';
import type { Workload } from './workload.ts';

const service = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ selector: z.record(z.string(), z.string()) }),
});

/** Finds the workload behind a Service by its selector; null: there is none. */
export type Behind = (service: string) => Workload | null;

export function behind(documents: readonly Document[], workloads: readonly Workload[]): Behind {
  const services = ofKind(documents, ['Service'], service).found;
  return (name) => {
    const selector = Object.entries(services.find(({ metadata }) => metadata.name === name)?.spec.selector ?? {});
    if (selector.length === 0) return null;
    return workloads.find(({ labels }) => selector.every(([label, value]) => labels[label] === value)) ?? null;
  };
}

/** A Service before several workloads: the one it selects gets all the traffic, the others run and wait. */
export function selectedSides(documents: readonly Document[], workloads: readonly Workload[]): Wanted | Broken | null {
  const [only] = ofKind(documents, ['Service'], service).found;
  if (only === undefined || workloads.length < 2) return null;
  const selected = behind(documents, workloads)(only.metadata.name);
  if (selected === null) return broken(`Service ${only.metadata.name} selects no pods`);
  const side = ({ name, artefact }: Workload): Side => ({
    track: name,
    artefact,
    weight: name === selected.name ? 1 : 0,
  });
  return { kind: 'sides', sides: workloads.map(side) };
}

import { parsePlaybook } from './parse.ts';
import type { Destination } from './schema-notify.ts';
import { salvage } from './salvage.ts';
import { playbookSchema, type Playbook } from './schema.ts';
import { readYaml } from './yaml.ts';

/** Every destination that a playbook names, even one with faults elsewhere: those faults are what has to be told. */
export function destinationsOf(text: string, file: string): readonly Destination[] {
  const playbook = readable(text, file);
  return Object.values(playbook?.services ?? {}).flatMap(({ environments }) =>
    Object.values(environments).flatMap(({ notify }) => notify.to),
  );
}

function readable(text: string, file: string): Playbook | null {
  const parsed = parsePlaybook(text, file);
  if (parsed.ok) return parsed.playbook;
  try {
    const { data } = readYaml(text);
    const shaped = playbookSchema.safeParse(data);
    return shaped.success ? shaped.data : (salvage(data, shaped.error.issues)?.playbook ?? null);
  } catch {
    return null;
  }
}

import type { Registry } from '../playbook/schema.ts';
import { printDuration } from '../playbook/units.ts';
import type { Looked } from './look.ts';

const DAY_MS = 86_400_000;

/** Told before an artefact is lost: one sentence, or null while there is time, or where nobody knows its age. */
export function retentionWarning({ reference, look }: Looked, registry: Registry, now: number): string | null {
  const retention = 'retention' in registry ? registry.retention : undefined;
  if (retention === undefined || look.madeAt === null || look.state === 'gone') return null;
  const warnBefore = 'warn-before' in registry ? registry['warn-before'] : 0;
  const left = look.madeAt + retention - now;
  const kept = `${reference.registry} keeps things for ${printDuration(retention)}`;
  if (left <= 0) return `${reference.label} is ${days(now - look.madeAt)} old, and ${kept}: it may be deleted any time`;
  if (left > warnBefore) return null;
  return `${reference.label} will be ${days(retention)} old in ${days(left)}, and ${kept}`;
}

/** `1 day`, `6 days`; below a day in hours. Rounded down, so that nobody believes there is more time than there is. */
export function days(ms: number): string {
  const [n, unit] = ms >= DAY_MS ? [Math.floor(ms / DAY_MS), 'day'] : [Math.floor(ms / 3_600_000), 'hour'];
  return `${n} ${unit}${n === 1 ? '' : 's'}`;
}

/** Whether a gate or verify asks anything, and whether its preset can be asked of its source. */
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { Path } from './path.ts';
import type { Gate, Source, Verify } from './schema.ts';

/** A list without questions is a fault of its own, unless a preset was to fill it. */
export function checkAsked(block: Gate | Verify, whole: boolean, at: Path): readonly Doubt[] {
  const asked = 'triggers' in block ? block.triggers : block.criteria;
  if (!whole || asked.length > 0 || block.preset !== undefined) return [];
  return [doubt(at, 'key', 'is missing', `add '${String(at.at(-1))}:', or a 'preset:'`)];
}

/** The names of a preset are those of Prometheus and of `/metrics` pages. */
export function checkPreset(
  { preset, adjust, without }: Gate | Verify,
  source: Source | null,
  at: Path,
): readonly Doubt[] {
  if (preset === undefined)
    return (['adjust', 'without'] as const)
      .filter((key) => ({ adjust, without })[key] !== undefined)
      .map((key) => doubt([...at, key], 'key', 'changes a preset, and there is none', "add 'preset:', or remove it"));
  if (source === null || source.kind === 'prometheus' || source.kind === 'openmetrics') return [];
  const message = `has the names of Prometheus, and the source is of kind ${source.kind}`;
  return [doubt([...at, 'preset'], 'value', message, 'use a prometheus or openmetrics source, or write triggers')];
}

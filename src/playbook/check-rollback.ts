/** Whether the settings of the way back fit together. */
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { Path } from './path.ts';
import type { EnvironmentRules } from './schema.ts';

/** `rollback:` of one environment, and what its triggers ask of it. */
export function checkRollback(
  { rollback, gate }: Pick<EnvironmentRules, 'rollback' | 'gate'>,
  place: Path,
): readonly Doubt[] {
  const { strategy, carrier, stable, fallback } = rollback;
  const at = [...place, 'rollback'];
  const doubts: Doubt[] = [];
  for (const [index, { then }] of (gate?.triggers ?? []).entries())
    if (then === 'fallback' && fallback === undefined)
      doubts.push(
        doubt(
          [...place, 'gate', 'triggers', index, 'then'],
          'value',
          'needs to know where users go meanwhile',
          "add 'fallback:' under 'rollback:', with the names of the carrier and of its destination",
        ),
      );
  if (strategy === 'fallback' && fallback === undefined)
    doubts.push(
      doubt(
        [...at, 'strategy'],
        'value',
        'needs to know where users go meanwhile',
        "add 'fallback:' with the names of the carrier and of its destination",
      ),
    );
  const moved = { carrier, stable };
  for (const key of ['carrier', 'stable'] as const) {
    if (moved[key] === undefined || (strategy !== 'restore' && strategy !== 'fallback')) continue;
    const cure = strategy === 'fallback' ? "name it in 'fallback:'" : 'remove it, or write strategy: auto';
    doubts.push(doubt([...at, key], 'key', `is not used by strategy ${strategy}`, cure));
  }
  return doubts;
}

/** Whether the settings of the way back fit together. */
import { doubt } from './doubt.ts';
import type { Doubt } from './doubt.ts';
import type { Path } from './path.ts';
import type { RollbackPolicy } from './schema-rollback.ts';

/** `rollback:` of one environment. */
export function checkRollback({ strategy, carrier, stable, fallback }: RollbackPolicy, at: Path): readonly Doubt[] {
  const doubts: Doubt[] = [];
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

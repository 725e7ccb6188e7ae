/**
 * What the numbers of drift reports are. The same name means opposite things: Evidently's `ks` is a p-value that gets small when the data has
 * drifted, its `jensenshannon` a distance that gets large, and its default changes from one to the other as the reference grows.
 */
import { namesPValue } from '../playbook/p-value-path.ts';
import { missing } from './arms.ts';
import type { Picked } from './document.ts';
import type { Missing } from './sample.ts';

type Statistic = 'p-value' | 'distance' | 'unknown';

/** Tests that answer with a p-value, and those that answer with a distance, by the names that reports give them. */
const P_VALUE =
  /p[_ -]?val|^(ks|k-s|chisquare|chi-?square|z|t_test|anderson|cramer_von_mises|mannw|fisher_exact|g_test|es)$/i;
const DISTANCE = /distance|divergence|jensen|wasserstein|hellinger|\bpsi\b|^(kl_div|jensenshannon|ed|l_infinity)$/i;

/** Refuses to read a p-value as a distance, or a distance as a p-value; null where the direction fits, or where it is no drift report. */
export function wrongWay(picked: Picked, op: '>' | '<', path: string): Missing | null {
  const found = methodOf(picked.around, path);
  if (found === null) return null;
  const { statistic, name } = found;
  switch (statistic) {
    case 'p-value':
      if (op === '<') return null;
      return missing(
        'invalid',
        `path '${path}' holds the p-value of '${name}', which gets small when the data has drifted, so 'value >' would fail what is unchanged: write value < 0.05, or let the report use a distance such as jensenshannon or wasserstein, or give the raw values to 'ks'`,
      );
    case 'distance':
      if (op === '>') return null;
      return missing(
        'invalid',
        `path '${path}' holds the distance '${name}', which gets large when the data has drifted, so 'value <' would fail what is unchanged: write value > 0.1`,
      );
    case 'unknown':
      return missing(
        'invalid',
        `path '${path}' holds a drift score of ${name === '' ? 'an unnamed test' : `the test '${name}'`}, and nobody knows whether it is a p-value or a distance: name the method in the report, such as method="jensenshannon"`,
      );
  }
}

/** Which test made the number, from the objects around it: Evidently 0.7 (`config`), the older reports (`stattest_name`), or the words of the path. */
function methodOf(
  around: readonly unknown[],
  path: string,
): { readonly statistic: Statistic; readonly name: string } | null {
  for (const each of around.toReversed()) {
    if (typeof each !== 'object' || each === null) continue;
    const own = each as Readonly<Record<string, unknown>>;
    const config = (typeof own['config'] === 'object' && own['config'] !== null ? own['config'] : {}) as typeof own;
    const label = text(own['metric_id']) ?? text(own['metric_name']) ?? '';
    const type = `${text(config['type']) ?? ''} ${label} ${text(own['metric']) ?? ''}`;
    const drift = /ValueDrift|ColumnDrift/.test(type);
    // A share of drifted columns names the test of its columns, too, and is no score of that test.
    if (text(config['type']) !== null && !drift) return null;
    const named = text(own['stattest_name']) ?? text(config['method']) ?? /method=([^,)]+)/.exec(label)?.[1] ?? null;
    if (named !== null) return { statistic: kindOf(named), name: named };
    if (drift || Object.hasOwn(own, 'drift_score')) return { statistic: 'unknown', name: '' };
  }
  return namesPValue(path) ? { statistic: 'p-value', name: path } : null;
}

function kindOf(name: string): Statistic {
  if (P_VALUE.test(name)) return 'p-value';
  return DISTANCE.test(name) ? 'distance' : 'unknown';
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

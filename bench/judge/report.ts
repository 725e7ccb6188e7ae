/** The benchmark in Markdown: a table for each family, the goals, and one picture. */
import { table } from '../../docs/table.ts';
import { EXACT, HORIZON, POLL_SECONDS, ROBUST, type Task } from './cells.ts';
import type { Result } from './simulate.ts';
import { ALPHA } from './ours.ts';

export type Measured = readonly [Task, readonly Result[]];

const OURS = [ROBUST, EXACT, HORIZON] as const;

export function isOurs(name: string): boolean {
  return name.startsWith('lastgood');
}

function seconds(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value)) : '-';
}

export function share(part: number): string {
  return `${(100 * part).toFixed(part < 0.1 ? 2 : 1)} %`;
}

export function goalOf(cell: Task, factor: number): number {
  return factor * (cell.limit ?? Infinity) + cell.pollSeconds;
}

/** One table a family. Where nothing is wrong, `stopped` are false alarms. */
export function families(measured: readonly Measured[]): string {
  const names = [...new Set(measured.map(([cell]) => cell.family))];
  return names
    .map((name) => {
      const rows = measured
        .filter(([cell]) => cell.family === name)
        .flatMap(([cell, results]) => results.map((result, i) => row(cell, result, i === 0)));
      const head = [
        'Release',
        'T\\*',
        'Judge',
        'False alarms',
        'Found',
        'Median s',
        'p95 s',
        'Mean s',
        'Mean / T\\*',
        'Bad served',
      ];
      return `### ${name}\n\n${table(head, rows)}`;
    })
    .join('\n\n');
}

function row(cell: Task, result: Result, first: boolean): readonly string[] {
  const ratio = cell.limit === null || result.stopped < 0.99 ? '' : (result.mean / cell.limit).toFixed(2);
  return [
    first ? cell.name : '',
    first && cell.limit !== null ? cell.limit.toFixed(1) : '',
    result.name,
    cell.harmless ? share(result.stopped) : '',
    cell.harmless ? '' : share(result.stopped),
    cell.harmless ? '' : seconds(result.median),
    cell.harmless ? '' : seconds(result.p95),
    cell.harmless ? '' : seconds(result.mean),
    ratio,
    result.bad.toFixed(1),
  ];
}

/** (mean - one poll) / T* of each of our modes, and whether it keeps the goal (1.6) and the aim (1.3). */
export function goals(measured: readonly Measured[]): string {
  const rows = measured.flatMap(([cell, results]) => {
    const { limit } = cell;
    if (!cell.promised || limit === null) return [];
    const ratios = OURS.map((name) => {
      const mean = results.find((result) => result.name === name)?.mean ?? Infinity;
      const ratio = Math.max(0, (mean - cell.pollSeconds) / limit);
      return `${ratio.toFixed(2)}${ratio <= 1.3 ? ' aim' : ratio <= 1.6 ? ' goal' : ' later'}`;
    });
    return [[`${cell.family}: ${cell.name}`, limit.toFixed(1), cell.aimed ? '1.3' : '1.6', ...ratios]];
  });
  return table(['Release', 'T\\* s', 'Wanted', ...OURS], rows);
}

/** Validity where nothing is wrong; speed where it is promised (the robust default pays for its caps, and that is only reported). */
export function brokenPromises(measured: readonly Measured[], releases: number): readonly string[] {
  const allowed = ALPHA + 3 * Math.sqrt(ALPHA / releases);
  return measured.flatMap(([cell, results]) =>
    results
      .filter(({ name }) => isOurs(name))
      .flatMap((result): string[] => {
        if (cell.harmless) {
          const fair = !cell.independent || result.stopped <= allowed;
          return fair ? [] : [`${cell.name}: ${result.name} stopped ${share(result.stopped)} of harmless releases`];
        }
        if (!cell.promised || result.name === ROBUST) return [];
        const goal = goalOf(cell, result.name === HORIZON && cell.aimed ? 1.3 : 1.6);
        return result.mean <= goal
          ? []
          : [`${cell.name}: ${result.name} needs ${result.mean.toFixed(1)} s, promised ${goal.toFixed(1)} s`];
      }),
  );
}

/** Median time of each judge as a mermaid chart; what was not found in half of the releases stands at the end of the half hour. */
export function mermaid([cell, results]: Measured, horizonSeconds: number): string {
  const label = (text: string) => `"${text.replace(/"/g, '')}"`;
  return [
    '```mermaid',
    'xychart-beta',
    `  title "Median seconds to stop: ${cell.name}"`,
    `  x-axis [${results.map(({ name }) => label(name)).join(', ')}]`,
    `  y-axis "seconds" 0 --> ${Math.max(POLL_SECONDS, ...results.map(({ median }) => (Number.isFinite(median) ? median : horizonSeconds)))}`,
    `  bar [${results.map(({ median }) => (Number.isFinite(median) ? median : horizonSeconds)).join(', ')}]`,
    '```',
  ].join('\n');
}

/**
 * The judge against other deciders and against the information limit, on simulated releases.
 *     node bench/judge/main.ts [--quick] [--releases N] [--svg FILE]
 * Same seeds, same table. Exits 1 when a promise is broken: more false alarms than allowed, or slower than 1.6 T* + one poll.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  accuracyCells,
  burstCells,
  errorCells,
  EXACT,
  onsetCells,
  POLL_SECONDS,
  POLLS,
  ROBUST,
  TUNED,
  type Cell,
} from './cells.ts';
import { chartSvg } from './chart.ts';
import { driftCells, latencyCells } from './distributions.ts';
import { ALPHA } from './ours.ts';
import { simulate, type Result } from './simulate.ts';
import { timings } from './speed.ts';

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, releases: { type: 'string' }, svg: { type: 'string' } },
});
const releases = Number(flags.releases ?? (flags.quick ? 100 : 1000));
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const broken: string[] = [];
let family = '';
let seed = 1;

function run<W>(cell: Cell<W>, share = 1): readonly Result[] {
  const count = Math.max(20, Math.round(releases * share));
  const results = simulate({ ...cell, releases: count, polls: POLLS, pollSeconds: POLL_SECONDS, seed: seed++ });
  if (cell.family !== family) {
    family = cell.family;
    print(`\n## ${family}\n`);
    print('| release | T* s | judge | stopped | median s | p95 s | mean / T* | bad requests served |');
    print('|---|---|---|---|---|---|---|---|');
  }
  for (const result of results) print(row(cell, result));
  check(cell, results, count);
  return results;
}

function row<W>(cell: Cell<W>, result: Result): string {
  const time = (seconds: number) => (Number.isFinite(seconds) ? String(seconds) : '-');
  const ratio = cell.limit === null || result.stopped < 0.99 ? '' : (result.mean / cell.limit).toFixed(2);
  const stopped = `${(100 * result.stopped).toFixed(1)} %`;
  const limit = cell.limit === null ? '' : cell.limit.toFixed(1);
  return `| ${cell.name} | ${limit} | ${result.name} | ${stopped} | ${time(result.median)} | ${time(result.p95)} | ${ratio} | ${result.bad.toFixed(1)} |`;
}

/** Validity where nothing is wrong, speed where it is promised. Bursts on single pods break independence: only reported. */
function check<W>(cell: Cell<W>, results: readonly Result[], count: number): void {
  const independent = !cell.name.includes('bursts');
  for (const result of results.filter(({ name }) => name.startsWith('lastgood'))) {
    const allowed = ALPHA + 3 * Math.sqrt(ALPHA / count);
    if (cell.name.includes('no change') && independent && result.stopped > allowed) {
      broken.push(`${cell.name}: ${result.name} stopped ${(100 * result.stopped).toFixed(2)} % of unchanged releases`);
    }
    if (!cell.promised || cell.limit === null || result.name === ROBUST) continue;
    const goal = 1.6 * cell.limit + POLL_SECONDS;
    if (result.mean > goal)
      broken.push(`${cell.name}: ${result.name} needs ${result.mean.toFixed(1)} s, promised ${goal.toFixed(1)} s`);
  }
}

/** How far each of our modes stays from the limit where speed is promised: (mean - one poll) / T*. */
function summary(speeds: readonly (readonly [Cell, readonly Result[]])[]): void {
  print('\n## (mean - one poll) / T*, where promised\n');
  print(`| release | ${EXACT} | ${TUNED} | ${ROBUST} |`);
  print('|---|---|---|---|');
  for (const [cell, results] of speeds) {
    const { limit } = cell;
    if (!cell.promised || limit === null) continue;
    const ratio = (name: string) => {
      const mean = results.find((result) => result.name === name)?.mean ?? Infinity;
      return Math.max(0, (mean - POLL_SECONDS) / limit).toFixed(2);
    };
    print(`| ${cell.name} | ${ratio(EXACT)} | ${ratio(TUNED)} | ${ratio(ROBUST)} |`);
  }
}

print(
  `# Judge: ${releases} releases a cell, poll ${POLL_SECONDS} s, ${(POLLS * POLL_SECONDS) / 60} min, false alarms allowed ${ALPHA * 100} %`,
);
const speeds = errorCells(flags.quick).map((cell) => [cell, run(cell)] as const);
for (const cell of [...onsetCells(), ...burstCells(), ...accuracyCells()]) run(cell);
for (const cell of latencyCells()) run(cell, 0.3);
for (const cell of driftCells()) run(cell, 0.05);
summary(speeds);

print('\n## Speed\n\n| task | ms | allowed |\n|---|---|---|');
for (const { task, ms, allowedMs } of timings()) print(`| ${task} | ${ms.toFixed(0)} | ${allowedMs} |`);

const shown = speeds.find(([cell]) => cell.name === '100 rps, canary 5 %, +1 pp');
if (flags.svg !== undefined && shown !== undefined) {
  const bars = shown[1].map(({ name, median }) => ({ label: name, seconds: median }));
  await writeFile(flags.svg, chartSvg(`Median time to stop: ${shown[0].name}`, bars, POLLS * POLL_SECONDS));
}
print(
  broken.length === 0 ? '\nEvery promise is kept.' : `\n${broken.length} promises are broken:\n${broken.join('\n')}`,
);
process.exitCode = broken.length === 0 ? 0 : 1;
